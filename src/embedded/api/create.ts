import { randomInt, randomUUID } from 'node:crypto';
import type { JsonObject, Resource } from '../../resource/index.ts';
import { recordUpdate, type Writer } from '../patch/ownership.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { RevisionConflict } from '../store/store.ts';
import { type Api, admit, type Call, entryOf, timestamp } from './api.ts';
import { allocateService } from './services.ts';
import { ApiError, alreadyExists, badRequest, invalid } from './status.ts';
import { strategyOf } from './strategies.ts';
import { apiVersionOf, storageKey } from './types.ts';
import { nullEmptyLists, toStorage } from './versions.ts';

export interface Place {
  type: TypeSchema;
  /** Empty for cluster-scoped kinds. */
  namespace: string;
}

/**
 * Creates an object that has been decoded. The result is the object as this version shows it; for a dry run nothing
 * is kept. `applied`: the object comes from an apply, which has recorded its owners already.
 */
export async function createObject(
  api: Api,
  { type, namespace }: Place,
  object: Resource,
  call: Call,
  options: JsonObject,
  applied = false,
): Promise<Resource> {
  if (type.custom) checkNotTerminating(api, type);
  const { metadata } = object;
  checkPlace(object, type, namespace);
  if (metadata.resourceVersion)
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
  for (const field of serverSet) delete metadata[field];
  type.setDefaults(object);
  strategyOf(type).complete?.(object, undefined);
  if (!applied) recordUpdate(undefined, object, writerOf(api, type, call, ''));
  const attributes = { operation: 'CREATE' as const, type, namespace, subresource: '', options };
  const admitted = { ...attributes, name: metadata.name ?? '', object };
  await admit(api, 'mutate', admitted, call);
  const generate = !object.metadata.name;
  for (let attempt = 1; ; attempt++) {
    const prepared = prepare(api, type, namespace, admitted.object);
    if (generate && prepared.metadata['generateName']) prepared.metadata.name = generateName(prepared);
    const causes = type.validate(prepared);
    if (type.group === '' && type.resource === 'services' && causes.length === 0)
      causes.push(...allocateService(api.store, api.range, prepared));
    if (causes.length > 0) throw invalid(type, prepared.metadata.name ?? '', causes);
    for (const warning of type.warnings?.(prepared) ?? []) call.warn(warning);
    const { name } = prepared.metadata;
    await admit(api, 'validate', { ...attributes, name, object: prepared }, call);
    nullEmptyLists(prepared, type.root);
    const stored = await toStorage(api, prepared, type);
    const isTaken = entryOf(api, type, namespace, name) !== undefined;
    if (call.dryRun && !isTaken) {
      delete prepared.metadata.resourceVersion;
      return prepared;
    }
    try {
      if (isTaken) throw new RevisionConflict();
      await api.store.put({ resource: storageKey(type), namespace, name, expected: 0 }, stored);
      prepared.metadata.resourceVersion = stored.metadata.resourceVersion as string;
      return prepared;
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      if (!generate || attempt === 8) throw alreadyExists(type, name);
    }
  }
}

/** A definition that is being deleted takes no new objects. */
function checkNotTerminating(api: Api, type: TypeSchema): void {
  const name = `${type.resource}.${type.group}`;
  const definition = api.store.get('apiextensions.k8s.io/customresourcedefinitions', '', name)?.object;
  if (definition?.metadata.deletionTimestamp !== undefined)
    throw new ApiError(
      405,
      'MethodNotAllowed',
      `create not allowed while custom resource definition is terminating`,
      {},
    );
}

/** What a write to the status leaves alone, besides the spec. */
const statusResets: Record<string, readonly string[]> = {
  'apps/deployments': ['spec', 'metadata.labels'],
  '/pods': ['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'],
  'apiextensions.k8s.io/customresourcedefinitions': ['metadata', 'spec'],
};

export function writerOf(api: Api, type: TypeSchema, call: Call, subresource: string): Writer {
  const hasStatus = type.subresources.some(({ name }) => name === 'status');
  return {
    manager: call.manager,
    apiVersion: apiVersionOf(type),
    subresource,
    // The real server does not note when somebody scaled.
    now: subresource === 'scale' ? undefined : timestamp(api.now()),
    root: type.root,
    resets:
      subresource === 'status'
        ? (statusResets[`${type.group}/${type.resource}`] ?? (type.custom ? ['metadata', 'spec'] : ['spec']))
        : hasStatus && subresource === ''
          ? ['status']
          : [],
  };
}

/** The namespace of the body has to be the one of the path; the path's counts where the body has none. */
export function checkPlace({ metadata }: Resource, { namespaced }: TypeSchema, namespace: string): void {
  if (!namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  metadata.namespace = namespace;
}

/** Metadata that nobody but the server sets. */
const serverSet = [
  'selfLink',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** Everything the server sets on a new object. */
function prepare(api: Api, type: TypeSchema, namespace: string, object: Resource): Resource {
  const strategy = strategyOf(type);
  const now = timestamp(api.now());
  const { name, generateName, namespace: _n, managedFields, ...rest } = object.metadata;
  if (strategy.generation !== undefined) delete rest.generation;
  const finalizers = [...new Set([...((rest.finalizers ?? []) as string[]), ...(strategy.finalizers ?? [])])];
  const metadata = {
    name,
    ...(generateName === undefined || generateName === '' ? {} : { generateName }),
    ...(namespace === '' ? {} : { namespace }),
    uid: randomUUID(),
    // Its place, not its value: that comes with the write.
    resourceVersion: '',
    ...(strategy.generation === undefined ? {} : { generation: 1 }),
    creationTimestamp: now,
    ...rest,
    ...(finalizers.length === 0 ? {} : { finalizers }),
    ...(managedFields === undefined ? {} : { managedFields }),
  } as Resource['metadata'];
  const prepared: Resource = { ...object, metadata };
  if (type.subresources.some((subresource) => subresource.name === 'status')) resetStatus(prepared, type);
  const status = strategy.status?.(prepared, now);
  if (status !== undefined) prepared['status'] = status;
  strategy.prepare?.(prepared);
  return prepared;
}

/** A new object has the status that an empty one has. */
function resetStatus(object: Resource, type: TypeSchema): void {
  delete object['status'];
  if (!type.custom) type.setDefaults(object);
}

const suffixCharacters = 'bcdfghjklmnpqrstvwxz2456789';

function generateName({ metadata }: Resource): string {
  const base = String(metadata['generateName']).slice(0, 58);
  return base + Array.from({ length: 5 }, () => suffixCharacters[randomInt(suffixCharacters.length)]).join('');
}
