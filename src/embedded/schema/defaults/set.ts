import { isJsonObject, type JsonObject } from '../../../resource/index.ts';

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
