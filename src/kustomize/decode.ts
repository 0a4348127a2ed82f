import type { Problem } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../resource/index.ts';
import { compareText } from './gvk.ts';
import { shortest } from './json-node.ts';

/** Where in a document a value stands: field names and indexes. */
export type Path = readonly (string | number)[];

export interface Fault extends Pick<Problem, 'message' | 'suggestion'> {
  path: Path;
}

export interface DecodeContext {
  /** Whether fields that nobody knows are faults. */
  strict: boolean;
  /** Whether numbers and booleans may stand for text, as everywhere but in a kustomization file. */
  lenient: boolean;
  faults: Fault[];
}

/** Reads a value of a type; undefined where it is null or at fault. */
export type Decoder<T> = (value: JsonValue, path: Path, context: DecodeContext) => T | undefined;

const kindOf = (value: JsonValue) =>
  Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'bigint'
        ? 'number'
        : typeof value === 'boolean'
          ? 'bool'
          : typeof value;

function wrong(value: JsonValue, type: string, path: Path, context: DecodeContext): undefined {
  const suggestion =
    type === 'string' && kindOf(value) !== 'array' && kindOf(value) !== 'object' ? { suggestion: 'quote it' } : {};
  context.faults.push({
    message: `json: cannot unmarshal ${kindOf(value)} into field ${formatPath(path)} of type ${type}`,
    path,
    ...suggestion,
  });
  return undefined;
}

export function formatPath(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}

export const string: Decoder<string> = (value, path, context) => {
  if (value === null) return undefined;
  if (typeof value === 'string') return value;
  if (context.lenient && typeof value !== 'object') return typeof value === 'number' ? shortest(value) : String(value);
  return wrong(value, 'string', path, context);
};

/** Reads numbers and booleans as text nowhere in a value. */
export function exact<T>(decoder: Decoder<T>): Decoder<T> {
  return (value, path, context) => decoder(value, path, { ...context, lenient: false });
}

export const boolean: Decoder<boolean> = (value, path, context) =>
  value === null ? undefined : typeof value === 'boolean' ? value : wrong(value, 'bool', path, context);

export const integer: Decoder<number> = (value, path, context) => {
  if (value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  return wrong(value, 'int', path, context);
};

export const anything: Decoder<JsonValue> = (value) => value;

export function list<T>(each: Decoder<T>): Decoder<T[]> {
  return (value, path, context) => {
    if (value === null) return undefined;
    if (!Array.isArray(value)) return wrong(value, 'list', path, context);
    return value.flatMap((item, i) => {
      const decoded = each(item, [...path, i], context);
      return decoded === undefined ? [] : [decoded];
    });
  };
}

/** Like `list`, where null items count as empty ones. */
export function objects<T extends object>(each: Decoder<T>): Decoder<T[]> {
  return list((value, path, context) => each(value ?? {}, path, context));
}

export const strings: Decoder<string[]> = list((value, path, context) => string(value ?? '', path, context));

export const texts: Decoder<Record<string, string>> = (value, path, context) => {
  if (value === null) return undefined;
  if (!isJsonObject(value)) return wrong(value, 'map of strings', path, context);
  const result: Record<string, string> = {};
  for (const [key, item] of Object.entries(value)) {
    const text = string(item ?? '', [...path, key], context);
    if (text !== undefined)
      Object.defineProperty(result, key, { value: text, enumerable: true, writable: true, configurable: true });
  }
  return result;
};

export type Decoded<F> = { [K in keyof F]?: F[K] extends Decoder<infer T> ? T : never };

/** An object of known fields, whose names are matched without regard to case. */
export function object<F extends Record<string, Decoder<unknown>>>(fields: F): Decoder<Decoded<F>> {
  const names = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));
  return (value, path, context) => {
    if (value === null) return undefined;
    if (!isJsonObject(value)) return wrong(value, 'object', path, context);
    const result: Record<string, unknown> = {};
    // Of names that differ in case alone, the last in byte order wins.
    for (const key of Object.keys(value).sort(compareText)) {
      const item = (value as JsonObject)[key];
      const name = Object.hasOwn(fields, key) ? key : names.get(key.toLowerCase());
      if (name === undefined) {
        if (context.strict) context.faults.push(unknownField(key, path, [...names.values()]));
        continue;
      }
      const decoded = fields[name]?.(item as JsonValue, [...path, key], context);
      if (decoded !== undefined) result[name] = decoded;
    }
    return result as Decoded<F>;
  };
}

function unknownField(key: string, path: Path, known: readonly string[]): Fault {
  const near = known
    .map((name) => ({ name, distance: distance(name.toLowerCase(), key.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const hint = near !== undefined && near.distance <= Math.max(2, key.length / 3);
  return {
    message: `json: unknown field ${JSON.stringify(key)}`,
    path: [...path, key],
    ...(hint ? { suggestion: `did you mean '${near.name}'?` } : {}),
  };
}

/** Edits that turn one word into the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[b.length] as number;
}
