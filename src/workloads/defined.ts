import type { JsonObject, JsonValue } from '../resource/index.ts';

/** The members that say something: without `undefined`, empty lists and empty maps. */
export function defined(members: Record<string, JsonValue | readonly JsonValue[] | undefined>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => {
      if (value === undefined) return false;
      return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
    }),
  ) as JsonObject;
}
