import type { JsonObject, JsonValue, Resource } from '../../resource/index.ts';
import type { Api } from '../api/api.ts';
import { serverCall } from '../api/definitions.ts';
import { matchLabels, requirementsOf } from '../api/selectors.ts';
import { ApiError } from '../api/status.ts';
import { updateObject } from '../api/update.ts';
import { equal } from '../patch/typed.ts';

const resource = 'rbac.authorization.k8s.io/clusterroles';

/** Keeps the rules of ClusterRoles that are put together from others by label. */
export async function aggregateRoles(api: Api, signal: AbortSignal): Promise<void> {
  let isRunning = false;
  let again = false;
  const run = async () => {
    isRunning = true;
    try {
      do {
        again = false;
        for (const { object } of [...api.store.list(resource)]) await aggregate(api, object, signal);
      } while (again && !signal.aborted);
    } finally {
      isRunning = false;
    }
  };
  const stop = api.store.subscribe(resource, () => {
    again = true;
    if (!isRunning) void run().catch(() => {});
  });
  signal.addEventListener('abort', stop);
  await run();
}

function rulesFor(api: Api, role: Resource): JsonValue[] | undefined {
  const selectors = (role['aggregationRule'] as JsonObject | undefined)?.['clusterRoleSelectors'];
  if (!Array.isArray(selectors)) return undefined;
  const rules: JsonValue[] = [];
  for (const selector of selectors as JsonObject[])
    for (const { object } of api.store.list(resource))
      if (object.metadata.name !== role.metadata.name && matchLabels(requirementsOf(selector), object.metadata.labels))
        for (const rule of (object['rules'] ?? []) as JsonValue[])
          if (!rules.some((known) => equal(known, rule))) rules.push(rule);
  return rules;
}

async function aggregate(api: Api, role: Resource, signal: AbortSignal): Promise<void> {
  const wanted = rulesFor(api, role);
  const type = api.types.find('rbac.authorization.k8s.io', 'v1', 'clusterroles');
  if (wanted === undefined || type === undefined || signal.aborted) return;
  if (equal(wanted, role['rules'] ?? [])) return;
  try {
    await updateObject(
      api,
      { type, namespace: '', name: role.metadata.name },
      {
        subresource: '',
        options: {},
        creates: false,
        applied: false,
        retries: true,
        next: (live) => ({ ...(live as Resource), rules: wanted }),
      },
      { ...serverCall(signal), manager: 'clusterrole-aggregation-controller' },
    );
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
  }
}
