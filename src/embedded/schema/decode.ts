import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import { formatQuantity, parseQuantity } from './quantity.ts';
import type { Decoded } from './schema.ts';
import type { Shape, Struct } from './shape.ts';

/**
 * Reads a body as the server's Go types do, in place: what is unknown is removed and named, `null` is unset, zero
 * values of fields that omit them go, and quantities, times and bytes take their one printed form. The first value of a
 * wrong type ends up in `typeError`, in the words of the real decoder.
 */
export function decodeStruct(object: JsonObject, struct: Struct): Decoded {
  const reading: Reading = { unknown: [], names: [] };
  readStruct(object, struct, reading, '');
  return reading.error === undefined
    ? { unknown: reading.unknown }
    : { unknown: reading.unknown, typeError: reading.error };
}

interface Reading {
  unknown: string[];
  error?: string;
  /** JSON names from the root to here, without indexes: how decode errors name a place. */
  names: string[];
}

function readStruct(object: JsonObject, struct: Struct, reading: Reading, path: string): void {
  for (const [name, value] of Object.entries(object)) {
    const shape = struct.fields.get(name);
    const at = path === '' ? name : `${path}.${name}`;
    if (shape === undefined) {
      reading.unknown.push(`unknown field "${at}"`);
      delete object[name];
      continue;
    }
    if (value === null || value === undefined) {
      delete object[name];
      continue;
    }
    reading.names.push(name);
    const read = readValue(value, shape, reading, at, struct);
    reading.names.pop();
    if (read === undefined || (isZero(read, shape) && !keepsZero(struct, name, shape))) delete object[name];
    else object[name] = read;
  }
}

const keptAsJson = /^(apiextensions|apiregistration)\./;

/** Built-in kinds are kept as protobuf, which has no empty lists and maps: they come back as unset. */
function keepsZero(struct: Struct, name: string, shape: Shape): boolean {
  const collection = shape.sort === 'array' || shape.sort === 'map';
  return struct.keeps.has(name) && (!collection || keptAsJson.test(struct.name));
}

function isZero(value: JsonValue, shape: Shape): boolean {
  switch (shape.sort) {
    case 'string':
    case 'bytes':
      return value === '';
    case 'integer':
    case 'number':
      return value === 0 || value === 0n;
    case 'boolean':
      return value === false;
    case 'array':
      return Array.isArray(value) && value.length === 0;
    case 'map':
      return isJsonObject(value) && Object.keys(value).length === 0;
    default:
      return false;
  }
}

/** The value in its printed form; undefined where it cannot be read. */
function readValue(
  value: JsonValue,
  shape: Shape,
  reading: Reading,
  path: string,
  struct: Struct,
): JsonValue | undefined {
  const mismatch = () => refuse(reading, value, struct, shape.go);
  switch (shape.sort) {
    case 'struct':
      if (!isJsonObject(value) || shape.struct === undefined) return mismatch();
      readStruct(value, shape.struct, reading, path);
      return value;
    case 'map':
      if (!isJsonObject(value)) return mismatch();
      return readMap(value, shape.values, reading, path, struct);
    case 'array':
      if (!Array.isArray(value)) return mismatch();
      return readArray(value, shape.items, reading, path, struct);
    case 'string':
      return typeof value === 'string' ? value : mismatch();
    case 'boolean':
      return typeof value === 'boolean' ? value : mismatch();
    case 'integer':
      return isInteger(value) ? value : mismatch();
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? value : mismatch();
    case 'intOrString':
      return typeof value === 'string' || isInteger(value) ? value : mismatch();
    case 'quantity':
      return readQuantity(value, reading);
    case 'time':
    case 'microTime':
      return typeof value === 'string' ? readTime(value, shape.sort, reading) : mismatch();
    case 'bytes':
      return typeof value === 'string' ? readBytes(value, reading) : mismatch();
    case 'schema':
      return readSchema(value, shape, reading, path);
    case 'any':
      return value;
    default:
      return shape.sort satisfies never;
  }
}

