import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import { badRequest } from '../api/status.ts';
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
      if (!(name in patch)) orderList(result, name, value as JsonValue[], fieldOf(schema, name));
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
      result[key] = mergeLists(Array.isArray(present) ? present : [], value, field);
      const order = patch[`$setElementOrder/${key}`];
      if (Array.isArray(order)) orderList(result, key, order, field);
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
    if (id === undefined) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const at = result.findIndex((present) => isJsonObject(present) && equal(present[key], id));
    if (item['$patch'] === 'delete') {
      for (let i = result.length - 1; i >= 0; i--)
        if (isJsonObject(result[i]) && equal((result[i] as JsonObject)[key], id)) result.splice(i, 1);
    } else if (at < 0) result.push(mergeObjects({}, item, schema?.items, []));
    else if (item['$patch'] === 'replace') result[at] = withoutDirectives(item);
    else result[at] = mergeObjects(result[at] as JsonObject, item, schema?.items, schema?.items?.patchStrategy ?? []);
  }
  return result;
}

/** Sorts a list by the order the patch gives; items it does not name keep their place relative to their neighbours. */
function orderList(object: JsonObject, name: string, order: readonly JsonValue[], schema: Schema): void {
  const list = object[name];
  if (!Array.isArray(list)) return;
  const key = schema?.patchMergeKey;
  const idOf = (item: JsonValue) => (key === undefined ? item : isJsonObject(item) ? item[key] : undefined);
  const wanted = order.map(idOf);
  const rank = (item: JsonValue) => wanted.findIndex((id) => equal(id, idOf(item)));
  const named = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  const result: JsonValue[] = [];
  let next = 0;
  const others = list.filter((item) => rank(item) < 0);
  // An unnamed item comes before the named ones that it stood before.
  for (const other of others) {
    const place = list.indexOf(other);
    while (next < named.length && list.indexOf(named[next] as JsonValue) < place)
      result.push(named[next++] as JsonValue);
    result.push(other);
  }
  object[name] = [...result, ...named.slice(next)];
}

const isDirective = (item: JsonValue) => isJsonObject(item) && '$patch' in item;

function fieldOf(schema: Schema, name: string): Schema {
  return schema?.field?.(name) ?? schema?.values;
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}
