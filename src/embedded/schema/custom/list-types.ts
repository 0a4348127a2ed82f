import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/index.ts';
import { canonicalJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { duplicate } from '../validation/causes.ts';
import type { Structural } from './structural.ts';

/** Items of sets, and keys of lists by key, occur once. */
export function checkListTypes(value: JsonValue | undefined, schema: Structural, path = ''): Cause[] {
  if (isJsonObject(value))
    return Object.entries(value).flatMap(([name, item]) => {
      if (typeof item !== 'object' || item === null) return [];
      const property = schema.field(name);
      if (property !== undefined) return checkListTypes(item, property, path === '' ? name : `${path}.${name}`);
      return schema.values === undefined ? [] : checkListTypes(item, schema.values, `${path}[${name}]`);
    });
  if (!Array.isArray(value)) return [];
  const below = value.flatMap((item, index) => checkListTypes(item, schema.items, `${path}[${index}]`));
  if (schema.listType === 'set') return [...repeated(value, path), ...below];
  if (schema.listType === 'map')
    return [
      ...repeated(
        value.map((item) => keyOf(item, schema.listMapKeys)),
        path,
      ),
      ...below,
    ];
  return below;
}

function keyOf(item: JsonValue, keys: readonly string[]): JsonObject {
  if (!isJsonObject(item)) return {};
  return Object.fromEntries(keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]])));
}

/** One cause for each value that occurs again, at its second place. */
function repeated(values: JsonValue[], path: string): Cause[] {
  const seen = new Map<string, number>();
  return values.flatMap((value, index) => {
    const key = canonicalJson(value);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 2 ? [duplicate(`${path}[${index}]`, value)] : [];
  });
}
