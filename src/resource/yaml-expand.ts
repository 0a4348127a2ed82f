import { ALIAS, copyNode, MAPPING, SEQUENCE, tags, YamlNode } from './yaml-node.ts';

/** More nodes than this from aliases is an attack ("billion laughs"), not a manifest. */
const MAX_COPIED = 500_000;

/**
 * Replaces aliases by copies of what they name, and merge keys (`<<`) by the fields they bring, in place.
 * Fields of the mapping itself win over merged ones, and earlier ones of a list over later ones.
 * Source: deAnchor in kyaml/yaml/rnode.go of Kustomize 5.8.1. Throws an `Error` with one sentence.
 */
export function expandAliases(root: YamlNode): YamlNode {
  const open = new Set<YamlNode>();
  let copied = 0;
  const count = (node: YamlNode): void => {
    if (++copied > MAX_COPIED) throw new Error('document contains excessive aliasing');
    for (const child of node.content) count(child);
  };
  const expand = (node: YamlNode): YamlNode => {
    if (node.kind === ALIAS) {
      const target = node.content[0];
      if (target === undefined || open.has(target)) throw new Error(`anchor '${node.value}' value contains itself`);
      const result = expand(target);
      count(result);
      return copyNode(result);
    }
    if (node.content.length === 0) return node;
    if (open.has(node)) throw new Error('an anchor contains itself');
    open.add(node);
    if (node.kind === MAPPING) mergeKeys(node, open);
    for (let i = 0; i < node.content.length; i++) node.content[i] = expand(node.content[i] as YamlNode);
    open.delete(node);
    return node;
  };
  return expand(root);
}

function mergeKeys(node: YamlNode, open: ReadonlySet<YamlNode>): void {
  let merge: YamlNode | undefined;
  const own: YamlNode[] = [];
  for (let i = 0; i < node.content.length; i += 2) {
    const key = node.content[i] as YamlNode;
    const value = node.content[i + 1] as YamlNode;
    if (key.tag !== tags.merge) own.push(key, value);
    else if (merge !== undefined) throw new Error('duplicate merge key');
    else merge = value;
  }
  if (merge === undefined) return;
  const fields = own.slice();
  const set = (key: YamlNode, value: YamlNode) => {
    for (let i = 0; i < fields.length; i += 2) {
      if ((fields[i] as YamlNode).value !== key.value) continue;
      fields[i + 1] = value;
      return;
    }
    fields.push(key, value);
  };
  for (const source of [...mergeSources(merge), new YamlNode(MAPPING, tags.map, '', 0, own)]) {
    if (open.has(source)) throw new Error('an anchor contains itself');
    for (let i = 0; i < source.content.length; i += 2)
      set(source.content[i] as YamlNode, copyNode(source.content[i + 1] as YamlNode));
  }
  node.content = fields;
}

function mergeSources(value: YamlNode): YamlNode[] {
  if (value.kind === MAPPING) return [value];
  if (value.kind === ALIAS) {
    const target = value.content[0];
    if (target === undefined || target.kind !== MAPPING)
      throw new Error('invalid map merge: received alias for a non-map value');
    return [target];
  }
  if (value.kind !== SEQUENCE) throw new Error('map merge requires map or sequence of maps as the value');
  return value.content
    .flatMap((item) => {
      if (item.kind === SEQUENCE) throw new Error('invalid map merge: received a nested sequence');
      return mergeSources(item);
    })
    .reverse();
}
