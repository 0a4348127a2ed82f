import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/index.ts';

/** A rule that sets fields nobody set, each to a fresh copy. */
export function set(defaults: JsonObject): (value: JsonObject) => void {
  return (value) => {
    for (const [field, fallback] of Object.entries(defaults))
      if (value[field] === undefined) value[field] = structuredClone(fallback);
  };
}

/** The object in a field; a new one, put there, if nothing is. */
export function into(value: JsonObject, field: string): JsonObject {
  const found = value[field];
  if (isJsonObject(found)) return found;
  const made: JsonObject = {};
  if (found === undefined) value[field] = made;
  return made;
}

/** The object in a field; an empty one, put nowhere, if nothing is. */
export function at(value: JsonObject, field: string): JsonObject {
  const found = value[field];
  return isJsonObject(found) ? found : {};
}

/** The objects of a list. */
export function each(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export const isEmpty = (value: JsonValue | undefined): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0);
