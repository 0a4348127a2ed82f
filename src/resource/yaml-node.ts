/**
 * A YAML document as a tree of nodes: what was written, before anything is decided about its meaning.
 *
 * Kustomize works on such trees (go-yaml's `Node`), and its output depends on how a scalar was written: a field that
 * was quoted stays a string, `010` is copied as text, `~` survives where an empty value does not. Plain data would
 * have lost that.
 */
export class YamlNode {
  kind: NodeKind;
  /** Short form: `!!str`, `!!map`, `!custom`; empty when only the text decides. */
  tag: string;
  /** Text of a scalar without quotes and escapes; the anchor's name for an alias. */
  value: string;
  /** A set of `style` bits. */
  style: number;
  /** Items of a sequence; keys and values in turn of a mapping; the target of an alias. Never written to when empty. */
  content: YamlNode[];

  constructor(kind: NodeKind, tag: string, value: string, style: number, content: YamlNode[]) {
    this.kind = kind;
    this.tag = tag;
    this.value = value;
    this.style = style;
    this.content = content;
  }
}

export const MAPPING = 1;
export const SEQUENCE = 2;
export const SCALAR = 3;
export const ALIAS = 4;
export type NodeKind = typeof MAPPING | typeof SEQUENCE | typeof SCALAR | typeof ALIAS;

export const style = {
  tagged: 1,
  double: 2,
  single: 4,
  literal: 8,
  folded: 16,
  flow: 32,
  /** A null that a merge must not drop. */
  keep: 64,
  /** `schemaComments` has an entry for the node. */
  commented: 128,
  /** The content is still text. */
  raw: 256,
} as const;
/** Any style in which the text can only be a string. */
export const QUOTED = style.double | style.single | style.literal | style.folded;

export const tags = {
  none: '',
  null: '!!null',
  bool: '!!bool',
  string: '!!str',
  int: '!!int',
  float: '!!float',
  time: '!!timestamp',
  sequence: '!!seq',
  map: '!!map',
  binary: '!!binary',
  merge: '!!merge',
} as const;

const none: YamlNode[] = Object.freeze([]) as unknown as YamlNode[];

export function scalarNode(value: string, tag: string = tags.none, styles = 0): YamlNode {
  return new YamlNode(SCALAR, tag, value, styles, none);
}

export function stringNode(value: string): YamlNode {
  return new YamlNode(SCALAR, tags.string, value, 0, none);
}

export function mappingNode(content: YamlNode[] = [], tag: string = tags.map): YamlNode {
  return new YamlNode(MAPPING, tag, '', 0, content);
}

export function sequenceNode(content: YamlNode[] = [], tag: string = tags.sequence): YamlNode {
  return new YamlNode(SEQUENCE, tag, '', 0, content);
}

/**
 * Comments of values that hold an OpenAPI schema as JSON (`containers: # {"type": "array", …}`), which strategic merge
 * obeys. No other comment is kept.
 */
export const schemaComments = new WeakMap<YamlNode, string>();

/** A deep copy; keys are shared, because nothing ever writes to a key. */
export function copyNode(node: YamlNode): YamlNode {
  const { content } = node;
  if (content.length === 0)
    return new YamlNode(node.kind, node.tag, node.value, node.style, node.kind === SCALAR ? none : []);
  const copied: YamlNode[] = new Array(content.length);
  if (node.kind === MAPPING) {
    for (let i = 0; i < content.length; i += 2) {
      copied[i] = content[i]!;
      copied[i + 1] = copyNode(content[i + 1]!);
    }
  } else for (let i = 0; i < content.length; i++) copied[i] = copyNode(content[i]!);
  const copy = new YamlNode(node.kind, node.tag, node.value, node.style, copied);
  if ((node.style & style.commented) !== 0) schemaComments.set(copy, schemaComments.get(node) ?? '');
  return copy;
}

/** Makes `target` the same node as `source`, in place, so that whoever holds `target` sees it. */
export function assignNode(target: YamlNode, source: YamlNode): void {
  if (target === source) return;
  target.kind = source.kind;
  target.tag = source.tag;
  target.value = source.value;
  target.style = source.style;
  target.content = source.content;
}

/** The value under a key, or undefined. The first one, where a key is repeated. */
export function fieldOf(node: YamlNode, key: string): YamlNode | undefined {
  if (node.kind !== MAPPING) return undefined;
  const { content } = node;
  for (let i = 0; i < content.length; i += 2) if (content[i]!.value === key) return content[i + 1];
  return undefined;
}
