import type { JsonObject, JsonValue, Resource } from '../../resource/index.ts';
import { sameManagers } from '../patch/managers.ts';
import { recordUpdate } from '../patch/ownership.ts';
import { equal } from '../patch/typed.ts';
import type { Entry } from '../store/entry.ts';
import { RevisionConflict } from '../store/store.ts';
import { type Api, admit, type Call, entryOf } from './api.ts';
import { createObject, type Place, writerOf } from './create.ts';
import { allocateService } from './services.ts';
import { ApiError, badRequest, conflict, invalid, notFound } from './status.ts';
import { raisesGeneration, strategyOf } from './strategies.ts';
import { storageKey } from './types.ts';
import { nullEmptyLists, readAs, toStorage } from './versions.ts';

export interface Update {
  /** Empty for the object itself. */
  subresource: string;
  options: JsonObject;
  /** Makes the new object from the live one, which it may change; undefined where there is none yet. */
  next(live: Resource | undefined): Resource | Promise<Resource>;
  /** May create what does not exist. */
  creates: boolean;
  /** `next` has recorded the owners of the fields (server-side apply). */
  applied: boolean;
  /** The client named no version, or the patch is made anew from the latest: a lost race is no conflict. */
  retries: boolean;
  /** PUT: the UID of the body has to be the object's. */
  checksUid?: boolean;
}

export interface Updated {
  object: Resource;
  created: boolean;
}

/** Changes an object, or creates it where that is asked for and possible. */
export async function updateObject(
  api: Api,
  place: Place & { name: string },
  update: Update,
  call: Call,
): Promise<Updated> {
  const { type, namespace, name } = place;
  for (let attempt = 1; ; attempt++) {
    const entry = entryOf(api, type, namespace, name);
    if (entry === undefined) {
      if (!update.creates || update.subresource !== '') throw notFound(type, name);
      const object = await update.next(undefined);
      if (object.metadata.uid)
        throw conflict(
          type,
          name,
          `Precondition failed: UID in precondition: ${object.metadata.uid}, UID in object meta: `,
        );
      try {
        return {
          object: await createObject(api, place, object, call, update.options, update.applied),
          created: true,
        };
      } catch (error) {
        if (error instanceof ApiError && error.reason === 'AlreadyExists' && attempt < 5) continue;
        throw error;
      }
    }
    try {
      return { object: await updateEntry(api, place, entry, update, call), created: false };
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      if (!update.retries || attempt === 100) throw conflict(type, name);
    }
  }
}

async function updateEntry(
  api: Api,
  { type, namespace, name }: Place & { name: string },
  entry: Entry,
  update: Update,
  call: Call,
): Promise<Resource> {
  const old = await readAs(api, entry, type);
  const next = await update.next(await readAs(api, entry, type));
  checkIdentity(next, old, { type, namespace, name }, update);
  type.setDefaults(next);
  strategyOf(type).complete?.(next, old);
  const writer = writerOf(api, type, call, update.subresource);
  if (!update.applied) recordUpdate(old, next, writer);
  const attributes = {
    operation: 'UPDATE' as const,
    type,
    namespace,
    name,
    subresource: update.subresource,
    options: update.options,
    old,
  };
  const admitted = { ...attributes, object: next };
  await admit(api, 'mutate', admitted, call);
  const object = prepareUpdate(admitted.object, old, type, update.subresource);
  const causes = type.validate(object, old, update.subresource === '' ? {} : { subresource: update.subresource });
  if (type.group === '' && type.resource === 'services' && causes.length === 0 && update.subresource === '')
    causes.push(...allocateService(api.store, api.range, object, old));
  if (causes.length > 0) throw invalid(type, name, causes);
  for (const warning of type.warnings?.(object, old) ?? []) call.warn(warning);
  await admit(api, 'validate', { ...attributes, object }, call);
  nullEmptyLists(object, type.root);
  const stored = await toStorage(api, object, type);
  if (call.dryRun) return object;
  const target = { resource: storageKey(type), namespace, name, expected: entry.revision };
  const isLast = isReleased(object);
  // The same object written again: nothing changed, not even its version.
  if (!isLast && equal(stored, entry.object)) {
    object.metadata.resourceVersion = String(entry.revision);
    return object;
  }
  await (isLast ? api.store.remove(target, stored) : api.store.put(target, stored));
  object.metadata.resourceVersion = stored.metadata.resourceVersion as string;
  return object;
}

