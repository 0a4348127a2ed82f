import { brotliDecompressSync } from 'node:zlib';
import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import { type Shape, shapeOf } from '../schema/shape.ts';
import { typeTable } from '../schema/table.ts';
import { parseJson } from '../store/entry.ts';
import packed from './numbers.generated.json' with { type: 'json' };
import { fieldsIn } from './wire.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0');

/**
 * A built-in object in the binary form that Go clients send, as plain data:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding. Throws `SyntaxError` for what is none.
 */
export function decodeProtobuf(body: Uint8Array): JsonObject {
  if (!magic.equals(body.subarray(0, 4)))
    throw new SyntaxError('provided data does not appear to be a protobuf message');
  let apiVersion = '';
  let kind = '';
  let raw: Uint8Array = new Uint8Array();
  for (const { number, value } of fieldsIn(body.subarray(4))) {
    if (typeof value === 'bigint') continue;
    if (number === 2) raw = value;
    if (number !== 1) continue;
    for (const field of fieldsIn(value)) {
      if (field.number === 1) apiVersion = text(field.value);
      if (field.number === 2) kind = text(field.value);
    }
  }
  const definition = definitionOf(apiVersion, kind);
  if (definition === undefined) throw new SyntaxError(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { kind, apiVersion, ...decodeStruct(raw, shapeOf(definition)) };
}

let definitions: Map<string, string> | undefined;

function definitionOf(apiVersion: string, kind: string): string | undefined {
  if (definitions === undefined) {
    definitions = new Map();
    for (const [name, definition] of Object.entries(typeTable().definitions))
      for (const { group, version, kind } of definition['x-kubernetes-group-version-kind'] ?? [])
        definitions.set(`${group === '' ? version : `${group}/${version}`}/${kind}`, name);
    for (const { group, version, kind, definition } of typeTable().kinds)
      definitions.set(`${group === '' ? version : `${group}/${version}`}/${kind}`, definition);
  }
  const found = definitions.get(`${apiVersion}/${kind}`);
  if (found !== undefined) return found;
  // Options are sent in the version of the group they are for.
  return Object.keys(typeTable().definitions).find((name) => name.endsWith(`.meta.v1.${kind}`));
}

/** Field names by number, by type; a name that begins with `~` is a struct whose fields are its owner's. */
let numbers: Map<string, Map<number, string>> | undefined;

function numbersOf(type: string): Map<number, string> {
  numbers ??= new Map(
    brotliDecompressSync(Buffer.from(packed.numbers, 'base64'))
      .toString()
      .split('\n')
      .map((line) => {
        const [name = '', ...fields] = line.split(' ');
        return [
          name,
          new Map(fields.map((field) => field.split('=') as [string, string]).map(([f, n]) => [Number(n), f])),
        ];
      }),
  );
  return numbers.get(type) ?? new Map();
}

function decodeStruct(message: Uint8Array, shape: Shape, type = shape.struct?.name ?? ''): JsonObject {
  const result: JsonObject = {};
  const names = numbersOf(type);
  for (const { number, value } of fieldsIn(message)) {
    const name = names.get(number);
    if (name === undefined) continue;
    if (name.startsWith('~')) {
      if (typeof value !== 'bigint') Object.assign(result, decodeStruct(value, shape, name.slice(1)));
      continue;
    }
    const field = shape.field?.(name) ?? shape.struct?.fields.get(name);
    if (field === undefined) continue;
    addField(result, name, field, value);
  }
  return result;
}

function addField(result: JsonObject, name: string, field: Shape, value: bigint | Uint8Array): void {
  if (field.sort === 'array' && field.items !== undefined) {
    const list = result[name];
    const items = listItems(field, value);
    result[name] = Array.isArray(list) ? [...list, ...items] : items;
  } else if (field.sort === 'map' && typeof value !== 'bigint') {
    const present = result[name];
    const map: JsonObject = isJsonObject(present) ? present : {};
    const [key, item] = entryOf(field, value);
    map[key] = item;
    result[name] = map;
  } else {
    const decoded = decodeValue(field, value);
    if (decoded !== undefined) result[name] = decoded;
  }
}

/** Numbers may come packed; everything else comes one item at a time. */
function listItems(field: Shape, value: bigint | Uint8Array): JsonValue[] {
  const items = field.items as Shape;
  if (items.sort === 'integer' && typeof value !== 'bigint')
    return [...packedVarints(value)].map((item) => decodeValue(items, item) as JsonValue);
  const item = decodeValue(items, value);
  return item === undefined ? [] : [item];
}

function* packedVarints(bytes: Uint8Array): Generator<bigint> {
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    yield value;
    value = 0n;
    shift = 0n;
  }
}

