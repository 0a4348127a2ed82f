import path from 'node:path';
import { mappingNode, scalarNode, stringNode, tags, type YamlNode } from '../resource/index.ts';
import { type Item, ORIGIN, TRANSFORMATIONS } from './item.ts';
import { setField } from './node.ts';
import { printNode } from './node-print.ts';

/** Where an object comes from, or what changed it, for `buildMetadata`. */
export interface Origin {
  path?: string;
  configuredIn?: string;
  configuredBy?: { apiVersion: string; kind: string; name?: string; namespace?: string };
}

export function originBelow(origin: Origin, entry: string): Origin {
  return { ...origin, path: path.posix.join(origin.path ?? '', entry) };
}

function originNode(origin: Origin): YamlNode {
  const node = mappingNode();
  for (const name of ['path', 'configuredIn'] as const) {
    const value = origin[name];
    if (value) setField(node, name, scalarNode(value, tags.string));
  }
  if (origin.configuredBy !== undefined) {
    const by = mappingNode();
    for (const name of ['apiVersion', 'kind', 'name', 'namespace'] as const) {
      const value = origin.configuredBy[name];
      if (value) setField(by, name, stringNode(value));
    }
    setField(node, 'configuredBy', by);
  }
  return node;
}

export function originText(origin: Origin): string {
  return printNode(originNode(origin));
}

export function setOrigin(item: Item, origin: Origin): void {
  item.setAnnotations(item.annotations().set(ORIGIN, originText(origin)));
}

/** A transformer touched the object; what has no origin yet was made by it. */
export function addTransformation(item: Item, origin: Origin): void {
  if (item.annotation(ORIGIN) === undefined) {
    setOrigin(item, origin);
    return;
  }
  const earlier = item.annotation(TRANSFORMATIONS) ?? '';
  const lines = originText(origin).trimEnd().split('\n');
  const entry = lines.map((line, i) => (i === 0 ? `- ${line}` : `  ${line}`)).join('\n');
  item.setAnnotations(item.annotations().set(TRANSFORMATIONS, `${earlier}${entry}\n`));
}
