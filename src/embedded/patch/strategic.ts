import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import { ApiError, badRequest } from '../api/status.ts';
import type { FieldSchema } from '../schema/schema.ts';
import { clone } from '../store/entry.ts';
import { equal } from './typed.ts';

type Schema = FieldSchema | undefined;

/**
 * Applies a strategic merge patch: lists with a merge key are merged by it, and the directives `$patch` (`replace`,
 * `merge`, `delete`), `$retainKeys`, `$deleteFromPrimitiveList/x` and `$setElementOrder/x` are followed.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function applyStrategicPatch(object: JsonObject, patch: JsonObject, root: FieldSchema): JsonObject {
  return mergeObjects(clone(object), patch, root, root.patchStrategy ?? []);
}

function mergeObjects(target: JsonObject, patch: JsonObject, schema: Schema, strategy: readonly string[]): JsonObject {
  const directive = patch['$patch'];
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') throw badRequest(`unknown patch type: ${String(directive)}`);
  const result: JsonObject = { ...target };
  const retained = patch['$retainKeys'];
  if (strategy.includes('retainKeys') && Array.isArray(retained))
    for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys') continue;
    if (key.startsWith('$setElementOrder/')) {
      const name = key.slice('$setElementOrder/'.length);
      // Where the patch brings the list as well, the order is taken up there.
      const list = result[name];
      if (!(name in patch) && Array.isArray(list))
        result[name] = arrange(list, value as JsonValue[], list, fieldOf(schema, name));
      continue;
    }
    if (key.startsWith('$deleteFromPrimitiveList/')) {
      const name = key.slice('$deleteFromPrimitiveList/'.length);
      const gone = value as JsonValue[];
      if (Array.isArray(result[name]))
        result[name] = (result[name] as JsonValue[]).filter((item) => !gone.includes(item));
      continue;
    }
    const field = fieldOf(schema, key);
    if (value === null || value === undefined) {
      delete result[key];
      continue;
    }
    const present = result[key];
    const how = field?.patchStrategy ?? [];
    if (isJsonObject(value)) {
      if (isJsonObject(present) && !how.includes('replace')) result[key] = mergeObjects(present, value, field, how);
      else if (value['$patch'] === 'delete') delete result[key];
      else result[key] = mergeObjects({}, value, field, how);
    } else if (Array.isArray(value) && how.includes('merge')) {
      const before = Array.isArray(present) ? present : [];
      const order = patch[`$setElementOrder/${key}`];
      const merged = mergeLists(before, value, field);
      result[key] = arrange(merged, Array.isArray(order) ? order : value, before, field);
    } else result[key] = Array.isArray(value) ? value.filter((item) => !isDirective(item)).map(clone) : value;
  }
  return result;
}

function mergeLists(target: readonly JsonValue[], patch: readonly JsonValue[], schema: Schema): JsonValue[] {
  if (patch.some((item) => isJsonObject(item) && item['$patch'] === 'replace'))
    return patch.filter((item) => !isDirective(item)).map(clone);
  const key = schema?.patchMergeKey;
  const result = [...target];
  if (key === undefined || key === '') {
    for (const item of patch) if (!result.some((present) => equal(present, item))) result.push(item);
    return result;
  }
  for (const item of patch as JsonObject[]) {
    const id = item[key];
    if (id === undefined)
      throw new ApiError(500, '', `map: ${goMap(item)} does not contain declared merge key: ${key}`);
    const at = result.findIndex((present) => isJsonObject(present) && equal(present[key], id));
    if (item['$patch'] === 'delete') {
      for (let i = result.length - 1; i >= 0; i--)
        if (isJsonObject(result[i]) && equal((result[i] as JsonObject)[key], id)) result.splice(i, 1);
    } else if (at < 0) result.push(mergeObjects({}, item, schema?.items, []));
    else if (item['$patch'] === 'replace') result[at] = withoutDirectives(item);
    else result[at] = mergeObjects(result[at] as JsonObject, item, schema?.items, schema?.patchStrategy ?? []);
  }
  return result;
}

/**
 * The items that the patch names in its order, and the others in theirs. Where both had a place before, it decides who
 * comes first; an item without one comes before those the patch does not name.
 */
function arrange(
  list: readonly JsonValue[],
  order: readonly JsonValue[],
  before: readonly JsonValue[],
  schema: Schema,
): JsonValue[] {
  const key = schema?.patchMergeKey;
  const idOf = (item: JsonValue) => (key && isJsonObject(item) ? item[key] : item);
  const place = (items: readonly JsonValue[], item: JsonValue) =>
    items.findIndex((other) => equal(idOf(other), idOf(item)));
  const named = list.filter((item) => place(order, item) >= 0).sort((a, b) => place(order, a) - place(order, b));
  const others = list.filter((item) => place(order, item) < 0);
  const result: JsonValue[] = [];
  let [n, o] = [0, 0];
  while (n < named.length && o < others.length) {
    const [mine, theirs] = [place(before, others[o] as JsonValue), place(before, named[n] as JsonValue)];
    if (mine >= 0 && theirs >= 0 && mine < theirs) result.push(others[o++] as JsonValue);
    else result.push(named[n++] as JsonValue);
  }
  return [...result, ...others.slice(o), ...named.slice(n)];
}

const isDirective = (item: JsonValue) => isJsonObject(item) && '$patch' in item;

function fieldOf(schema: Schema, name: string): Schema {
  return schema?.field?.(name) ?? schema?.values;
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}

/** A map as Go's `%v` prints it. */
function goMap(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`;
  if (!isJsonObject(value)) return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${goMap(item)}`).join(' ')}]`;
}
