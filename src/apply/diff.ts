import { canonical, isJsonObject, type JsonObject, type JsonValue, type Resource } from '../resource/index.ts';
import type { FieldChange } from './plan.ts';

/** Metadata that the server writes; a difference there is never a change of ours. */
const serverMetadata = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
]);
/** It repeats the whole object, Secret values included. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** The keys that tell the items of a list apart, tried in this order. */
const listKeys = [
  ['name'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['mountPath'],
  ['devicePath'],
  ['ip'],
  ['type'],
];

/** The fields in which two versions of an object differ, without status and what the server keeps; sorted by path. */
export function fieldChanges(from: Resource, to: Resource): FieldChange[] {
  const changes: FieldChange[] = [];
  compare(comparable(from), comparable(to), '', changes);
  return changes;
}

function comparable(object: Resource): JsonObject {
  const { status: _status, metadata, ...rest } = object;
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !serverMetadata.has(key)));
  if (isJsonObject(kept['annotations']) && lastApplied in kept['annotations']) {
    const { [lastApplied]: _dropped, ...annotations } = kept['annotations'];
    kept['annotations'] = annotations;
  }
  return { ...rest, metadata: kept };
}

function compare(from: JsonValue | undefined, to: JsonValue | undefined, path: string, changes: FieldChange[]): void {
  if (canonical(from) === canonical(to) && isEmpty(from) === isEmpty(to)) return;
  if (isEmpty(from) && isEmpty(to)) return;
  const key = Array.isArray(from) && Array.isArray(to) ? commonKey(from, to) : undefined;
  if (isJsonObject(from) && isJsonObject(to)) compareObjects(from, to, path, changes);
  else if (key !== undefined) compareLists(from as JsonObject[], to as JsonObject[], key, path, changes);
  else changes.push({ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
}

/** An absent field and an empty map or list mean the same to the server. */
function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function compareObjects(from: JsonObject, to: JsonObject, path: string, changes: FieldChange[]): void {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  for (const key of keys) compare(from[key], to[key], joined(path, key), changes);
}

function joined(path: string, key: string): string {
  if (/^[A-Za-z_][\w-]*$/.test(key)) return path === '' ? key : `${path}.${key}`;
  return `${path}[${JSON.stringify(key)}]`;
}

function commonKey(from: JsonValue[], to: JsonValue[]): readonly string[] | undefined {
  return listKeys.find((fields) => [from, to].every((items) => isKeyedBy(items, fields)));
}

function isKeyedBy(items: JsonValue[], fields: readonly string[]): boolean {
  const seen = new Set<string>();
  for (const item of items) {
    if (!isJsonObject(item) || item[fields[0] as string] === undefined) return false;
    seen.add(itemKey(item, fields));
  }
  return seen.size === items.length;
}

const itemKey = (item: JsonObject, fields: readonly string[]) =>
  fields
    .filter((field) => item[field] !== undefined)
    .map((field) => `${field}=${String(item[field])}`)
    .join(',');

function compareLists(
  from: JsonObject[],
  to: JsonObject[],
  fields: readonly string[],
  path: string,
  changes: FieldChange[],
): void {
  const before = new Map(from.map((item) => [itemKey(item, fields), item]));
  const after = new Map(to.map((item) => [itemKey(item, fields), item]));
  const count = changes.length;
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    compare(before.get(key), after.get(key), `${path}[${key}]`, changes);
  }
  if (changes.length === count) changes.push({ path, from, to });
}
