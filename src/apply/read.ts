import { isJsonObject, type JsonObject, type JsonValue } from '../resource/index.ts';

/** The value below a chain of keys; undefined where the chain breaks. */
export function at(value: JsonValue | undefined, ...keys: readonly string[]): JsonValue | undefined {
  let current = value;
  for (const key of keys) {
    if (!isJsonObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

export function textAt(value: JsonValue | undefined, ...keys: readonly string[]): string | undefined {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : undefined;
}

/** A number below a chain of keys; `undefined` where there is none. */
export function numberAt(value: JsonValue | undefined, ...keys: readonly string[]): number | undefined {
  const found = at(value, ...keys);
  return typeof found === 'number' ? found : typeof found === 'bigint' ? Number(found) : undefined;
}

/** The objects of a list below a chain of keys; empty where there is none. */
export function objectsAt(value: JsonValue | undefined, ...keys: readonly string[]): JsonObject[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

export function textsAt(value: JsonValue | undefined, ...keys: readonly string[]): string[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
}
