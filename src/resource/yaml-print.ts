import type { JsonObject, JsonValue } from './json.ts';
import { formatNumber } from './yaml-number.ts';
import { sortKeys } from './yaml-order.ts';
import { PrintedList, toValue } from './yaml-value.ts';
import { isSimpleKey, readableText, writeKey, writeString } from './yaml-write.ts';

/**
 * YAML as `kubectl` prints it: go-yaml v2 over the JSON of an object. Keys in natural order, sequences not indented,
 * strings quoted only where YAML 1.1 would read them as something else, long lines folded after column 80.
 * `undefined` fields are left out.
 */
export function printYaml(value: JsonValue): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]\n' : writeSequence(value, 0, false);
  if (typeof value === 'object' && value !== null) {
    const body = writeMapping(value, 0, false);
    return body === '' ? '{}\n' : body;
  }
  return `${writeScalar(value, 0, 2)}\n`;
}

const pads: string[] = Array.from({ length: 64 }, (_, size) => ' '.repeat(size));
const pad = (size: number) => pads[size] ?? ' '.repeat(size);

function writeScalar(value: JsonValue, column: number, indent: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, column, indent);
    case 'number':
      return formatNumber(value);
    case 'bigint':
      return value.toString();
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      return 'null';
  }
}

/** Fields at `indent`; the first without its own indentation where it follows `- ` on the same line. */
function writeMapping(object: JsonObject, indent: number, compact: boolean): string {
  const keys = sortKeys(Object.keys(object));
  const margin = pad(indent);
  let out = '';
  let first = compact;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    const value = object[key];
    if (value === undefined) continue;
    if (first) first = false;
    else out += margin;
    const name = readableText(key);
    out += isSimpleKey(name) ? writeField(writeKey(name), value, indent) : writeLongField(name, value, indent);
  }
  return out;
}

function writeField(key: string, value: JsonValue, indent: number): string {
  if (typeof value === 'string') return `${key}: ${writeString(value, indent + key.length + 1, indent + 2)}\n`;
  if (typeof value !== 'object' || value === null) return `${key}: ${writeScalar(value, 0, 0)}\n`;
  if (Array.isArray(value)) {
    if (value.length === 0) return `${key}: []\n`;
    return `${key}:\n${writeSequence(value, indent, false)}`;
  }
  if (value instanceof PrintedList) {
    if (value.raw.indent === indent) return `${key}:\n${value.raw.text}`;
    return writeField(key, toValue(value.node), indent);
  }
  const body = writeMapping(value, indent + 2, false);
  return body === '' ? `${key}: {}\n` : `${key}:\n${body}`;
}

/** `? key` and `: value`, for keys that are too long or have several lines. */
function writeLongField(key: string, value: JsonValue, indent: number): string {
  const head = `? ${writeString(key, indent + 1, indent + 2)}\n${pad(indent)}:`;
  if (Array.isArray(value) && value.length > 0) return `${head} ${writeSequence(value, indent + 2, true)}`;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const body = writeMapping(value, indent + 2, true);
    return body === '' ? `${head} {}\n` : `${head} ${body}`;
  }
  return `${head} ${Array.isArray(value) ? '[]' : writeScalar(value, indent + 1, indent + 2)}\n`;
}

function writeSequence(items: readonly JsonValue[], indent: number, compact: boolean): string {
  const margin = pad(indent);
  let out = '';
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as JsonValue;
    out += i === 0 && compact ? '- ' : `${margin}- `;
    if (typeof item !== 'object' || item === null) out += `${writeScalar(item, indent + 1, indent + 2)}\n`;
    else if (Array.isArray(item)) out += item.length === 0 ? '[]\n' : writeSequence(item, indent + 2, true);
    else {
      const body = writeMapping(item, indent + 2, true);
      out += body === '' ? '{}\n' : body;
    }
  }
  return out;
}