function entryOf(field: Shape, message: Uint8Array): [string, JsonValue] {
  let key = '';
  let item: JsonValue | undefined;
  const values = field.values as Shape;
  for (const { number, value } of fieldsIn(message)) {
    if (number === 1) key = text(value);
    if (number !== 2) continue;
    // A list in a map (`extra` of reviews) is a message of its own, with the items in field 1.
    if (values.sort === 'array' && typeof value !== 'bigint')
      item = [...fieldsIn(value)].map((inner) => decodeValue(values.items as Shape, inner.value) as JsonValue);
    else item = decodeValue(values, value);
  }
  return [key, item ?? (values.sort === 'string' || values.sort === 'bytes' ? '' : {})];
}

function decodeValue(shape: Shape, value: bigint | Uint8Array): JsonValue | undefined {
  if (typeof value === 'bigint') {
    if (shape.sort === 'boolean') return value !== 0n;
    const signed = BigInt.asIntN(64, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }
  switch (shape.sort) {
    case 'struct':
      return decodeStruct(value, shape);
    case 'string':
      return text(value);
    case 'bytes':
      return Buffer.from(value).toString('base64');
    case 'number':
      return new DataView(value.buffer, value.byteOffset, 8).getFloat64(0, true);
    case 'quantity':
      return text([...fieldsIn(value)].find(({ number }) => number === 1)?.value ?? new Uint8Array());
    case 'time':
    case 'microTime':
      return decodeTime(value, shape.sort === 'microTime');
    case 'intOrString':
      return decodeIntOrString(value);
    case 'schema':
      return decodeSchema(shape, value);
    case 'any': {
      const raw = [...fieldsIn(value)].find(({ number }) => number === 1)?.value;
      return raw === undefined || typeof raw === 'bigint' ? undefined : (parseJson(text(raw)) as JsonValue);
    }
    default:
      return text(value);
  }
}

const text = (value: bigint | Uint8Array) =>
  typeof value === 'bigint' ? String(value) : new TextDecoder().decode(value);

/** An empty message is the zero time, which JSON leaves out. */
function decodeTime(message: Uint8Array, micro: boolean): string | undefined {
  let seconds: bigint | undefined;
  let nanos = 0n;
  for (const { number, value } of fieldsIn(message)) {
    if (typeof value !== 'bigint') continue;
    if (number === 1) seconds = BigInt.asIntN(64, value);
    if (number === 2) nanos = value;
  }
  if (seconds === undefined) return undefined;
  const date = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return micro ? `${date}.${String(nanos / 1000n).padStart(6, '0')}Z` : `${date}Z`;
}

function decodeIntOrString(message: Uint8Array): JsonValue {
  let isText = false;
  let number = 0;
  let string = '';
  for (const field of fieldsIn(message)) {
    if (field.number === 1) isText = field.value === 1n;
    if (field.number === 2 && typeof field.value === 'bigint') number = Number(BigInt.asIntN(64, field.value));
    if (field.number === 3) string = text(field.value);
  }
  return isText ? string : number;
}

/** A JSON schema, or the boolean or list that may stand in its place. */
function decodeSchema(shape: Shape, message: Uint8Array): JsonValue {
  const list: JsonValue[] = [];
  for (const { number, value } of fieldsIn(message)) {
    if (typeof value === 'bigint') list.push(value !== 0n);
    else if (number === 1 || !shape.go.includes('Array')) return decodeStruct(value, shape, shape.struct?.name);
    else list.push(decodeStruct(value, shape, shape.struct?.name));
  }
  return shape.go.includes('Array') ? list : (list[0] ?? false);
}
