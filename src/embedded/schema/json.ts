import { isJsonObject, type JsonValue, toJson } from '../../resource/index.ts';

/** JSON as Go writes it: keys sorted, `<`, `>` and `&` escaped. Equal for equal values, so it serves as a key too. */
export function canonicalJson(value: JsonValue | undefined): string {
  return write(value ?? null);
}

function write(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (isJsonObject(value)) {
    const members = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, item]) => `${text(key)}:${write(item as JsonValue)}`).join(',')}}`;
  }
  return typeof value === 'string' ? text(value) : toJson(value);
}

/** JSON of a Go struct: its fields in their own order, escaped like the rest. */
export const structJson = (value: object): string => escapeMarkup(JSON.stringify(value));

const escapes: Record<string, string> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
const escapeMarkup = (json: string) => json.replace(/[<>&]/g, (character) => escapes[character] ?? character);
const text = (value: string) => escapeMarkup(JSON.stringify(value));

/** Whether two values are the same JSON; a missing member and `undefined` are the same. */
export function equalJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equalJson(item, b[index]));
  if (isJsonObject(a) && isJsonObject(b)) {
    const count = (object: object) => Object.values(object).filter((item) => item !== undefined).length;
    return count(a) === count(b) && Object.entries(a).every(([key, item]) => equalJson(item, b[key]));
  }
  return (typeof a === 'bigint' || typeof b === 'bigint') && typeof a !== 'object' && String(a) === String(b);
}
