import { mappingNode, scalarNode, tags, type YamlNode } from '../../resource/index.ts';
import { explain, fail } from '../failure.ts';
import { compareText, type Scopes } from '../gvk.ts';
import { Item, textNode } from '../item.ts';
import type { Generator, GeneratorOptions } from '../kustomization.ts';
import type { Loader } from '../loader.ts';
import { lookup, setField } from '../node.ts';
import { dataNode, encodeBase64 } from './data.ts';
import { keyValues } from './key-values.ts';

/** Options for all generators of a kustomization, below those of one. */
export function mergeOptions(
  own: GeneratorOptions | undefined,
  common: GeneratorOptions | undefined,
): GeneratorOptions | undefined {
  if (common === undefined) return own;
  return {
    labels: { ...common.labels, ...own?.labels },
    annotations: { ...common.annotations, ...own?.annotations },
    disableNameSuffixHash: own?.disableNameSuffixHash === true || common.disableNameSuffixHash === true,
    immutable: own?.immutable === true || common.immutable === true,
  };
}

/** A ConfigMap or Secret from literals and files. Source: api/internal/generators of Kustomize 5.8.1. */
export async function generate(
  kind: 'ConfigMap' | 'Secret',
  generator: Generator,
  loader: Loader,
  scopes?: Scopes,
): Promise<Item> {
  const node = mappingNode([scalarNode('apiVersion', tags.string), scalarNode('v1', tags.string)]);
  setField(node, 'kind', scalarNode(kind, tags.string));
  const { name = '', namespace = '', options } = generator;
  if (name === '') fail('a configmap must have a name');
  const metadata = mappingNode();
  setField(node, 'metadata', metadata);
  setField(metadata, 'name', textNode(name));
  if (namespace !== '') setField(metadata, 'namespace', textNode(namespace));
  if (kind === 'Secret') setField(node, 'type', textNode(generator.type || 'Opaque'));
  const values = await dataOf(generator, loader);
  if (kind === 'Secret') setSecretData(node, values);
  else setConfigData(node, values);
  const item = new Item(node, undefined, scopes);
  for (const [set, entries] of [
    [(key: string, value: string) => item.setLabel(key, value), options?.labels],
    [(key: string, value: string) => item.setAnnotation(key, value), options?.annotations],
  ] as const) {
    for (const key of Object.keys(entries ?? {}).sort(compareText)) set(key, entries?.[key] as string);
  }
  if (options?.immutable === true) setField(node, 'immutable', scalarNode('true', tags.bool));
  if (options?.disableNameSuffixHash !== true) item.enableHash();
  item.setBehavior(generator.behavior ?? '');
  return item;
}

async function dataOf(generator: Generator, loader: Loader): Promise<Map<string, Uint8Array>> {
  const values = new Map<string, Uint8Array>();
  try {
    for (const [key, value] of await keyValues(generator, loader)) {
      if (values.has(key)) fail(`configmap ${generator.name} illegally repeats the key \`${key}\``);
      values.set(key, value);
    }
  } catch (error) {
    throw explain(error, `loading KV pairs of '${generator.name}'`);
  }
  return new Map([...values].sort(([a], [b]) => compareText(a, b)));
}

function setSecretData(node: YamlNode, values: ReadonlyMap<string, Uint8Array>): void {
  const data = mappingNode();
  setField(node, 'data', data);
  for (const [key, value] of values) setField(data, key, dataNode(encodeBase64(value)));
}

/** Text goes to `data`, anything that is not UTF-8 to `binaryData`. */
function setConfigData(node: YamlNode, values: ReadonlyMap<string, Uint8Array>): void {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (const [key, value] of values) {
    let text: string | undefined;
    try {
      text = decoder.decode(value);
    } catch {
      text = undefined;
    }
    const map = lookup(node, [text === undefined ? 'binaryData' : 'data'], 1) as YamlNode;
    setField(map, key, dataNode(text ?? encodeBase64(value)));
  }
}
