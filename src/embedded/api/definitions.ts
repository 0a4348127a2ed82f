import type { JsonObject, Resource } from '../../resource/index.ts';
import { admin } from '../auth/user.ts';
import { equal } from '../patch/typed.ts';
import { customTypes } from '../schema/index.ts';
import type { TypeSchema } from '../schema/schema.ts';
import type { Change } from '../store/history.ts';
import { type Api, type Call, timestamp } from './api.ts';
import { cleanup, deleteObject } from './delete.ts';
import { ApiError } from './status.ts';
import { updateObject } from './update.ts';

const resource = 'apiextensions.k8s.io/customresourcedefinitions';

/** The server's own work on an object. */
export function serverCall(signal: AbortSignal): Call {
  return { user: admin, manager: 'kube-apiserver', dryRun: false, validation: 'Ignore', warn: () => {}, signal };
}

/**
 * Serves custom kinds: accepts the names of definitions, establishes them, takes up their changes, and empties them
 * before they go. Everything happens in the turn in which a definition is committed, so that it is there at once.
 */
export function serveDefinitions(api: Api, signal: AbortSignal): void {
  const reviewed = new Map<string, Promise<void>>();
  const review = (name: string) => {
    // One definition is looked at by one at a time.
    const before = reviewed.get(name) ?? Promise.resolve();
    const next = before.then(() => reviewOne(api, name, signal)).catch(() => {});
    reviewed.set(name, next);
  };
  const take = ({ object }: { object: Resource }) => {
    api.types.setCustom(object.metadata.name, isEstablished(object) ? customTypes(object) : []);
    review(object.metadata.name);
  };
  for (const entry of api.store.list(resource)) take(entry);
  const stop = api.store.subscribe(resource, ({ after, before }: Change) => {
    if (after !== undefined) {
      const sameSpec = before !== undefined && equal(before.object['spec'], after.object['spec']);
      const sameState = before !== undefined && isEstablished(before.object) === isEstablished(after.object);
      // The types of a definition stay the very same ones while nothing about them changes: caches hang on them.
      if (sameSpec && sameState && equal(namesIn(before.object), namesIn(after.object))) review(after.name);
      else take(after);
    } else if (before !== undefined) {
      api.types.setCustom(before.name, []);
      // Its names are free for those who waited for them.
      for (const entry of api.store.list(resource)) review(entry.name);
    }
  });
  signal.addEventListener('abort', stop);
}

async function reviewOne(api: Api, name: string, signal: AbortSignal): Promise<void> {
  const entry = api.store.get(resource, '', name);
  if (entry === undefined || signal.aborted) return;
  if (entry.object.metadata.deletionTimestamp !== undefined) {
    if (entry.object.metadata.finalizers?.includes(cleanup)) await empty(api, entry.object, signal);
    return;
  }
  const status = statusFor(api, entry.object);
  if (equal(status, entry.object['status'])) return;
  await change(api, name, 'status', signal, (definition) => {
    definition['status'] = statusFor(api, definition);
  });
}

async function change(
  api: Api,
  name: string,
  subresource: string,
  signal: AbortSignal,
  edit: (definition: Resource) => void,
): Promise<void> {
  const type = api.types.ofKind('apiextensions.k8s.io/v1', 'CustomResourceDefinition') as TypeSchema;
  try {
    await updateObject(
      api,
      { type, namespace: '', name },
      {
        subresource,
        options: {},
        creates: false,
        applied: false,
        retries: true,
        next: (live) => {
          edit(live as Resource);
          return live as Resource;
        },
      },
      serverCall(signal),
    );
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
  }
}

