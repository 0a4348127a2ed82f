import { copyNode, MAPPING, scalarNode, stringNode, style, type YamlNode } from '../resource/index.ts';
import { fail } from './failure.ts';
import { compareText, effectiveNamespace, type Gvk, gvkOf, isClusterScoped, type ResId, type Scopes } from './gvk.ts';
import { clearField, field, isEmpty, lookup, setField } from './node.ts';

/** Annotations under this prefix carry an object's history through the build and are taken off at the end. */
export const INTERNAL = 'internal.config.kubernetes.io/';
const PREVIOUS_KINDS = `${INTERNAL}previousKinds`;
const PREVIOUS_NAMES = `${INTERNAL}previousNames`;
const PREVIOUS_NAMESPACES = `${INTERNAL}previousNamespaces`;
const PREFIXES = `${INTERNAL}prefixes`;
const SUFFIXES = `${INTERNAL}suffixes`;
const REFERRED_BY = `${INTERNAL}refBy`;
const BEHAVIOR = `${INTERNAL}generatorBehavior`;
const NEEDS_HASH = `${INTERNAL}needsHashSuffix`;
const ALLOW_NAME = `${INTERNAL}allowNameChange`;
const ALLOW_KIND = `${INTERNAL}allowKindChange`;
export const ORIGIN = 'config.kubernetes.io/origin';
export const TRANSFORMATIONS = 'alpha.config.kubernetes.io/transformations';

const buildAnnotations: readonly string[] = [
  PREVIOUS_KINDS,
  PREVIOUS_NAMES,
  PREFIXES,
  SUFFIXES,
  PREVIOUS_NAMESPACES,
  ALLOW_NAME,
  ALLOW_KIND,
  REFERRED_BY,
  BEHAVIOR,
  NEEDS_HASH,
  `${INTERNAL}path`,
  `${INTERNAL}index`,
  `${INTERNAL}seqindent`,
  `${INTERNAL}id`,
  `${INTERNAL}annotations-migration-resource-id`,
  'config.kubernetes.io/path',
  'config.kubernetes.io/index',
  'config.k8s.io/id',
  `${INTERNAL}helm-generated`,
];

/** Who may have written a field: for `--explain`. */
export interface Provenance {
  readonly file: string;
  readonly line: number;
}

/**
 * An object on its way through the build. Its history (earlier names, prefixes, what it refers to) is kept in
 * annotations, as Kustomize keeps it, because patches and replacements can see those.
 */
export class Item {
  node: YamlNode | undefined;
  variables: string[] = [];
  readonly source: Provenance | undefined;
  private readonly scopes: Scopes | undefined;
  private previous: { key: string; ids: ResId[] } | undefined;

  constructor(node: YamlNode, source?: Provenance, scopes?: Scopes) {
    this.node = node;
    this.source = source;
    this.scopes = scopes;
  }

  copy(): Item {
    const item = new Item(copyNode(this.node as YamlNode), this.source, this.scopes);
    item.variables = [...this.variables];
    return item;
  }

  get empty(): boolean {
    return isEmpty(this.node);
  }

  get kind(): string {
    return field(this.node, 'kind')?.value ?? '';
  }

  get apiVersion(): string {
    return field(this.node, 'apiVersion')?.value ?? '';
  }

  get gvk(): Gvk {
    return gvkOf(this.apiVersion, this.kind);
  }

  get name(): string {
    return this.metadataText('name');
  }

  get namespace(): string {
    return this.metadataText('namespace');
  }

  private metadata(): YamlNode | undefined {
    const found = field(this.node, 'metadata');
    return isEmpty(found) ? undefined : found;
  }

  private metadataText(name: string): string {
    const found = field(this.metadata(), name);
    return found === undefined || isEmpty(found) ? '' : found.value;
  }

  private set(value: YamlNode, ...path: string[]): void {
    const parent = lookup(this.node as YamlNode, path.slice(0, -1), MAPPING);
    if (parent !== undefined) setField(parent, path.at(-1) as string, value);
  }

