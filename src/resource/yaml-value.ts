import type { JsonObject, JsonValue } from './json.ts';
import { refold } from './yaml-fold.ts';
import { MAPPING, QUOTED, SCALAR, SEQUENCE, style, tags, type YamlNode } from './yaml-node.ts';
import { type RawText, rawTextOf } from './yaml-raw.ts';
import { type Dialect, resolveScalar } from './yaml-scalar.ts';

/** A value that YAML can hold and Kubernetes cannot: the message says where in the object. */
export class YamlValueError extends Error {
  override readonly name = 'YamlValueError';
}

/** Sets a field so that `__proto__` is a field like any other. */
export function setField(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/**
 * Plain data of a resource: what go-yaml v3 writes for the tree, read back by go-yaml v3 and made JSON.
 * `flow` says that the node stands in a flow collection, where an empty value is written as `''` and so becomes a string.
 */
export function toValue(node: YamlNode, flow = false): JsonValue {
  return convert(node, flow, false);
}

/** The same for printing: lists that are still text stand for themselves. */
export function toPrintable(node: YamlNode): Printable {
  return convert(node, false, true);
}

/** A value in which lists that nobody looked into are left as text. */
export type Printable = JsonValue;

/** Stands for a list in a value that is to be printed. */
export class PrintedList {
  readonly raw: RawText;
  readonly node: YamlNode;

  constructor(raw: RawText, node: YamlNode) {
    this.raw = raw;
    this.node = node;
  }
}

function convert(node: YamlNode, flow: boolean, printing: boolean): JsonValue {
  if (node.kind === SCALAR) return scalarValue(node, flow);
  if (printing && (node.style & style.raw) !== 0) {
    const raw = rawTextOf(node);
    if (raw !== undefined) return new PrintedList(raw, node) as unknown as JsonValue;
  }
  const inFlow = flow || (node.style & style.flow) !== 0;
  const { content } = node;
  if (node.kind === SEQUENCE) {
    const items: JsonValue[] = new Array(content.length);
    for (let i = 0; i < content.length; i++) items[i] = convert(content[i] as YamlNode, inFlow, printing);
    return items;
  }
  if (node.kind !== MAPPING) throw new YamlValueError(`unknown alias '${node.value}'`);
  const object: JsonObject = {};
  for (let i = 0; i < content.length; i += 2) {
    const key = content[i] as YamlNode;
    const name = key.value;
    checkKey(key, content, i);
    const value = content[i + 1] as YamlNode;
    if (name === '__proto__') setField(object, name, convert(value, inFlow, printing));
    else object[name] = value.kind === SCALAR ? scalarValue(value, inFlow) : convert(value, inFlow, printing);
  }
  if (Object.keys(object).length * 2 !== content.length) throw new YamlValueError(repeatedKey(content));
  return object;
}

function checkKey(key: YamlNode, content: readonly YamlNode[], at: number): void {
  const { tag } = key;
  if (tag === tags.string && key.kind === SCALAR) return;
  if (key.kind !== SCALAR) throw new YamlValueError('a mapping or sequence is used as a key');
  if ((key.style & QUOTED) !== 0 && (key.style & style.tagged) === 0) return;
  if (tag === tags.merge) return;
  const resolved = tag === tags.none ? resolveScalar(key.value, '1.2').tag : tag;
  if (resolved === tags.string || (key.value === '' && tag === tags.null)) return;
  if (resolved === tags.null) {
    for (let i = 0; i < at; i += 2)
      if ((content[i] as YamlNode).value === key.value)
        throw new YamlValueError(`mapping key "${key.value}" already defined`);
  }
  throw new YamlValueError(`json: unsupported type: key \`${key.value}\` is not a string; quote it`);
}

function repeatedKey(content: readonly YamlNode[]): string {
  const seen = new Set<string>();
  for (let i = 0; i < content.length; i += 2) {
    const { value } = content[i] as YamlNode;
    if (seen.has(value)) return `mapping key "${value}" already defined`;
    seen.add(value);
  }
  return 'a mapping key is defined twice';
}

const flowSpecial = /[,?[\]{}:]/;

function scalarValue(node: YamlNode, flow: boolean): JsonValue {
  const { tag, value } = node;
  if ((node.style & style.folded) !== 0 && !flow) return refold(value);
  if (tag === tags.string) return value;
  const quoted = (node.style & QUOTED) !== 0;
  if (quoted && (tag === tags.none || (node.style & style.tagged) === 0)) return value;
  if (tag === tags.none || (node.style & style.tagged) === 0) {
    if (flow && (value === '' || flowSpecial.test(value))) return value;
    if (value.includes('\n')) return value;
    const resolved = resolveScalar(value, '1.2');
    if (tag === tags.none || resolved.tag === tag) return finite(resolved.value);
    if (tag === tags.merge) return value;
  }
  return tagged(tag, value);
}

function finite(value: JsonValue): JsonValue {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
    throw new YamlValueError(`json: unsupported value: ${name}`);
  }
  return value;
}

/** A scalar whose tag was written out. */
function tagged(tag: string, value: string): JsonValue {
  if (tag === tags.binary) {
    const bytes = globalThis.atob(value.replace(/[\r\n]/g, ''));
    return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  }
  if (tag === tags.string) return value;
  const known: readonly string[] = [tags.bool, tags.int, tags.float, tags.null, tags.time];
  if (!known.includes(tag)) return value;
  const resolved = resolveScalar(value, '1.2');
  if (resolved.tag === tag) return finite(resolved.value);
  if (tag === tags.float && resolved.tag === tags.int) return Number(resolved.value);
  throw new YamlValueError(`cannot decode ${resolved.tag} \`${value}\` as a ${tag}`);
}

/**
 * Plain data of a configuration file: YAML 1.1 as go-yaml v2 reads it for `sigs.k8s.io/yaml`. Keys become strings, the
 * last of several equal keys wins, timestamps stay text.
 */
export function toConfigValue(node: YamlNode): JsonValue {
  if (node.kind === SEQUENCE) return node.content.map(toConfigValue);
  if (node.kind === MAPPING) {
    const object: JsonObject = {};
    for (let i = 0; i < node.content.length; i += 2) {
      const key = node.content[i] as YamlNode;
      const name = key.kind === SCALAR ? toConfigValue(key) : null;
      if (name === null) throw new YamlValueError(`unsupported key \`${key.value}\``);
      setField(object, String(name), toConfigValue(node.content[i + 1] as YamlNode));
    }
    return object;
  }
  return configScalar(node, '1.1');
}

function configScalar(node: YamlNode, dialect: Dialect): JsonValue {
  if ((node.style & style.tagged) !== 0) return tagged(node.tag, node.value);
  if ((node.style & QUOTED) !== 0) return node.value;
  const resolved = resolveScalar(node.value, dialect);
  return resolved.tag === tags.time ? node.value : finite(resolved.value);
}
