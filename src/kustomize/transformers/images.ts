import { MAPPING, SCALAR, SEQUENCE, tags, type YamlNode } from '../../resource/index.ts';
import type { Collection } from '../collection.ts';
import { fail } from '../failure.ts';
import { visitFields } from '../field-path.ts';
import type { FieldSpec } from '../field-specs.ts';
import { goRegExp } from '../go-regexp.ts';
import { demandKind, field } from '../node.ts';
import { entrySetter } from './entries.ts';

export interface Image {
  name: string;
  newName: string;
  newTag: string;
  tagSuffix: string;
  digest: string;
}

/**
 * Changes names, tags and digests of images: in every list called `containers` or `initContainers`, wherever it is,
 * and in the fields of the table. Custom resource definitions are left alone.
 */
export function setImages(collection: Collection, image: Image, specs: readonly FieldSpec[]): void {
  const matches = imageMatcher(image.name);
  const set = (node: YamlNode) => {
    demandKind(node, SCALAR);
    if (matches(node.value)) entrySetter('', changed(node.value, image), tags.none)(node);
  };
  const items = collection.items.filter(({ kind }) => kind !== 'CustomResourceDefinition');
  for (const item of items) visitContainers(item.node as YamlNode, set);
  for (const item of items) visitFields(item, specs, { set });
  collection.dropEmpty();
}

function visitContainers(node: YamlNode, set: (node: YamlNode) => void): void {
  if (node.kind === SEQUENCE) for (const item of node.content) visitContainers(item, set);
  if (node.kind !== MAPPING) return;
  const seen = new Set<string>();
  for (let i = 0; i < node.content.length; i += 2) {
    const key = (node.content[i] as YamlNode).value;
    if (seen.has(key)) continue;
    seen.add(key);
    const value = node.content[i + 1] as YamlNode;
    if (value.kind !== SCALAR) visitContainers(value, set);
    if ((key !== 'containers' && key !== 'initContainers') || value.kind !== SEQUENCE) continue;
    for (const container of value.content) {
      demandKind(container, MAPPING);
      const image = field(container, 'image');
      if (image !== undefined) set(image);
    }
  }
}

/** The name is a regular expression, put into another one as it is. */
function imageMatcher(name: string): (image: string) => boolean {
  const pattern = goRegExp(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`);
  return (image) => {
    if (pattern === undefined) fail(`the image name '${name}' is not a valid regular expression`);
    return pattern.test(image);
  };
}

function changed(text: string, image: Image): string {
  let { name, tag, digest } = splitImage(text);
  if (image.newName !== '') name = image.newName;
  if (image.newTag !== '') {
    tag = image.newTag;
    digest = image.digest;
  } else if (image.digest !== '') {
    tag = '';
    digest = image.digest;
  } else if (image.tagSuffix !== '') {
    tag += image.tagSuffix;
    digest = '';
  }
  return name + (tag === '' ? '' : `:${tag}`) + (digest === '' ? '' : `@${digest}`);
}

function splitImage(text: string): { name: string; tag: string; digest: string } {
  const slash = Math.max(text.indexOf('/'), 0);
  const at = text.indexOf('@', slash);
  const colon = text.indexOf(':', slash);
  if (at >= 0 && (colon < 0 || at < colon)) return { name: text.slice(0, at), tag: '', digest: text.slice(at + 1) };
  if (colon < 0) return { name: text, tag: '', digest: '' };
  if (at < 0) return { name: text.slice(0, colon), tag: text.slice(colon + 1), digest: '' };
  return { name: text.slice(0, colon), tag: text.slice(colon + 1, at), digest: text.slice(at + 1) };
}
