import type { JsonObject, Resource } from '../../resource/index.ts';
import type { TypeSchema } from '../schema/schema.ts';
import type { Entry } from '../store/entry.ts';
import { RevisionConflict } from '../store/store.ts';
import { type Api, admit, type Call, entryOf, timestamp } from './api.ts';
import type { Place } from './create.ts';
import { ApiError, conflict, forbidden, invalid, notFound } from './status.ts';
import { strategyOf } from './strategies.ts';
import { storageKey } from './types.ts';
import { orderMetadata } from './update.ts';
import { readAs, toStorage } from './versions.ts';

/** `DeleteOptions` of a request. */
export interface DeleteOptions extends JsonObject {
  gracePeriodSeconds?: number;
  orphanDependents?: boolean;
  propagationPolicy?: string;
  preconditions?: { uid?: string; resourceVersion?: string };
}

const subject = { group: 'meta.k8s.io', kind: 'DeleteOptions' };

export function checkDeleteOptions(options: DeleteOptions): void {
  const { propagationPolicy: policy, orphanDependents, gracePeriodSeconds: grace } = options;
  const causes = [];
  if (policy !== undefined && orphanDependents !== undefined)
    causes.push({
      reason: 'FieldValueInvalid',
      field: 'propagationPolicy',
      message: `Invalid value: "${policy}": orphanDependents and deletionPropagation cannot be both set`,
    });
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy))
    causes.push({
      reason: 'FieldValueNotSupported',
      field: 'propagationPolicy',
      message: `Unsupported value: "${policy}": supported values: "Foreground", "Background", "Orphan", "nil"`,
    });
  if (grace !== undefined && grace < 0) options.gracePeriodSeconds = 1;
  if (causes.length > 0) throw invalid(subject, '', causes);
}

/**
 * Deletes an object, or marks it where finalizers or a grace period hold it. The result is what DELETE answers: the
 * marked or deleted object, or a Status.
 */
export async function deleteObject(
  api: Api,
  { type, namespace, name }: Place & { name: string },
  options: DeleteOptions,
  call: Call,
): Promise<JsonObject> {
  for (;;) {
    const entry = entryOf(api, type, namespace, name);
    if (entry === undefined) throw notFound(type, name);
    checkPreconditions(type, entry, options);
    const old = await readAs(api, entry, type);
    const attributes = { operation: 'DELETE' as const, type, namespace, name, subresource: '', options, old };
    await admit(api, 'mutate', attributes, call);
    await admit(api, 'validate', attributes, call);
    try {
      return await deleteEntry(api, { type, namespace, name }, entry, old, options, call);
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
    }
  }
}

