import {
  assignNode,
  MAPPING,
  type NodeKind,
  parseNode,
  resolveScalar,
  SCALAR,
  SEQUENCE,
  scalarNode,
  style,
  tags,
  YamlNode,
  YamlSyntaxError,
} from '../resource/index.ts';
import { fail } from './failure.ts';

/*
 * Reading and writing fields of node trees, with the rules of kyaml/yaml (fns.go) in Kustomize 5.8.1: what happens to
 * nulls, which style a new value takes over, what is created on the way.
 */

type Maybe = YamlNode | undefined;

export const isNull = (node: Maybe): boolean => node === undefined || node.tag === tags.null;

/** Missing, null, `{}` or `[]`. */
export function isEmpty(node: Maybe): boolean {
  return node === undefined || node.tag === tags.null || (node.kind !== SCALAR && node.content.length === 0);
}

export const isEmptyMap = (node: Maybe): boolean =>
  isNull(node) || ((node as YamlNode).kind === MAPPING && (node as YamlNode).content.length === 0);

/** The text of a scalar; empty for null. */
export const textOf = (node: Maybe): string => (node === undefined || node.tag === tags.null ? '' : node.value);

export const isString = (node: YamlNode): boolean =>
  node.kind === SCALAR && (node.tag === tags.string || node.tag === tags.none);

const kindNames: Record<NodeKind, string> = { 1: 'MappingNode', 2: 'SequenceNode', 3: 'ScalarNode', 4: 'AliasNode' };

/** Fails with Kustomize's "wrong node kind", unless the node is missing, null or of the kind. */
export function demandKind(node: Maybe, kind: NodeKind): void {
  if (node === undefined || node.tag === tags.null || node.kind === kind) return;
  fail(`wrong node kind: expected ${kindNames[kind]} but got ${kindNames[node.kind]}`);
}

/** The value under a key; undefined where the node is no mapping. */
export function field(node: Maybe, name: string): Maybe {
  if (node === undefined || node.kind !== MAPPING) return undefined;
  const { content } = node;
  for (let i = 0; i < content.length; i += 2) if (content[i]!.value === name) return content[i + 1];
  return undefined;
}

/** Like `field`, but anything else than a mapping or null is an error. */
export function getField(node: YamlNode, name: string): Maybe {
  if (node.tag === tags.null) return undefined;
  demandKind(node, MAPPING);
  return field(node, name);
}

export function clearField(node: YamlNode, name: string): void {
  demandKind(node, MAPPING);
  const { content } = node;
  for (let i = 0; i < content.length; i += 2) {
    if (content[i]!.value !== name) continue;
    content.splice(i, 2);
    return;
  }
}

/** Whether YAML 1.1 would read the text as something else than a string. */
function isNonString(text: string): boolean {
  if (text === '' || text.includes('\n')) return false;
  if (/^[\w./-]+$/.test(text)) {
    const { tag } = resolveScalar(text, '1.1');
    return tag !== tags.string && tag !== tags.time;
  }
  try {
    const node = parseNode({ text, line: 1 }, '1.1');
    if (node === undefined || node.kind !== SCALAR) return true;
    return node.tag !== tags.string && node.tag !== tags.time && node.tag !== tags.merge;
  } catch (error) {
    if (error instanceof YamlSyntaxError) return false;
    throw error;
  }
}

/** A string that would change its type unquoted is quoted, before it is put anywhere. */
function protect(value: YamlNode): void {
  if (value.style === 0 && isString(value) && isNonString(value.value)) value.style = style.double;
}

/** Replaces a scalar in place; the value takes over its style. */
export function setScalar(node: YamlNode, value: YamlNode): void {
  protect(value);
  demandKind(node, SCALAR);
  if (isNull(value)) return;
  value.style = node.style;
  assignNode(node, value);
}

/** Sets a field, or removes it where the value is missing or a null that need not be kept. */
export function setField(node: YamlNode, name: string, value: Maybe, keyStyle = 0): void {
  if (value !== undefined) protect(value);
  if (value === undefined || (value.tag === tags.null && (value.style & style.keep) === 0)) {
    clearField(node, name);
    return;
  }
  const found = getField(node, name);
  if (found !== undefined) {
    value.style = found.style;
    assignNode(found, value);
    return;
  }
  if (node.content.length === 0) node.content = [];
  node.content.push(scalarNode(name, tags.none, keyStyle), value);
}

export function newNode(kind: NodeKind): YamlNode {
  return new YamlNode(kind, tags.none, '', 0, []);
}

const isListIndex = (part: string) => part.startsWith('[') && part.endsWith(']');
export const isIndex = (part: string) => /^[+-]?\d+$/.test(part) && Number(part) >= 0;

/** `[name=value]` as name and value. */
export function splitListIndex(part: string): [string, string] {
  const body = part.replace(/\]$/, '').replace(/^\[/, '');
  const equals = body.indexOf('=');
  if (equals < 0) fail('list path element must contain fieldName=fieldValue for element to match');
  return [body.slice(0, equals), body.slice(equals + 1)];
}

/** What kind of node a path needs before its next part. */
export function kindBefore(next: string | undefined, leaf: NodeKind): NodeKind {
  if (next === undefined || next === '') return leaf;
  return isListIndex(next) || isIndex(next) ? SEQUENCE : MAPPING;
}

/**
 * The node at a path of field names, indexes, `-` (the last item) and `[field=value]`; with `create`, missing fields
 * are made on the way, the last one of that kind.
 */
export function lookup(node: YamlNode, path: readonly string[], create?: NodeKind): Maybe {
  const parts = path.map((part) => part.trim()).filter((part) => part !== '');
  let at: YamlNode = node;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string;
    let next: Maybe;
    if (/^[+-]?\d+$/.test(part)) {
      const index = Number(part);
      if (index < 0) fail(`array index ${index} cannot be negative`);
      demandKind(at, SEQUENCE);
      next = at.content[index];
    } else if (part === '-') {
      demandKind(at, SEQUENCE);
      next = at.content.at(-1);
    } else if (part === '*') fail('wildcard is not supported in PathGetter');
    else if (isListIndex(part)) next = element(at, part, create !== undefined);
    else {
      next = getField(at, part);
      if (next === undefined && create !== undefined && at.tag !== tags.null) {
        next = newNode(kindBefore(parts[i + 1], create));
        setField(at, part, next);
      }
    }
    if (next === undefined) return undefined;
    at = next;
  }
  return at;
}

function element(list: YamlNode, part: string, create: boolean): Maybe {
  const [name, value] = splitListIndex(part);
  demandKind(list, SEQUENCE);
  const found = findElement(list, [name], [value]);
  if (found !== undefined || !create) return found;
  const made =
    name === '' ? scalarNode(value) : new YamlNode(MAPPING, tags.none, '', 0, [scalarNode(name), scalarNode(value)]);
  appendItem(list, made);
  return made;
}

export function appendItem(list: YamlNode, item: YamlNode): void {
  demandKind(list, SEQUENCE);
  if (list.content.length === 0) list.content = [];
  list.content.push(item);
}

/** The first item whose fields have these values; for the empty key, the item that is the value. */
export function findElement(list: YamlNode, keys: readonly string[], values: readonly string[]): Maybe {
  if (keys.length === 0 || keys[0] === '') return list.content.find((item) => item.value === values[0]);
  return list.content.find(
    (item) =>
      item.kind === MAPPING &&
      keys.every((key, i) => {
        const found = field(item, key);
        return found !== undefined && found.value === values[i];
      }),
  );
}
