import {
  assignNode,
  type CommentedNode,
  copyNode,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type NodeKind,
  parseCommented,
  SCALAR,
  scalarNode,
  toJson,
  toValue,
  type YamlNode,
  YamlSyntaxError,
  YamlValueError,
} from '../../resource/index.ts';
import type { Collection } from '../collection.ts';
import { readComments } from '../comments.ts';
import { explain, fail, RenderFailure } from '../failure.ts';
import { compareText, formatResId, type Gvk, gvkOf, isSelected, type ResId } from '../gvk.ts';
import type { Item } from '../item.ts';
import { field, isEmpty, lookup, textOf } from '../node.ts';
import { matchPath, splitDotted } from '../node-path.ts';
import { printNode } from '../node-print.ts';
import { type Matcher, matcherOf, parseSelector, type Selector } from '../selector.ts';

export interface FieldOptions {
  delimiter: string;
  index: number;
  create: boolean;
}

export interface Source extends Gvk {
  name: string;
  namespace: string;
  fieldPath: string;
  options?: FieldOptions;
}

export interface Target {
  select?: Selector;
  reject: Selector[];
  fieldPaths: string[];
  options?: FieldOptions;
}

export interface Replacement {
  source?: Source;
  sourceValue?: string;
  targets?: Target[];
}

const DEFAULT_PATH = 'metadata.name';

/** Copies values from one object into fields of others. Source: filters/replacement of Kustomize 5.8.1. */
export function replaceValues(collection: Collection, replacements: readonly Replacement[]): void {
  for (const replacement of replacements) {
    const { source, sourceValue, targets } = replacement;
    if ((source === undefined && sourceValue === undefined) || targets === undefined)
      fail('replacements must specify a source and at least one target');
    if (source !== undefined && sourceValue !== undefined) fail('value and resource selectors are mutually exclusive');
    const value = source === undefined ? scalarNode(sourceValue as string) : sourceNode(collection, source);
    for (const target of targets) replaceTarget(collection, value, target);
  }
  collection.dropEmpty();
}

/** All ids of an object; none of them knows that it is cluster-scoped. */
function idsOf(item: Item): ResId[] {
  const gvk = gvkOf(textOf(field(item.node, 'apiVersion')), item.kind);
  const current = { ...gvk, name: item.name, namespace: item.namespace, clusterScoped: false };
  return [current, ...item.previousIds()];
}

const namespaceOf = (namespace: string) => namespace || 'default';

function sourceNode(collection: Collection, source: Source): YamlNode {
  const found = collection.items.filter((item) =>
    idsOf(item).some(
      (id) =>
        isSelected(id, source) &&
        (source.name === '' || source.name === id.name) &&
        (source.namespace === '' || namespaceOf(source.namespace) === namespaceOf(id.namespace)),
    ),
  );
  const label = `${formatResId(source)}${source.fieldPath === '' ? '' : `:${source.fieldPath}`}${optionsText(source.options)}`;
  if (found.length > 1) fail(`multiple matches for selector ${label}`);
  const [item] = found;
  if (item?.node === undefined) fail(`nothing selected by ${label}`);
  const path = source.fieldPath || DEFAULT_PATH;
  let node: YamlNode | undefined;
  try {
    node = lookup(item.node, splitDotted(path));
  } catch (error) {
    throw explain(error, 'error looking up replacement source');
  }
  if (node === undefined || isEmpty(node))
    fail(`fieldPath \`${path}\` is missing for replacement source ${formatResId(source)}`);
  return refine(node, source.options);
}

function optionsText(options: FieldOptions | undefined): string {
  if (options === undefined || (options.delimiter === '' && !options.create)) return '';
  return `:${options.delimiter}(${options.index}), create=${options.create}`;
}

function refine(node: YamlNode, options: FieldOptions | undefined): YamlNode {
  if (options === undefined || options.delimiter === '') return node;
  if (node.kind !== SCALAR) fail('delimiter option can only be used with scalar nodes');
  const parts = textOf(node).split(options.delimiter);
  const part = options.index < 0 ? undefined : parts[options.index];
  if (part === undefined) fail(`options.index ${options.index} is out of bounds for value ${textOf(node)}`);
  const copy = copyNode(node);
  copy.value = part;
  return copy;
}

