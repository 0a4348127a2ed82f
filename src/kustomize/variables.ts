import {
  type JsonValue,
  MAPPING,
  resolveScalar,
  SCALAR,
  SEQUENCE,
  tags,
  toValue,
  type YamlNode,
} from '../resource/index.ts';
import type { Collection } from './collection.ts';
import { fail } from './failure.ts';
import { visitFields } from './field-path.ts';
import type { FieldSpec } from './field-specs.ts';
import { formatGvk, type Gvk, isClusterScoped, type ResId, sameGvk, sameId } from './gvk.ts';
import type { Item } from './item.ts';
import { isNull, isString, lookup } from './node.ts';
import { splitDotted } from './node-path.ts';

/** An entry of the deprecated field `vars`: `$(NAME)` stands for a field of an object. */
export interface Variable {
  name: string;
  object: Gvk & { name: string; namespace: string };
  fieldPath: string;
}

const label = ({ name, object, fieldPath }: Variable) => `${name} ${formatGvk(object)} {${fieldPath}}`;

/** Notes on the objects which variables they are the source of. */
export function bindVariables(collection: Collection, known: Map<string, Variable>, more: readonly Variable[]): void {
  for (const variable of more) {
    const { object } = variable;
    const id: ResId = { ...object, clusterScoped: isClusterScoped(object) };
    const exact = object.namespace !== '' || id.clusterScoped;
    const found = collection.byAnyId((other) =>
      exact ? sameId(id, other) : id.name === other.name && sameGvk(id, other),
    );
    if (found.length > 1)
      fail(`found ${found.length} resId matches for var ${label(variable)} (unable to disambiguate)`);
    found[0]?.variables.push(variable.name);
  }
  mergeVariables(known, more);
}

export function mergeVariables(known: Map<string, Variable>, more: Iterable<Variable>): void {
  for (const variable of more) {
    if (known.has(variable.name)) fail(`var '${variable.name}' already encountered`);
    known.set(variable.name, variable);
  }
}

/** Replaces `$(NAME)` in the fields of the table; returns the names that stood nowhere. */
export function resolveVariables(
  collection: Collection,
  variables: ReadonlyMap<string, Variable>,
  specs: readonly FieldSpec[],
): string[] {
  const values = new Map<string, JsonValue>();
  for (const name of [...variables.keys()].sort()) {
    values.set(name, sourceValue(collection, variables.get(name) as Variable));
  }
  if (values.size === 0) return [];
  const used = new Set<string>();
  const expand = (node: YamlNode) => setExpanded(node, expandText(node.value, values, used));
  for (const item of collection.items) {
    visitFields(item, specs, { set: (node) => replaceIn(node, expand) });
  }
  collection.changed();
  return [...values.keys()].filter((name) => !used.has(name));
}

function sourceValue(collection: Collection, variable: Variable): JsonValue {
  const item = collection.items.find((each) => each.variables.includes(variable.name));
  if (item === undefined)
    return fail(`var '${label(variable)}' cannot be mapped to a field in the set of known resources`);
  const node = fieldAt(item, variable.fieldPath);
  if (node === undefined)
    return fail(`field specified in var '${label(variable)}' not found in corresponding resource`);
  if (node.kind !== SCALAR) return toValue(node);
  if (node.tag !== tags.int && node.tag !== tags.float && node.tag !== tags.bool) return node.value;
  return resolveScalar(node.value, '1.2').value;
}

/** `spec.ports[0].port` and the like. */
function fieldAt(item: Item, path: string): YamlNode | undefined {
  const parts = splitDotted(path).flatMap((part) => {
    const indexed = /^(.*)\[(\d+)\]$/.exec(part);
    if (indexed === null) return [part];
    return [indexed[1] as string, indexed[2] as string].filter((each) => each !== '');
  });
  return lookup(item.node as YamlNode, parts);
}

function replaceIn(node: YamlNode, expand: (node: YamlNode) => void): void {
  if (isNull(node)) return;
  if (node.kind === SCALAR) {
    if (isString(node)) expand(node);
  } else if (node.kind === MAPPING) {
    for (let i = 0; i < node.content.length; i += 2) {
      const [key, value] = [node.content[i] as YamlNode, node.content[i + 1] as YamlNode];
      if (!isString(key)) fail(`invalid map key: value='${key.value}', tag='${key.tag}'`);
      if (isString(value)) expand(value);
    }
  } else if (node.kind === SEQUENCE) {
    for (const item of node.content) {
      if (!isString(item)) fail('invalid value type expect a string');
      expand(item);
    }
  }
}

function setExpanded(node: YamlNode, value: JsonValue): void {
  node.style = 0;
  node.value = typeof value === 'number' ? plainNumber(value) : String(value);
  if (typeof value === 'number' || typeof value === 'bigint') {
    node.tag = Number.isInteger(Number(value)) ? tags.int : tags.float;
  } else node.tag = typeof value === 'boolean' ? tags.bool : tags.string;
}

/** Never with an exponent. */
function plainNumber(value: number): string {
  return Math.abs(value) < 1e21 && Math.abs(value) > 1e-6 ? String(value) : value.toFixed(20).replace(/0+$/, '');
}

/** `$(X)` is the value of X, `$$` is `$`, and anything else stays. A text that is one variable takes its type. */
function expandText(text: string, values: ReadonlyMap<string, JsonValue>, used: Set<string>): JsonValue {
  let out = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '$' || at + 1 >= text.length) continue;
    out += text.slice(from, at);
    const next = text[at + 1] as string;
    const end = next === '(' ? text.indexOf(')', at + 2) : -1;
    if (end >= 0) {
      const name = text.slice(at + 2, end);
      const value = values.get(name);
      const usable = value !== undefined && typeof value !== 'object';
      if (usable) used.add(name);
      const mapped: JsonValue = usable ? value : `$(${name})`;
      if (text === `$(${name})`) return mapped;
      out += String(mapped);
      at = end;
    } else {
      out += next === '$' ? '$' : `$${next}`;
      at += 1;
    }
    from = at + 1;
  }
  return out + text.slice(from);
}