interface Names extends JsonObject {
  plural: string;
  singular?: string;
  kind: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

const specOf = (definition: Resource) => definition['spec'] as { group: string; names: Names };
const statusOf = (definition: Resource) => (definition['status'] ?? {}) as JsonObject;
const namesIn = (definition: Resource) => (statusOf(definition)['acceptedNames'] ?? {}) as Partial<Names>;
const conditionsOf = (definition: Resource) => (statusOf(definition)['conditions'] ?? []) as JsonObject[];

export function isEstablished(definition: Resource): boolean {
  return conditionsOf(definition).some(({ type, status }) => type === 'Established' && status === 'True');
}

/** The status of a definition whose names have been compared with those of the others of its group. */
function statusFor(api: Api, definition: Resource): JsonObject {
  const { group, names: wanted } = specOf(definition);
  const others = [...api.store.list(resource)]
    .map(({ object }) => object)
    .filter((other) => other.metadata.name !== definition.metadata.name && specOf(other).group === group)
    .map(namesIn);
  const resources = new Set(
    others.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...(shortNames ?? [])]),
  );
  const kinds = new Set(others.flatMap(({ kind, listKind }) => [kind, listKind]));
  const accepted: JsonObject = { ...namesIn(definition) };
  let conflict: { reason: string; message: string } | undefined;
  const claim = (field: 'plural' | 'singular' | 'kind' | 'listKind', taken: ReadonlySet<string | undefined>) => {
    const name = wanted[field];
    if (name !== undefined && name !== accepted[field] && taken.has(name))
      conflict = {
        reason: `${field[0]?.toUpperCase()}${field.slice(1)}Conflict`,
        message: `${JSON.stringify(name)} is already in use`,
      };
    else if (name !== undefined) accepted[field] = name;
  };
  claim('plural', resources);
  claim('singular', resources);
  const known = (accepted['shortNames'] ?? []) as string[];
  const clash = (wanted.shortNames ?? []).find((name) => !known.includes(name) && resources.has(name));
  if (clash !== undefined)
    conflict = { reason: 'ShortNamesConflict', message: `${JSON.stringify(clash)} is already in use` };
  else setOrDelete(accepted, 'shortNames', wanted.shortNames);
  claim('kind', kinds);
  claim('listKind', kinds);
  setOrDelete(accepted, 'categories', wanted.categories);
  return {
    ...statusOf(definition),
    conditions: conditionsFor(api, definition, conflict),
    acceptedNames: { plural: '', kind: '', ...accepted },
  };
}

function setOrDelete(object: JsonObject, field: string, value: string[] | undefined): void {
  if (value === undefined) delete object[field];
  else object[field] = value;
}

function conditionsFor(api: Api, definition: Resource, conflict?: { reason: string; message: string }): JsonObject[] {
  const before = conditionsOf(definition);
  const now = timestamp(api.now());
  const set = (list: JsonObject[], type: string, status: string, reason: string, message: string) => {
    const old = list.find((condition) => condition['type'] === type);
    const lastTransitionTime = old?.['status'] === status ? (old['lastTransitionTime'] as string) : now;
    const condition = { type, status, lastTransitionTime, reason, message };
    return old === undefined ? [...list, condition] : list.map((item) => (item === old ? condition : item));
  };
  const accepted =
    conflict === undefined
      ? set(before, 'NamesAccepted', 'True', 'NoConflicts', 'no conflicts found')
      : set(before, 'NamesAccepted', 'False', conflict.reason, conflict.message);
  const established = isEstablished(definition)
    ? accepted
    : conflict === undefined
      ? set(accepted, 'Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted')
      : set(accepted, 'Established', 'False', 'NotAccepted', 'not all names are accepted');
  const approval = definition.metadata.annotations?.['api-approved.kubernetes.io'];
  if (!/(^|\.)(k8s\.io|kubernetes\.io)$/.test(specOf(definition).group)) return established;
  const isOkay = approval !== undefined && (/^https?:\/\//.test(approval) || approval.startsWith('unapproved'));
  const reason =
    approval === undefined
      ? 'MissingAnnotation'
      : approval.startsWith('unapproved')
        ? 'UnapprovedAnnotation'
        : isOkay
          ? 'ApprovedAnnotation'
          : 'InvalidAnnotation';
  const message =
    reason === 'ApprovedAnnotation'
      ? `approved in ${approval}`
      : reason === 'UnapprovedAnnotation'
        ? `not approved: ${JSON.stringify(approval)}`
        : 'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111';
  const status = reason === 'ApprovedAnnotation' ? 'True' : 'False';
  const type = 'KubernetesAPIApprovalPolicyConformant';
  const approved = set(established, type, status, reason, message);
  // It is the first thing that is said of a definition in a protected group.
  return [...approved.filter((item) => item['type'] === type), ...approved.filter((item) => item['type'] !== type)];
}

/** Deletes every object of a kind; the definition goes when the last one has. */
async function empty(api: Api, definition: Resource, signal: AbortSignal): Promise<void> {
  const { name } = definition.metadata;
  const [storage] = customTypes(definition).filter((type) => type.storage);
  if (storage !== undefined) {
    const objects = `${storage.group}/${storage.resource}`;
    for (const entry of [...api.store.list(objects)])
      if (entry.object.metadata.deletionTimestamp === undefined)
        await deleteObject(
          api,
          { type: storage, namespace: entry.namespace, name: entry.name },
          {},
          serverCall(signal),
        ).catch((error: unknown) => {
          if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
        });
    await noneLeft(api, objects, signal);
  }
  if (signal.aborted) return;
  await change(api, name, '', signal, (live) => {
    live.metadata.finalizers = (live.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanup);
  });
}

function noneLeft(api: Api, objects: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (api.store.count(objects) > 0 && !signal.aborted) return;
      stop();
      resolve();
    };
    const stop = api.store.subscribe(objects, check);
    signal.addEventListener('abort', check);
    check();
  });
}
