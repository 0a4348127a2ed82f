import { createHash } from 'node:crypto';
import { type JsonObject, type JsonValue, SCALAR, toJson, toValue } from '../resource/index.ts';
import type { Collection } from './collection.ts';
import { explain } from './failure.ts';
import { compareText } from './gvk.ts';
import type { Item } from './item.ts';
import { field } from './node.ts';

/** Appends the hash of their content to the names of generated objects. */
export function addHashes(collection: Collection): void {
  for (const item of collection.items) {
    if (!item.needsHash) continue;
    const hash = hashOf(item);
    item.storePreviousId();
    item.setName(`${item.name}-${hash}`);
  }
  collection.changed();
}

function hashOf(item: Item): string {
  try {
    return contentHash(item);
  } catch (error) {
    throw explain(error, `${item.kind} '${item.name}'`, item.source?.file);
  }
}

/** Ten characters that stand for the content of a ConfigMap or Secret. Source: hasher.go of Kustomize 5.8.1. */
function contentHash(item: Item): string {
  const hash = createHash('sha256')
    .update(goJson(hashed(item)))
    .digest('hex');
  const letters: Record<string, string> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };
  return hash.slice(0, 10).replace(/[013ae]/g, (digit) => letters[digit] as string);
}

function hashed(item: Item): JsonValue {
  // The name is not part of the hash: Kustomize looks for a field that is literally called "metadata/name".
  if (item.kind === 'ConfigMap') {
    const binary = part(item, 'binaryData');
    return {
      ...(typeof binary === 'object' ? { binaryData: binary } : {}),
      data: part(item, 'data'),
      kind: 'ConfigMap',
      name: '',
    };
  }
  if (item.kind === 'Secret') {
    const strings = part(item, 'stringData');
    return {
      data: part(item, 'data'),
      kind: 'Secret',
      name: '',
      ...(typeof strings === 'object' ? { stringData: strings } : {}),
      type: part(item, 'type'),
    };
  }
  return item.node === undefined ? null : toValue(item.node);
}

function part(item: Item, name: string): JsonValue {
  const node = field(item.node, name);
  if (node === undefined) return '';
  return node.kind === SCALAR ? node.value : toValue(node);
}

/** JSON as Go's encoder writes it: keys sorted, and characters escaped that HTML would mistake. */
function goJson(value: JsonValue): string {
  return toJson(sorted(value)).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const result: JsonObject = {};
  for (const key of Object.keys(value).sort(compareText)) {
    Object.defineProperty(result, key, { value: sorted(value[key] as JsonValue), enumerable: true });
  }
  return result;
}
