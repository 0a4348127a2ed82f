import { SEQUENCE, style, tags, YamlNode } from './yaml-node.ts';

/** Text of a list that need not be parsed unless somebody looks into it, and the column that its items stand in. */
export interface RawText {
  text: string;
  indent: number;
}

const texts = new WeakMap<YamlNode, RawText>();

/**
 * A list that is parsed when its content is first asked for. Until then it can be printed as it stands.
 */
export function rawNode(raw: RawText, parse: (text: string) => YamlNode[]): YamlNode {
  const node = new YamlNode(SEQUENCE, tags.sequence, '', style.raw, []);
  const settle = (content: YamlNode[]) => {
    node.style &= ~style.raw;
    Object.defineProperty(node, 'content', { value: content, writable: true, enumerable: true, configurable: true });
    return content;
  };
  Object.defineProperty(node, 'content', {
    get: () => settle(parse(raw.text)),
    set: settle,
    enumerable: true,
    configurable: true,
  });
  texts.set(node, raw);
  return node;
}

/** The text of a list that nobody has looked into. */
export function rawTextOf(node: YamlNode): RawText | undefined {
  return (node.style & style.raw) === 0 ? undefined : texts.get(node);
}
