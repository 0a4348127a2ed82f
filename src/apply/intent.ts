import type { Problem } from '../errors.ts';
import {
  formatId,
  groupOf,
  idOf,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  keyOf,
  type Resource,
} from '../resource/index.ts';
import { asMember, homeNamespace, partOf } from './inventory/applyset.ts';
import { type Kind, targetKey } from './kinds.ts';
import { isBuiltin } from './order/delete-edges.ts';

/** Metadata that an exported object carries and an intent must not. */
const serverFields = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink'];

/**
 * The objects as we will send them: members of the owner's set, in the right namespace, without what belongs to the
 * server. Problems (a name missing, the same object twice, a member of another set) are collected.
 */
export function makeIntents(
  desired: readonly Resource[],
  kinds: ReadonlyMap<string, Kind>,
  identity: string,
  namespace: string,
): { intents: Resource[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const intents: Resource[] = [];
  for (const object of desired) {
    const kind = kinds.get(targetKey(object));
    if (kind === undefined) continue;
    const intent = asMember(normalized(object, kind, namespace), identity);
    const key = keyOf(idOf(intent));
    const fault = faultOf(object, intent, identity) ?? (seen.has(key) ? 'it is there twice' : undefined);
    if (fault !== undefined) problems.push({ message: `${formatId(idOf(intent))}: ${fault}` });
    seen.add(key);
    intents.push(intent);
  }
  return { intents, problems };
}

function faultOf(object: Resource, intent: Resource, identity: string): string | undefined {
  if (typeof object.metadata.name !== 'string' || object.metadata.name === '') {
    return 'it has no metadata.name, and generateName cannot be applied twice';
  }
  const set = object.metadata.labels?.[partOf];
  if (set !== undefined && set !== identity) return `its label ${partOf} says that it belongs to another set`;
  if (intent.kind === 'Namespace' && intent.metadata.name === homeNamespace)
    return 'Slipway keeps this namespace for itself';
  return undefined;
}

function normalized(object: Resource, kind: Kind, namespace: string): Resource {
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([key]) => !serverFields.includes(key) && key !== 'namespace'),
  );
  const intent: JsonObject = { ...object, metadata };
  if (kind.namespaced) metadata['namespace'] = object.metadata.namespace || namespace;
  if (!isBuiltin(groupOf(object.apiVersion))) return intent as Resource;
  delete intent['status'];
  // The aggregation controller fills the rules of a role that collects those of others.
  if (object.kind === 'ClusterRole' && object['aggregationRule'] !== undefined) delete intent['rules'];
  const isData = object.apiVersion === 'v1' && (object.kind === 'Secret' || object.kind === 'ConfigMap');
  return (isData ? withData(intent) : withoutNulls(intent)) as Resource;
}

/** Values in `data` stay as they are, empty ones included; `stringData` becomes `data`, as the server would do it. */
function withData(intent: JsonObject): JsonObject {
  const { stringData, ...rest } = intent;
  if (!isJsonObject(stringData)) return rest;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value ?? '')).toString('base64'),
  ]);
  return { ...rest, data: { ...(isJsonObject(rest['data']) ? rest['data'] : {}), ...Object.fromEntries(encoded) } };
}

/** For Kubernetes' own kinds an explicit null means "not set", but server-side apply refuses some of them. */
function withoutNulls<T extends JsonValue>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item as JsonValue)])) as T;
}
