import { type JsonValue, toValue, YamlValueError } from '../../resource/index.ts';
import { Collection } from '../collection.ts';
import { fail } from '../failure.ts';
import { apiVersionOf } from '../gvk.ts';
import type { Item } from '../item.ts';
import { jsonNode } from '../json-node.ts';
import { applyOperations, type Operation } from '../merge/json-patch.ts';
import type { Schemas } from '../merge/schema.ts';
import { mergeNodes } from '../merge/strategic.ts';
import { type Selector, select } from '../selector.ts';

/** Merges a patch into one object; name and kind stay unless the patch may change them. */
export function patchItem(item: Item, patch: Item, schemas: Schemas): void {
  const { name, namespace, kind } = item;
  if (patch.nameChangeAllowed || patch.kindChangeAllowed) item.storePreviousId();
  item.node = mergeNodes(item.node, patch.node, schemas);
  if (item.empty) {
    item.node = undefined;
    return;
  }
  if (!patch.kindChangeAllowed) item.setKind(kind);
  if (!patch.nameChangeAllowed) item.setName(name);
  item.setNamespace(namespace);
}

/** Merges one patch into several objects. Fails where two then have the same id. */
export function patchSelected(
  collection: Collection,
  selected: ReadonlySet<Item>,
  patch: Item,
  schemas: Schemas,
): void {
  for (const item of collection.items) {
    if (!selected.has(item)) continue;
    const copy = patch.copy();
    copy.inheritMetadata(patch);
    copy.setKind(item.kind);
    copy.setApiVersion(apiVersionOf(item.gvk));
    copy.setKind(patch.kind);
    patchItem(item, copy, schemas);
  }
  const kept = new Collection();
  kept.appendAll(collection.items.filter((item) => !item.empty));
  collection.items = kept.items;
  collection.changed();
}

export interface Patch {
  /** Strategic merge patches, or undefined for a JSON patch. */
  merges: Item[] | undefined;
  operations: Operation[];
  target: Selector | undefined;
  /** How messages call it. */
  label: string;
}

/** An entry of `patches`: merges into what the patch or the target names, or JSON operations on the target. */
export function applyPatch(collection: Collection, patch: Patch, schemas: Schemas): void {
  const { merges, target } = patch;
  if (merges === undefined) {
    if (target === undefined) fail(`must specify a target for JSON patch ${patch.label}`);
    for (const item of select(collection, target)) {
      item.storePreviousId();
      patchJson(item, patch.operations);
    }
  } else if (target !== undefined) {
    if (merges.length > 1) {
      fail(
        `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${patch.label}`,
      );
    }
    const [only] = merges;
    if (only !== undefined) patchSelected(collection, new Set(select(collection, target)), only, schemas);
  } else {
    for (const merge of merges) {
      patchItem(collection.only(merge.originalId()), merge.copy(), schemas);
      collection.changed();
    }
  }
  collection.dropEmpty();
}

/** JSON operations on the object as JSON; the build's own annotations survive them. */
export function patchJson(item: Item, operations: readonly Operation[]): void {
  const kept = item.internalAnnotations();
  item.node = jsonNode(applyOperations(jsonValue(item), operations));
  const annotations = item.annotations();
  for (const [name, value] of kept) annotations.set(name, value);
  item.setAnnotations(annotations);
}

function jsonValue(item: Item): JsonValue {
  try {
    return item.node === undefined ? null : toValue(item.node);
  } catch (error) {
    if (error instanceof YamlValueError) fail(error.message);
    throw error;
  }
}
