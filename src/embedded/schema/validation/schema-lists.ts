import { isJsonObject, type JsonObject } from '../../../resource/index.ts';
import { at, text, texts } from '../access.ts';
import type { Cause } from '../schema.ts';
import { invalid, notSupported, required } from './causes.ts';

const listTypes = ['atomic', 'set', 'map'];

/** How server-side apply owns a list, and what its items must be like for that. */
export function checkListType(path: string, schema: JsonObject): Cause[] {
  const list = schema['x-kubernetes-list-type'];
  const keys = texts(schema['x-kubernetes-list-map-keys']);
  const causes: Cause[] = [];
  const spot = `${path}.x-kubernetes-list-type`;
  if (list !== undefined && schema['type'] !== 'array')
    causes.push(
      text(schema['type']) === ''
        ? required(`${path}.type`, 'must be array if x-kubernetes-list-type is specified')
        : invalid(`${path}.type`, schema['type'], 'must be array if x-kubernetes-list-type is specified'),
    );
  if (list !== undefined && !listTypes.includes(text(list))) causes.push(notSupported(spot, list, listTypes));
  if (keys.length > 0 && list !== 'map') {
    const words = 'must be map if x-kubernetes-list-map-keys is non-empty';
    causes.push(list === undefined ? required(spot, words) : invalid(spot, list, words));
  }
  if (list === 'set') return [...causes, ...checkSetItems(`${path}.items`, at(schema, 'items'))];
  if (list !== 'map') return causes;
  if (keys.length === 0)
    causes.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  return [...causes, ...checkListKeys(path, at(schema, 'items'), keys)];
}

/** Items of a set are one piece each: they could not be told apart otherwise. */
function checkSetItems(path: string, items: JsonObject): Cause[] {
  const words = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const [list, map] = [items['x-kubernetes-list-type'], items['x-kubernetes-map-type']];
  if (items['type'] === 'array' && list !== undefined && list !== 'atomic')
    return [invalid(`${path}.x-kubernetes-list-type`, list, words)];
  if (items['type'] === 'object' && map !== 'atomic')
    return [invalid(`${path}.x-kubernetes-map-type`, list ?? null, words)];
  return [];
}

function checkListKeys(path: string, items: JsonObject, keys: readonly string[]): Cause[] {
  const causes: Cause[] = [];
  if (items['type'] !== 'object')
    return [
      invalid(
        `${path}.items.type`,
        text(items['type']),
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    ];
  const properties = at(items, 'properties');
  for (const key of keys) {
    const property = properties[key];
    if (!isJsonObject(property)) {
      causes.push(
        invalid(`${path}.x-kubernetes-list-map-keys`, [...keys], 'entries must all be names of item properties'),
      );
      continue;
    }
    if (property['type'] === 'array' || property['type'] === 'object')
      causes.push(
        invalid(
          `${path}.items.properties[${key}].type`,
          text(items['type']),
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    if (property['default'] === undefined && !texts(items['required']).includes(key))
      causes.push(
        required(
          `${path}.items.properties[${key}].default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
  }
  return causes;
}

/** How server-side apply owns an object. */
export function checkMapType(path: string, schema: JsonObject): Cause[] {
  const map = schema['x-kubernetes-map-type'];
  if (map === undefined) return [];
  const causes: Cause[] = [];
  if (schema['type'] !== 'object')
    causes.push(
      text(schema['type']) === ''
        ? required(`${path}.type`, 'must be object if x-kubernetes-map-type is specified')
        : invalid(`${path}.type`, schema['type'], 'must be object if x-kubernetes-map-type is specified'),
    );
  if (map !== 'atomic' && map !== 'granular')
    causes.push(notSupported(`${path}.x-kubernetes-map-type`, map, ['atomic', 'granular']));
  return causes;
}
