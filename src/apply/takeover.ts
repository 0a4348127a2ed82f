import type { Cluster } from '../cluster/index.ts';
import { isJsonObject, type JsonObject, type JsonValue, type Resource } from '../resource/index.ts';
import { hasKeys } from './field-path.ts';
import { fieldManager } from './owned.ts';

/** Field managers of tools that make objects and remember what they sent elsewhere, if at all. */
const makers = new Set(['kubectl-client-side-apply', 'before-first-apply', 'kubectl-create', 'helm']);

interface Entry extends JsonObject {
  manager: string;
  operation: string;
  fieldsV1: JsonObject;
}

function entriesOf(object: Resource): Entry[] {
  const entries = object.metadata['managedFields'];
  return (Array.isArray(entries) ? entries : []).filter(
    (entry): entry is Entry => isJsonObject(entry) && isJsonObject(entry['fieldsV1']),
  );
}

export const isMaker = (manager: string) => makers.has(manager);
const isMadeBy = (entry: Entry) =>
  entry.operation === 'Update' && entry['subresource'] === undefined && makers.has(entry.manager);
const isOurs = (entry: Entry) =>
  entry.operation === 'Apply' && entry.manager === fieldManager && entry['subresource'] === undefined;

/**
 * Hands the fields of the tools that made an object over to us, so that the next apply removes those that are no longer
 * wanted, and leaves every other manager's alone. Without it they would live on for ever (kubernetes/client-go,
 * `csaupgrade`).
 */
export async function takeOver(cluster: Cluster, live: Resource): Promise<void> {
  const entries = entriesOf(live);
  const made = entries.filter(isMadeBy);
  if (made.length === 0) return;
  const ours = entries.find(isOurs);
  const fieldsV1 = [...(ours === undefined ? [] : [ours]), ...made].map((entry) => entry.fieldsV1).reduce(union);
  const entry = {
    apiVersion: live.apiVersion,
    fieldsType: 'FieldsV1',
    time: made[0]?.['time'] ?? null,
    ...ours,
    manager: fieldManager,
    operation: 'Apply',
    fieldsV1,
  };
  const managedFields: JsonValue = [...entries.filter((item) => !isMadeBy(item) && item !== ours), entry];
  const { name, namespace, resourceVersion } = live.metadata;
  const ref = { apiVersion: live.apiVersion, kind: live.kind, name, ...(namespace === undefined ? {} : { namespace }) };
  await cluster.patch(ref, {
    type: 'json',
    body: [
      { op: 'replace', path: '/metadata/managedFields', value: managedFields },
      { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion ?? '' },
    ],
  });
}

function union(a: JsonObject, b: JsonObject): JsonObject {
  const result: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const known = result[key];
    result[key] = isJsonObject(known) && isJsonObject(value) ? union(known, value) : (value ?? {});
  }
  return result;
}

/** What a dry run cannot show: its result without the fields that only the former makers hold. */
export function afterTakeover(live: Resource, dryRun: Resource): Resource {
  const theirs = entriesOf(live).filter(isMadeBy);
  const others = entriesOf(dryRun).filter((entry) => !isMadeBy(entry));
  if (theirs.length === 0) return dryRun;
  const fields = theirs.map((entry) => entry.fieldsV1).reduce(union);
  return without(
    dryRun,
    fields,
    others.map((entry) => entry.fieldsV1),
  ) as Resource;
}

function without(value: JsonValue, fields: JsonObject, others: readonly JsonObject[]): JsonValue {
  let result = value;
  for (const [key, below] of Object.entries(fields)) {
    if (key === '.' || !isJsonObject(below)) continue;
    const held = others.flatMap((other) => (isJsonObject(other[key]) ? [other[key]] : []));
    if (held.length === 0) result = removed(result, key);
    else if (Object.keys(below).length > 0) result = changed(result, key, (child) => without(child, below, held));
  }
  return result;
}

const matches = (key: string, item: JsonValue) => {
  const wanted = JSON.parse(key.slice(2)) as JsonValue;
  return isJsonObject(wanted) ? hasKeys(item, wanted as Record<string, JsonValue>) : item === wanted;
};

function removed(value: JsonValue, key: string): JsonValue {
  if (Array.isArray(value)) return value.filter((item) => !matches(key, item));
  if (!isJsonObject(value)) return value;
  const { [key.slice(2)]: _gone, ...rest } = value;
  return rest;
}

function changed(value: JsonValue, key: string, change: (child: JsonValue) => JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item) => (matches(key, item) ? change(item) : item));
  const child = isJsonObject(value) ? value[key.slice(2)] : undefined;
  return isJsonObject(value) && child !== undefined ? { ...value, [key.slice(2)]: change(child) } : value;
}
