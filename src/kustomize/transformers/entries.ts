import { scalarNode, type YamlNode } from '../../resource/index.ts';
import { setField, setScalar } from '../node.ts';

/**
 * A setter for one value, to be used on every field of one object. All fields that it creates are one and the same
 * node, as in Kustomize: what later changes one of them in place changes them all.
 */
export function entrySetter(name: string, value: string, tag: string): (node: YamlNode) => void {
  const entry = scalarNode(value, tag);
  return name === '' ? (node) => setScalar(node, entry) : (node) => setField(node, name, entry);
}
