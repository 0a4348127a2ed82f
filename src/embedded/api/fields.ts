import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';

/** The object in a field, put there if there is none: changes to it are changes to its owner. */
export function objectIn(owner: JsonObject, field: string): JsonObject {
  const value = owner[field];
  if (isJsonObject(value)) return value;
  const made: JsonObject = {};
  owner[field] = made;
  return made;
}

/** The list in a field, put there if there is none. */
export function listIn(owner: JsonObject, field: string): JsonValue[] {
  const value = owner[field];
  if (Array.isArray(value)) return value;
  const made: JsonValue[] = [];
  owner[field] = made;
  return made;
}