function replaceTarget(collection: Collection, value: YamlNode, target: Target): void {
  const { select } = target;
  if (select === undefined) fail('target must specify resources to select');
  const chosen = matcherOf(select);
  const rejected = target.reject.filter(hasId).map(matcherOf);
  const byTexts = textSelector(select);
  const rejectedTexts = target.reject
    .filter((reject) => reject.annotationSelector !== '' || reject.labelSelector !== '')
    .map(textSelector);
  const paths = target.fieldPaths.length === 0 ? [DEFAULT_PATH] : target.fieldPaths;
  const matches = (matcher: Matcher) => (id: ResId) =>
    matcher.gvk(id) && matcher.name(id.name) && matcher.namespace(id.namespace);
  for (const item of collection.items) {
    const ids = idsOf(item);
    if (!byTexts(item) || rejectedTexts.some((holds) => holds(item))) continue;
    if (rejected.some((matcher) => ids.some(matches(matcher))) || !ids.some(matches(chosen))) continue;
    for (const path of paths) copyValue(item.node as YamlNode, value, path, target.options);
    collection.changed();
  }
}

function hasId({ group, version, kind, name, namespace }: Selector): boolean {
  return [group, version, kind, name, namespace].some((part) => part !== '');
}

function textSelector(selector: Selector): (item: Item) => boolean {
  const labels = parseSelector(selector.labelSelector);
  const annotations = parseSelector(selector.annotationSelector);
  return (item) => annotations(item.annotations()) && labels(item.labels());
}

function copyValue(root: YamlNode, value: YamlNode, path: string, options: FieldOptions | undefined): void {
  const create = options?.create === true ? value.kind : undefined;
  if (setInText(root, value, path, create)) return;
  const problem = `unable to find ${create === undefined ? '' : 'or create '}field ${JSON.stringify(path)} in replacement target`;
  let targets: YamlNode[];
  try {
    targets = matchPath(root, splitDotted(path), create);
  } catch (error) {
    throw explain(error, problem);
  }
  if (targets.length === 0) fail(problem);
  for (const target of targets) setValue(target, copyNode(value), options);
}

function setValue(target: YamlNode, value: YamlNode, options: FieldOptions | undefined): void {
  if (options !== undefined && options.delimiter !== '') {
    if (target.kind !== SCALAR) fail('delimiter option can only be used with scalar nodes');
    const parts = target.value.split(options.delimiter);
    const text = textOf(value);
    if (options.index < 0) parts.unshift(text);
    else if (options.index >= parts.length) parts.push(text);
    else parts[options.index] = text;
    value.value = parts.join(options.delimiter);
  }
  // A scalar keeps its type: only its text is replaced.
  if (target.kind === SCALAR) target.value = value.value;
  else assignNode(target, value);
}

/** Sets a field inside of YAML or JSON that a string holds; false where the path does not lead into such a string. */
function setInText(root: YamlNode, value: YamlNode, path: string, create: NodeKind | undefined): boolean {
  const parts = splitDotted(path);
  for (let i = 1; i < parts.length; i++) {
    let holder: YamlNode | undefined;
    let document: CommentedNode;
    try {
      holder = lookup(root, parts.slice(0, i));
      if (holder === undefined || holder.kind !== SCALAR) continue;
      document = parseCommented(holder.value);
    } catch (error) {
      if (error instanceof RenderFailure || error instanceof YamlSyntaxError) continue;
      throw error;
    }
    const tree = document.node;
    if (tree === undefined) return false;
    try {
      const targets = matchPath(tree, parts.slice(i), create);
      if (targets.length === 0) return false;
      for (const target of targets) {
        if (target.kind === SCALAR) target.value = value.value;
        else assignNode(target, value);
      }
      holder.value = printText(tree, holder.value, document);
      return true;
    } catch (error) {
      if (error instanceof RenderFailure || error instanceof YamlValueError) return false;
      throw error;
    }
  }
  return false;
}

function printText(tree: YamlNode, original: string, document: CommentedNode): string {
  const first = original.trim()[0];
  if (first !== '{' && first !== '[') return printNode(tree, readComments(original, document)).trim();
  const pretty = original.includes('\n') && original.includes('  ');
  return goText(sorted(toValue(tree)), pretty ? 2 : undefined);
}

function goText(value: JsonValue, indent: number | undefined): string {
  return toJson(value, indent).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const result: JsonObject = {};
  for (const key of Object.keys(value).sort(compareText))
    Object.defineProperty(result, key, { value: sorted(value[key] as JsonValue), enumerable: true });
  return result;
}
