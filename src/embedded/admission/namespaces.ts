import type { JsonObject } from '../../resource/index.ts';
import type { Admission } from '../api/api.ts';
import { ApiError, notFound } from '../api/status.ts';

/** Objects are created in namespaces that are there and are to stay. */
export const namespaceLifecycle: Admission = {
  mutate(api, { operation, type, namespace, name }) {
    if (operation !== 'CREATE' || !type.namespaced || namespace === '') return;
    const found = api.store.get('/namespaces', '', namespace)?.object;
    if (found === undefined) throw notFound({ group: '', resource: 'namespaces' }, namespace);
    const phase = (found['status'] as JsonObject | undefined)?.['phase'];
    if (found.metadata.deletionTimestamp === undefined && phase !== 'Terminating') return;
    const resource = type.group === '' ? type.resource : `${type.resource}.${type.group}`;
    const message = `unable to create new content in namespace ${namespace} because it is being terminated`;
    throw new ApiError(403, 'Forbidden', `${resource} ${JSON.stringify(name)} is forbidden: ${message}`, {
      name,
      ...(type.group === '' ? {} : { group: type.group }),
      kind: type.resource,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    });
  },
};
