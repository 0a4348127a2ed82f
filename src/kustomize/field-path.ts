import { MAPPING, type NodeKind, SCALAR, SEQUENCE, tags, type YamlNode } from '../resource/index.ts';
import { explain, fail } from './failure.ts';
import { type FieldSpec, specsFor } from './field-specs.ts';
import { formatResId, isSelected } from './gvk.ts';
import type { Item } from './item.ts';
import { isNull, lookup } from './node.ts';

/** A path cut at a delimiter that is not escaped by `\`. A leading delimiter is dropped. */
export function splitPath(path: string, delimiter = '/'): string[] {
  let parts = path.split(delimiter);
  if (parts.length > 1 && parts[0] === '') parts = parts.slice(1);
  const result = [parts[0] as string];
  for (const part of parts.slice(1)) {
    const last = result.at(-1) as string;
    if (last.endsWith('\\')) result[result.length - 1] = last.slice(0, -1) + delimiter + part;
    else result.push(part);
  }
  return result;
}

const split = new Map<string, readonly string[]>();
function partsOf(path: string): readonly string[] {
  let parts = split.get(path);
  if (parts === undefined) {
    parts = splitPath(path);
    split.set(path, parts);
  }
  return parts;
}

export interface FieldVisit {
  set: (node: YamlNode) => void;
  /** What to make of a missing field, where the specification allows it. */
  create?: NodeKind;
  tag?: string;
}

/** Calls `set` on each node that the specification leads to in the object. Source: filters/fieldspec of Kustomize 5.8.1. */
export function visitField(item: Item, spec: FieldSpec, visit: FieldVisit): void {
  if (isSelected(item.gvk, spec)) visitSelected(item, spec, visit);
}

function visitSelected(item: Item, spec: FieldSpec, visit: FieldVisit): void {
  try {
    walk(item.node as YamlNode, partsOf(spec.path), 0, spec, visit);
  } catch (error) {
    throw explain(error, `considering field '${spec.path}' of object ${formatResId(item.id())}`, item.source?.file);
  }
}

export function visitFields(item: Item, specs: readonly FieldSpec[], visit: FieldVisit): void {
  const { gvk } = item;
  for (const spec of specsFor(specs, gvk)) if (isSelected(gvk, spec)) visitSelected(item, spec, visit);
}

function walk(node: YamlNode, path: readonly string[], at: number, spec: FieldSpec, visit: FieldVisit): void {
  if (at === path.length) {
    visit.set(node);
    return;
  }
  if (isNull(node)) return;
  if (node.kind === SEQUENCE) {
    for (const item of [...node.content]) walk(item, path, at, spec, visit);
    return;
  }
  if (node.kind === SCALAR) fail('expected sequence or mapping node');
  const part = path[at] as string;
  const isList = part.endsWith('[]');
  const name = isList ? part.slice(0, -2) : part;
  if (name === '') fail('cannot set or create an empty field name');
  let found: YamlNode | undefined;
  let kind: NodeKind | undefined;
  let tag: string = tags.none;
  if (!spec.create || visit.create === undefined || isList) {
    found = lookup(node, [name]);
    if (isList) kind = SEQUENCE;
  } else if (at === path.length - 1) {
    found = lookup(node, [name], visit.create);
    kind = visit.create;
    tag = visit.tag ?? tags.none;
  } else {
    found = lookup(node, [name], MAPPING);
    kind = MAPPING;
    tag = tags.map;
  }
  if (found === undefined) return;
  if (found.tag === tags.null && kind !== undefined) {
    found.kind = kind;
    found.tag = tag;
  }
  walk(found, path, at + 1, spec, visit);
}
