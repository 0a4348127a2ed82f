import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';

/** Applies a JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. */
export function applyMergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch))
    if (value === null || value === undefined) delete result[key];
    else result[key] = applyMergePatch(result[key], value);
  return result;
}
