import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import { fail } from '../failure.ts';

/** One operation of RFC 6902. */
export interface Operation {
  op: string;
  path?: string;
  from?: string;
  value?: JsonValue;
}

/** A list of operations; undefined where the value is something else. */
export function asOperations(value: JsonValue): Operation[] | undefined {
  if (!Array.isArray(value)) return value === null ? [] : undefined;
  if (!value.every((each) => each === null || isJsonObject(each))) return undefined;
  return value.map((each) => (each ?? {}) as unknown as Operation);
}

/** Applies the operations in turn to a value, which is changed. Source: evanphx/json-patch v4.13.0. */
export function applyOperations(document: JsonValue, operations: readonly Operation[]): JsonValue {
  const holder: JsonObject = { '': document };
  for (const operation of operations) {
    if (operation.op === 'replace' && operation.path === '') {
      const value = structuredClone(operation.value ?? null);
      if (typeof value !== 'object' || value === null) fail('replace operation value must be object or array');
      holder[''] = value;
    } else apply(holder[''] as JsonValue, operation);
  }
  return holder[''] as JsonValue;
}

type Container = JsonObject | JsonValue[];
interface Place {
  container: Container;
  key: string;
}

function apply(document: JsonValue, operation: Operation): void {
  const { op } = operation;
  const { path } = operation;
  if (typeof path !== 'string') fail(`${op} operation failed to decode path: it is missing or no string`);
  const value = () => structuredClone(operation.value ?? null);
  const at = (what: string) =>
    demand(document, path, `${op} operation does not apply: doc is missing ${what}: ${path}`);
  switch (op) {
    case 'add':
      add(at('path'), value());
      break;
    case 'remove':
      remove(at('path'));
      break;
    case 'replace': {
      const found = at('path');
      // An absent field of an object may be replaced, an absent item of a list may not.
      if (Array.isArray(found.container)) get(found);
      set(found, value());
      break;
    }
    case 'move': {
      const from = source(document, operation);
      const moved = get(from);
      remove(from);
      add(at('destination path'), moved ?? null);
      break;
    }
    case 'copy': {
      const copied = structuredClone(get(source(document, operation)) ?? null);
      add(at('destination path'), copied);
      break;
    }
    case 'test': {
      const found = path === '' ? document : get(at('path'));
      if (!sameJson(found ?? null, operation.value ?? null)) fail(`testing value ${path} failed: test failed`);
      break;
    }
    default:
      fail(`Unexpected kind: ${op}`);
  }
}

function source(document: JsonValue, operation: Operation): Place {
  const { op } = operation;
  const { from } = operation;
  if (typeof from !== 'string') return fail(`${op} operation failed to decode from: it is missing or no string`);
  return demand(document, from, `${op} operation does not apply: doc is missing from path: ${from}`);
}

/** The container in which the last part of a path is looked up. */
function demand(document: JsonValue, path: string, why: string): Place {
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = parts.pop();
  if (key === undefined) fail(why);
  let at: JsonValue | undefined = document;
  for (const part of parts) {
    if (Array.isArray(at)) {
      const index = indexOf(part);
      at = index === undefined ? undefined : at[index < 0 ? index + at.length : index];
    } else at = isJsonObject(at) && Object.hasOwn(at, part) ? at[part] : undefined;
    if (typeof at !== 'object' || at === null) fail(why);
  }
  if (typeof at !== 'object' || at === null) fail(why);
  return { container: at as Container, key };
}

function indexOf(key: string): number | undefined {
  return /^[+-]?\d+$/.test(key) ? Number(key) : undefined;
}

function itemIndex(list: readonly JsonValue[], key: string, length = list.length): number {
  const index = indexOf(key);
  if (index === undefined) return fail(`value was not a proper array index: '${key}'`);
  if (index < -length || index >= length) return fail(`Unable to access invalid index: ${index}`);
  return index < 0 ? index + length : index;
}

function get({ container, key }: Place): JsonValue | undefined {
  if (Array.isArray(container)) return container[itemIndex(container, key)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function set({ container, key }: Place, value: JsonValue): void {
  if (Array.isArray(container)) container[itemIndex(container, key)] = value;
  else define(container, key, value);
}

function add({ container, key }: Place, value: JsonValue): void {
  if (!Array.isArray(container)) define(container, key, value);
  else if (key === '-') container.push(value);
  else container.splice(itemIndex(container, key, container.length + 1), 0, value);
}

function define(object: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove({ container, key }: Place): void {
  if (Array.isArray(container)) {
    container.splice(itemIndex(container, key), 1);
    return;
  }
  if (!Object.hasOwn(container, key)) fail(`Unable to remove nonexistent key: ${key}`);
  delete container[key];
}

function sameJson(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((x, i) => sameJson(x, b[i] as JsonValue));
  if (isJsonObject(a)) {
    if (!isJsonObject(b)) return false;
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key] as JsonValue, b[key] as JsonValue))
    );
  }
  return (
    a === b || (typeof a !== typeof b && String(a) === String(b) && typeof a !== 'string' && typeof b !== 'string')
  );
}
