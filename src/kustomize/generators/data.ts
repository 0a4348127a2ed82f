import { MAPPING, style, type YamlNode } from '../../resource/index.ts';
import { compareText } from '../gvk.ts';
import { type Item, textNode } from '../item.ts';
import { clearField, field, lookup, setField, textOf } from '../node.ts';

/** Bytes as base64; more than 70 characters are broken into lines, each with its line break. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64');
  if (text.length < 70) return text;
  return `${text.replace(/.{70}/g, '$&\n')}${text.length % 70 === 0 ? '' : '\n'}`;
}

/** A value of a generated map; several lines are written as a literal. */
export function dataNode(text: string): YamlNode {
  const node = textNode(text);
  if (text.includes('\n')) node.style = style.literal;
  return node;
}

function readMap(item: Item, name: string): Map<string, string> {
  const node = field(item.node, name);
  const values = new Map<string, string>();
  if (node === undefined) return values;
  for (let i = 0; i < node.content.length; i += 2)
    values.set((node.content[i] as YamlNode).value, textOf(node.content[i + 1]));
  return values;
}

export function writeMap(target: YamlNode, name: string, values: ReadonlyMap<string, string>): void {
  for (const key of [...values.keys()].sort(compareText)) {
    const map = lookup(target, [name], MAPPING) as YamlNode;
    setField(map, key, dataNode(values.get(key) as string));
  }
}

/** `data` and `binaryData` of a generator with `behavior: merge`: the older values with the newer on top. */
export function mergeData(item: Item, old: Item): void {
  for (const name of ['data', 'binaryData']) {
    const merged = new Map([...readMap(old, name), ...readMap(item, name)]);
    clearField(item.node as YamlNode, name);
    writeMap(item.node as YamlNode, name, merged);
  }
}