const isInteger = (value: JsonValue) => Number.isInteger(value) || typeof value === 'bigint';

function readMap(
  value: JsonObject,
  shape: Shape | undefined,
  reading: Reading,
  path: string,
  struct: Struct,
): JsonObject {
  if (shape === undefined) return value;
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const read = item === null ? zeroOf(shape) : readValue(item, shape, reading, `${path}.${key}`, struct);
    if (read === undefined) delete value[key];
    else value[key] = read;
  }
  return value;
}

function readArray(
  value: JsonValue[],
  shape: Shape | undefined,
  reading: Reading,
  path: string,
  struct: Struct,
): JsonValue[] {
  if (shape === undefined) return value;
  return value.map((item, index) => {
    const read = item === null ? zeroOf(shape) : readValue(item, shape, reading, `${path}[${index}]`, struct);
    return read ?? null;
  });
}

/** What a Go decoder leaves for `null` in a map or a list. */
function zeroOf(shape: Shape): JsonValue {
  switch (shape.sort) {
    case 'struct':
      return {};
    case 'string':
    case 'bytes':
      return '';
    case 'integer':
    case 'number':
    case 'intOrString':
      return 0;
    case 'boolean':
      return false;
    case 'quantity':
      return '0';
    default:
      return null;
  }
}

/** A schema inside a CustomResourceDefinition may stand as a boolean, and `items` as a list. */
function readSchema(value: JsonValue, shape: Shape, reading: Reading, path: string): JsonValue {
  const struct = shape.struct;
  if (struct === undefined) return value;
  if (isJsonObject(value)) readStruct(value, struct, reading, path);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries())
      if (isJsonObject(item)) readStruct(item, struct, reading, `${path}[${index}]`);
  return value;
}

function readQuantity(value: JsonValue, reading: Reading): JsonValue | undefined {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  if (typeof text !== 'string') return fail(reading, parseQuantity('{}') as string);
  const quantity = parseQuantity(text.trim());
  return typeof quantity === 'string' ? fail(reading, quantity) : formatQuantity(quantity);
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)$/;

function readTime(value: string, sort: 'time' | 'microTime', reading: Reading): JsonValue | undefined {
  const moment = new Date(value);
  if (!rfc3339.test(value) || Number.isNaN(moment.getTime())) {
    const layout = sort === 'time' ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00';
    return fail(reading, `parsing time "${value}" as "${layout}": cannot parse "${value}" as "2006"`);
  }
  const seconds = moment.toISOString().slice(0, 19);
  if (sort === 'time') return `${seconds}Z`;
  const fraction = (/[.,](\d+)/.exec(value)?.[1] ?? '').slice(0, 6).padEnd(6, '0');
  return `${seconds}.${fraction}Z`;
}

function readBytes(value: string, reading: Reading): JsonValue | undefined {
  const text = value.replace(/[\r\n]/g, '');
  const bad = /[^A-Za-z0-9+/=]/.exec(text);
  if (bad !== null) return fail(reading, `illegal base64 data at input byte ${bad.index}`);
  if (text.length % 4 !== 0 || !/^[^=]*={0,2}$/.test(text))
    return fail(reading, `illegal base64 data at input byte ${text.length - (text.length % 4)}`);
  return text;
}

function fail(reading: Reading, message: string): undefined {
  reading.error ??= message;
  return undefined;
}

function refuse(reading: Reading, value: JsonValue, struct: Struct, go: string): undefined {
  const place = `${struct.goName}.${reading.names.join('.')}`;
  return fail(reading, `json: cannot unmarshal ${jsonTypeOf(value)} into Go struct field ${place} of type ${go}`);
}

function jsonTypeOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'object') return 'object';
  return Number.isInteger(value) || typeof value === 'bigint' ? 'number' : `number ${value}`;
}
