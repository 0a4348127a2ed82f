import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import { ApiError, badRequest } from '../api/status.ts';
import { clone } from '../store/entry.ts';
import { equal } from './typed.ts';

/** A JSON patch (RFC 6902) that cannot be applied to this object. */
const rejected = () =>
  new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

/** Applies a JSON patch (RFC 6902) to a copy of the object. */
export function applyJsonPatch(object: JsonObject, patch: JsonValue): JsonObject {
  if (!Array.isArray(patch))
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${goType(patch)} into Go value of type []handlers.jsonPatchOp`,
    );
  let result: JsonValue = clone(object);
  for (const operation of patch as JsonObject[]) result = applyOperation(result, operation);
  if (!isJsonObject(result)) throw rejected();
  return result;
}

function goType(value: JsonValue): string {
  return isJsonObject(value) ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value;
}

function applyOperation(document: JsonValue, operation: JsonObject): JsonValue {
  const path = stepsOf(operation['path']);
  const value = operation['value'] as JsonValue;
  switch (operation['op']) {
    case 'add':
      return edit(document, path, (target, key) => add(target, key, clone(value)), clone(value));
    case 'replace':
      return edit(document, path, (target, key) => put(target, key, clone(value)), clone(value));
    case 'remove':
      find(document, path);
      return edit(document, path, remove, null);
    case 'test': {
      const found = lookup(document, path);
      if (!equal(found ?? null, value ?? null)) throw rejected();
      return document;
    }
    case 'copy': {
      const copied = clone(find(document, stepsOf(operation['from'])));
      return edit(document, path, (target, key) => add(target, key, copied), copied);
    }
    case 'move': {
      const from = stepsOf(operation['from']);
      const moved = find(document, from);
      return edit(edit(document, from, remove, null), path, (target, key) => add(target, key, moved), moved);
    }
    default:
      throw rejected();
  }
}

function stepsOf(pointer: JsonValue | undefined): string[] {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/'))) throw rejected();
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function lookup(document: JsonValue, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const step of path)
    value = Array.isArray(value) ? value[indexOf(value, step)] : isJsonObject(value) ? value[step] : undefined;
  return value;
}

function find(document: JsonValue, path: readonly string[]): JsonValue {
  const value = lookup(document, path);
  if (value === undefined) throw rejected();
  return value;
}

type Edit = (target: JsonObject | JsonValue[], key: string) => void;

function edit(document: JsonValue, path: readonly string[], change: Edit, whole: JsonValue): JsonValue {
  if (path.length === 0) return whole;
  const target = find(document, path.slice(0, -1));
  if (!Array.isArray(target) && !isJsonObject(target)) throw rejected();
  change(target, path.at(-1) as string);
  return document;
}

function indexOf(list: readonly JsonValue[], step: string): number {
  if (!/^-?\d+$/.test(step)) throw rejected();
  const index = Number(step);
  return index < 0 ? list.length + index : index;
}

function add(target: JsonObject | JsonValue[], key: string, value: JsonValue): void {
  if (!Array.isArray(target)) target[key] = value;
  else if (key === '-') target.push(value);
  else {
    const index = indexOf(target, key);
    if (index < 0 || index > target.length) throw rejected();
    target.splice(index, 0, value);
  }
}

function put(target: JsonObject | JsonValue[], key: string, value: JsonValue): void {
  if (!Array.isArray(target)) target[key] = value;
  else if (target[indexOf(target, key)] === undefined) throw rejected();
  else target[indexOf(target, key)] = value;
}

function remove(target: JsonObject | JsonValue[], key: string): void {
  if (Array.isArray(target)) target.splice(indexOf(target, key), 1);
  else delete target[key];
}