function checkPreconditions(type: TypeSchema, { object: { metadata } }: Entry, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {};
  const who = { group: type.group, resource: type.kind };
  if (uid !== undefined && uid !== metadata.uid)
    throw conflict(
      who,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw conflict(
      who,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}

async function deleteEntry(
  api: Api,
  { type, namespace, name }: Place & { name: string },
  entry: Entry,
  old: Resource,
  options: DeleteOptions,
  call: Call,
): Promise<JsonObject> {
  const target = { resource: storageKey(type), namespace, name, expected: entry.revision };
  const grace = gracePeriod(old, type, options);
  const finalizers = finalizersAfter(old, type, options);
  const isHeld = finalizers.length > 0 || grace > 0 || hasNamespaceFinalizer(old, type);
  if (!isHeld) {
    const last = await toStorage(api, old, type);
    if (grace === 0 && isPod(type)) last.metadata = marked(last.metadata, api.now(), 0, finalizers);
    if (!call.dryRun) await api.store.remove(target, last);
    return isPod(type) || strategyOf(type).returnsDeleted ? last : success(type, old);
  }
  const object: Resource = { ...old, metadata: marked(old.metadata, api.now(), grace, finalizers) };
  // Namespaces and definitions are marked by their own rules, which know no grace.
  if (hasNamespaceFinalizer(old, type) || type.resource === 'customresourcedefinitions') {
    delete object.metadata['deletionGracePeriodSeconds'];
    if (old.metadata.generation !== undefined) object.metadata.generation = old.metadata.generation;
  }
  if (type.group === '' && type.resource === 'namespaces')
    object['status'] = { ...(object['status'] as JsonObject), phase: 'Terminating' };
  if (type.resource === 'customresourcedefinitions') terminate(object, api.now());
  const stored = await toStorage(api, object, type);
  if (!call.dryRun) {
    await api.store.put(target, stored);
    object.metadata.resourceVersion = stored.metadata.resourceVersion as string;
  }
  return object;
}

/** Metadata of an object that is to be deleted. Marking it again changes its finalizers and shortens its grace only. */
function marked(metadata: Resource['metadata'], now: Date, grace: number, finalizers: string[]): Resource['metadata'] {
  const known = metadata.deletionTimestamp !== undefined;
  const before = metadata['deletionGracePeriodSeconds'] as number | undefined;
  const { finalizers: _, ...rest } = metadata;
  const isShorter = known && before !== undefined && grace < before;
  const started = known ? Date.parse(metadata.deletionTimestamp as string) - (before ?? 0) * 1000 : now.getTime();
  return orderMetadata({
    ...rest,
    ...(known && !isShorter
      ? {}
      : {
          deletionTimestamp: timestamp(new Date(started + grace * 1000)),
          deletionGracePeriodSeconds: grace,
          ...(metadata.generation === undefined || known ? {} : { generation: metadata.generation + 1 }),
        }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
  });
}

const isPod = (type: TypeSchema) => type.group === '' && type.resource === 'pods';

/** Only pods end gracefully; those that run nowhere, or have ended, go at once. */
function gracePeriod(object: Resource, type: TypeSchema, { gracePeriodSeconds }: DeleteOptions): number {
  if (!isPod(type)) return 0;
  const spec = (object['spec'] ?? {}) as JsonObject;
  const phase = ((object['status'] ?? {}) as JsonObject)['phase'];
  if (!spec['nodeName'] || phase === 'Failed' || phase === 'Succeeded') return 0;
  const before = object.metadata['deletionGracePeriodSeconds'] as number | undefined;
  const wanted = gracePeriodSeconds ?? before ?? ((spec['terminationGracePeriodSeconds'] ?? 30) as number);
  return before === undefined ? wanted : Math.min(wanted, before);
}

/** The finalizers that the propagation policy adds and takes away. */
function finalizersAfter(object: Resource, type: TypeSchema, options: DeleteOptions): string[] {
  const own = (object.metadata.finalizers ?? []) as string[];
  const others = own.filter((name) => name !== 'orphan' && name !== 'foregroundDeletion');
  if (type.resource === 'customresourcedefinitions' && !others.includes(cleanup)) others.push(cleanup);
  const { propagationPolicy: policy, orphanDependents } = options;
  if (policy === 'Orphan' || orphanDependents === true) return [...others, 'orphan'];
  if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
  if (policy === 'Background' || orphanDependents === false) return others;
  return [...others, ...own.filter((name) => !others.includes(name))];
}

/** Custom resources go before their definition. */
export const cleanup = 'customresourcecleanup.apiextensions.k8s.io';

function terminate(definition: Resource, now: Date): void {
  const status = { ...(definition['status'] as JsonObject) };
  const conditions = ((status['conditions'] ?? []) as JsonObject[]).filter(({ type }) => type !== 'Terminating');
  conditions.push({
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: timestamp(now),
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  });
  definition['status'] = { ...status, conditions };
}

function hasNamespaceFinalizer(object: Resource, type: TypeSchema): boolean {
  if (type.group !== '' || type.resource !== 'namespaces') return false;
  const spec = (object['spec'] ?? {}) as JsonObject;
  return ((spec['finalizers'] ?? []) as string[]).length > 0;
}

function success(type: TypeSchema, { metadata }: Resource): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: metadata.name,
      ...(type.group === '' ? {} : { group: type.group }),
      kind: type.resource,
      uid: metadata.uid as string,
    },
  };
}

/** Deletes every object of a list; those that are gone meanwhile count as deleted. */
export async function deleteCollection(
  api: Api,
  place: Place,
  names: readonly { namespace: string; name: string }[],
  options: DeleteOptions,
  call: Call,
): Promise<void> {
  for (const { namespace, name } of names)
    try {
      await deleteObject(api, { type: place.type, namespace, name }, { ...options }, call);
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
    }
}

/** Namespaces the cluster cannot be without. */
const immortal = ['default', 'kube-system', 'kube-public'];

export function checkNamespaceDeletion(type: TypeSchema, name: string): void {
  if (type.group === '' && type.resource === 'namespaces' && immortal.includes(name))
    throw forbidden(type, name, 'this namespace may not be deleted');
}
