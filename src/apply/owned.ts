import { createHash } from 'node:crypto';
import { canonical, isJsonObject, type JsonObject, type JsonValue, type Resource } from '../resource/index.ts';

export const fieldManager = 'slipway';

/** What our field manager applied to an object: `fieldsV1` of its entry in `managedFields` (KEP-555). */
export function ownedFields(object: Resource, manager = fieldManager): JsonObject | undefined {
  const entries = object.metadata['managedFields'];
  if (!Array.isArray(entries)) return undefined;
  const entry = entries.find(
    (item) =>
      isJsonObject(item) &&
      item['manager'] === manager &&
      item['operation'] === 'Apply' &&
      item['subresource'] === undefined,
  );
  return isJsonObject(entry) && isJsonObject(entry['fieldsV1']) ? entry['fieldsV1'] : undefined;
}

/**
 * A digest of the fields that we own and of their live values. It is the same as long as nobody changed one of them and
 * nobody took one away; applying the same intent again would then change nothing. Undefined where we own no field.
 */
export function ownedDigest(object: Resource): string | undefined {
  const fields = ownedFields(object);
  if (fields === undefined) return undefined;
  const parts: string[] = [canonical(fields)];
  collect(fields, object, parts);
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 22);
}

/** A digest of an intent: the object as we would send it. */
export function intentDigest(object: Resource): string {
  return createHash('sha256').update(canonical(object)).digest('base64url').slice(0, 22);
}

function collect(fields: JsonObject, value: JsonValue | undefined, parts: string[]): void {
  for (const key of Object.keys(fields).sort()) {
    if (key === '.') {
      parts.push(value === undefined ? 'absent' : 'present');
      continue;
    }
    const child = childOf(value, key);
    const below = fields[key];
    if (isJsonObject(below) && Object.keys(below).length > 0) collect(below, child, parts);
    else parts.push(child === undefined ? 'absent' : canonical(child));
  }
}

/** The value that a key of fieldsV1 points to: `f:name`, `k:{"name":"x"}` (a list item by its keys) or `v:"x"`. */
function childOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  const [kind, rest] = [key.slice(0, 2), key.slice(2)];
  if (kind === 'f:') return isJsonObject(value) && Object.hasOwn(value, rest) ? value[rest] : undefined;
  if (!Array.isArray(value)) return undefined;
  if (kind === 'i:') return value[Number(rest)];
  const wanted = JSON.parse(rest) as JsonValue;
  if (kind === 'v:') return value.find((item) => canonical(item) === canonical(wanted));
  return value.find(
    (item) =>
      isJsonObject(item) && isJsonObject(wanted) && Object.keys(wanted).every((name) => item[name] === wanted[name]),
  );
}