/** An object that waits for its deletion goes when its last finalizer does. */
export function isReleased({ metadata, ...rest }: Resource): boolean {
  const grace = (metadata['deletionGracePeriodSeconds'] ?? 0) as number;
  const spec = (rest as JsonObject)['spec'] as JsonObject | undefined;
  const isNamespace = rest.kind === 'Namespace' && rest.apiVersion === 'v1';
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).length === 0 &&
    grace === 0 &&
    !(isNamespace && ((spec?.['finalizers'] ?? []) as JsonValue[]).length > 0)
  );
}

function checkIdentity(
  next: Resource,
  old: Resource,
  { type, namespace, name }: Place & { name: string },
  update: Update,
) {
  const { metadata } = next;
  if (metadata.name !== undefined && metadata.name !== '' && metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  if (!metadata.name)
    throw update.applied || metadata.name === undefined
      ? badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`)
      : badRequest('name must be provided');
  if (type.namespaced && metadata.namespace && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (type.namespaced) metadata.namespace = namespace;
  else delete metadata.namespace;
  const version = metadata.resourceVersion;
  if ((version === undefined || version === '' || version === '0') && !update.applied) {
    if (strategyOf(type).versionRequired)
      throw invalid({ group: type.group, kind: type.resource }, name, [
        {
          reason: 'FieldValueInvalid',
          field: 'metadata.resourceVersion',
          message: 'Invalid value: 0: must be specified for an update',
        },
      ]);
  } else if (version && version !== old.metadata.resourceVersion) throw conflict(type, name);
  if (update.checksUid && metadata.uid && metadata.uid !== old.metadata.uid)
    throw conflict(
      type,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/${type.resource}/${namespace === '' ? '' : `${namespace}/`}${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid ?? ''}`,
    );
}

/** Puts back what this write may not change. */
function prepareUpdate(next: Resource, old: Resource, type: Place['type'], subresource: string): Resource {
  const strategy = strategyOf(type);
  const hasStatus = type.subresources.some(({ name }) => name === 'status');
  let object = next;
  if (subresource === 'status') {
    const { managedFields } = next.metadata;
    const { managedFields: _, ...kept } = old.metadata;
    const metadata = type.custom
      ? { ...kept, ...(managedFields === undefined ? {} : { managedFields }) }
      : { ...next.metadata };
    if (type.resource === 'deployments') setOrDelete(metadata, 'labels', old.metadata.labels);
    const { status: _s, ...rest } = old;
    object = { ...rest, metadata: metadata as Resource['metadata'] };
    if (next['status'] !== undefined) object['status'] = next['status'];
  } else if (hasStatus && subresource === '') {
    const { status: _, ...rest } = next;
    object = rest as Resource;
    if (old['status'] !== undefined) object['status'] = old['status'];
  }
  const { metadata } = object;
  const kept: JsonObject = {};
  for (const field of ['uid', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'])
    if (old.metadata[field] !== undefined) kept[field] = old.metadata[field];
  const uid = metadata.uid || (old.metadata.uid as string);
  for (const field of [
    'selfLink',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ])
    delete metadata[field];
  object.metadata = orderMetadata({
    ...metadata,
    ...kept,
    uid,
    resourceVersion: old.metadata.resourceVersion as string,
  });
  strategy.prepareUpdate?.(object, old, subresource);
  if (subresource !== 'status' && subresource !== 'binding' && raisesGeneration(strategy, object, old, hasStatus))
    object.metadata.generation = ((old.metadata.generation ?? 0) as number) + 1;
  const [mine, before] = [object.metadata['managedFields'], old.metadata['managedFields']] as JsonObject[][];
  if (mine !== undefined && before !== undefined && sameManagers(mine, before)) {
    const bare = ({ metadata: { managedFields: _, ...rest }, ...body }: Resource) => ({ ...body, rest });
    // A write that changes nothing does not change when fields were written.
    if (equal(bare(object), bare(old))) object.metadata['managedFields'] = before;
  }
  return ordered(object, old);
}

function setOrDelete(object: JsonObject, field: string, value: JsonValue | undefined): void {
  if (value === undefined) delete object[field];
  else object[field] = value;
}

/** Keys in the order of the stored object, so that the same object has the same text. */
function ordered(object: Resource, old: Resource): Resource {
  const result = {} as Resource;
  for (const key of Object.keys(old)) if (object[key] !== undefined) result[key] = object[key];
  for (const key of Object.keys(object)) if (!(key in result) && object[key] !== undefined) result[key] = object[key];
  return result;
}

const metadataOrder = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

export function orderMetadata(metadata: JsonObject): Resource['metadata'] {
  const result: JsonObject = {};
  for (const key of metadataOrder) {
    const value = metadata[key];
    if (value !== undefined && value !== null) result[key] = value;
  }
  return result as Resource['metadata'];
}