  setKind(kind: string): void {
    this.set(scalarNode(kind), 'kind');
  }

  setApiVersion(apiVersion: string): void {
    this.set(scalarNode(apiVersion), 'apiVersion');
  }

  setName(name: string): void {
    this.set(scalarNode(name), 'metadata', 'name');
  }

  setNamespace(namespace: string): void {
    if (namespace !== '') {
      this.set(scalarNode(namespace), 'metadata', 'namespace');
      return;
    }
    const metadata = lookup(this.node as YamlNode, ['metadata']);
    if (metadata !== undefined) clearField(metadata, 'namespace');
  }

  /** What the object is called now. */
  id(): ResId {
    const gvk = this.gvk;
    return {
      ...gvk,
      name: this.name,
      namespace: this.namespace,
      clusterScoped: isClusterScoped(gvk, this.scopes),
    };
  }

  /** What it was called before each change of name, namespace or kind, oldest first. */
  previousIds(): readonly ResId[] {
    const annotations = field(this.metadata(), 'annotations');
    const names = field(annotations, PREVIOUS_NAMES)?.value;
    if (names === undefined) return [];
    const namespaces = field(annotations, PREVIOUS_NAMESPACES)?.value ?? '';
    const kinds = field(annotations, PREVIOUS_KINDS)?.value ?? '';
    const { apiVersion } = this;
    const key = `${names}\n${namespaces}\n${kinds}\n${apiVersion}`;
    if (this.previous?.key === key) return this.previous.ids;
    const kindList = kinds.split(',');
    const namespaceList = namespaces.split(',');
    const nameList = names.split(',');
    if (nameList.length !== namespaceList.length || nameList.length !== kindList.length)
      fail('number of previous names, number of previous namespaces, number of previous kinds not equal');
    const ids = nameList.map((name, i) => ({
      ...gvkOf(apiVersion, kindList[i] ?? ''),
      name,
      namespace: namespaceList[i] ?? '',
      clusterScoped: false,
    }));
    this.previous = { key, ids };
    return ids;
  }

  originalId(): ResId {
    return this.previousIds()[0] ?? this.id();
  }

  /** Notes the present id before it changes. */
  storePreviousId(): void {
    const id = this.id();
    this.appendAnnotation(PREVIOUS_NAMES, id.name);
    this.appendAnnotation(PREVIOUS_NAMESPACES, effectiveNamespace(id));
    this.appendAnnotation(PREVIOUS_KINDS, id.kind);
  }

  private texts(name: 'labels' | 'annotations'): Map<string, string> {
    const found = new Map<string, string>();
    const node = field(this.metadata(), name);
    if (node === undefined || node.kind !== MAPPING) return found;
    for (let i = 0; i < node.content.length; i += 2) {
      const key = (node.content[i] as YamlNode).value;
      found.set(key, (node.content[i + 1] as YamlNode).value);
    }
    return found;
  }

  labels(): Map<string, string> {
    return this.texts('labels');
  }

  annotations(): Map<string, string> {
    return this.texts('annotations');
  }

  annotation(name: string): string | undefined {
    return field(field(this.metadata(), 'annotations'), name)?.value;
  }

  private setTexts(name: 'labels' | 'annotations', values: ReadonlyMap<string, string>): void {
    const metadata = lookup(this.node as YamlNode, ['metadata'], MAPPING);
    if (metadata === undefined) return;
    clearField(metadata, name);
    if (values.size === 0) return;
    const target = lookup(metadata, [name], MAPPING) as YamlNode;
    for (const key of [...values.keys()].sort(compareText)) setField(target, key, textNode(values.get(key) as string));
  }

  /** Writes all labels anew: sorted, and as strings. */
  setLabels(values: ReadonlyMap<string, string>): void {
    this.setTexts('labels', values);
  }

  /** Writes all annotations anew: sorted, and as strings. */
  setAnnotations(values: ReadonlyMap<string, string>): void {
    this.setTexts('annotations', values);
  }

  setAnnotation(name: string, value: string): void {
    const node = this.node as YamlNode;
    const metadata = field(node, 'metadata');
    if (metadata !== undefined && field(metadata, 'annotations')?.content.length === 0)
      clearField(metadata, 'annotations');
    if (metadata !== undefined && metadata.content.length === 0) clearField(node, 'metadata');
    const text = textNode(value);
    text.style = style.single;
    this.set(text, 'metadata', 'annotations', name);
  }

  setLabel(name: string, value: string): void {
    const text = textNode(value);
    text.style = style.single;
    this.set(text, 'metadata', 'labels', name);
  }

  private appendAnnotation(name: string, value: string): void {
    if (value === '') return;
    const current = this.annotation(name);
    this.setAnnotation(name, current === undefined ? value : `${current},${value}`);
  }

  private list(name: string): string[] {
    return this.annotation(name)?.split(',') ?? [];
  }

  get prefixes(): string[] {
    return this.list(PREFIXES);
  }

  get suffixes(): string[] {
    return this.list(SUFFIXES);
  }

  addPrefix(prefix: string): void {
    this.appendAnnotation(PREFIXES, prefix);
  }

  addSuffix(suffix: string): void {
    this.appendAnnotation(SUFFIXES, suffix);
  }

  addReferrer(id: string): void {
    this.appendAnnotation(REFERRED_BY, id);
  }

  get behavior(): string {
    return this.annotation(BEHAVIOR) ?? 'unspecified';
  }

  setBehavior(behavior: string): void {
    const known = ['create', 'replace', 'merge'].includes(behavior) ? behavior : 'unspecified';
    this.setAnnotations(this.annotations().set(BEHAVIOR, known));
  }

  get needsHash(): boolean {
    return this.annotation(NEEDS_HASH) === 'enabled';
  }

  enableHash(): void {
    this.setAnnotations(this.annotations().set(NEEDS_HASH, 'enabled'));
  }

  get nameChangeAllowed(): boolean {
    return this.annotation(ALLOW_NAME) === 'enabled';
  }

  get kindChangeAllowed(): boolean {
    return this.annotation(ALLOW_KIND) === 'enabled';
  }

  allowNameChange(): void {
    this.setAnnotations(this.annotations().set(ALLOW_NAME, 'enabled'));
  }

  allowKindChange(): void {
    this.setAnnotations(this.annotations().set(ALLOW_KIND, 'enabled'));
  }

  /** Annotations that a JSON patch must not lose. */
  internalAnnotations(): Map<string, string> {
    const kept = ['config.kubernetes.io/path', 'config.kubernetes.io/index', 'config.k8s.io/id'];
    return new Map([...this.annotations()].filter(([key]) => key.startsWith(INTERNAL) || kept.includes(key)));
  }

  removeBuildAnnotations(): void {
    const annotations = this.annotations();
    if (annotations.size === 0) return;
    for (const name of buildAnnotations) annotations.delete(name);
    this.setAnnotations(annotations);
  }

  /**
   * Takes over name, namespace, labels and annotations of the object that a generator's result replaces; its own
   * labels and annotations win, except for the history.
   */
  inheritMetadata(other: Item): void {
    this.setLabels(new Map([...other.labels(), ...this.labels()]));
    const mine = this.annotations();
    const theirs = other.annotations();
    const merged = new Map([...theirs, ...mine]);
    for (const name of buildAnnotations) {
      const value = theirs.get(name);
      if (value === undefined) merged.delete(name);
      else merged.set(name, value);
    }
    if (!mine.has(NEEDS_HASH)) merged.delete(NEEDS_HASH);
    this.setAnnotations(merged);
    this.setName(other.name);
    this.setNamespace(other.namespace);
    this.variables = [...other.variables];
  }
}

/** A string that was set by name rather than written: text with line breaks is literal. */
export function textNode(value: string): YamlNode {
  const node = stringNode(value);
  if (value.includes('\n')) node.style = style.literal;
  return node;
}
