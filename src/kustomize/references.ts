import { MAPPING, SCALAR, SEQUENCE, scalarNode, type YamlNode } from '../resource/index.ts';
import type { Collection } from './collection.ts';
import { explain, fail } from './failure.ts';
import { visitField } from './field-path.ts';
import { type NameReference, specsFor } from './field-specs.ts';
import { effectiveNamespace, formatResId, type Gvk, isSelected, type ResId } from './gvk.ts';
import type { Item } from './item.ts';
import { field, getField, isNull, setField, setScalar } from './node.ts';

/**
 * Follows names that changed: where an object calls another one by an earlier name, the present one is written.
 * Source: filters/nameref and resmap of Kustomize 5.8.1.
 */
export function fixReferences(collection: Collection, references: readonly NameReference[]): void {
  const names = new NameIndex(collection.items);
  for (const referrer of collection.items) {
    const original = referrer.originalId();
    const gvk = referrer.gvk;
    let reach: ((item: Item) => boolean) | undefined;
    const apiVersion = field(referrer.node, 'apiVersion');
    for (const reference of references) {
      for (const spec of specsFor(reference.fieldSpecs, original)) {
        if (!isSelected(original, spec)) continue;
        if (apiVersion !== undefined && isNull(apiVersion) && apiVersion.value !== '')
          fail(`node-referrerOriginal 'APIVersion' mismatch '' != '${apiVersion.value}'`);
        reach ??= reachOf(referrer);
        const search: Search = { referrer, path: spec.path, target: reference, reach, names };
        try {
          visitField(referrer, { ...spec, ...gvk }, { set: (node) => followAll(search, node) });
        } catch (error) {
          const id = formatResId(referrer.id());
          throw explain(error, `updating name reference in '${spec.path}' field of '${id}'`);
        }
      }
    }
  }
}

interface Search {
  referrer: Item;
  path: string;
  target: Gvk;
  /** Whether the referrer could name an object at all. */
  reach: (item: Item) => boolean;
  names: NameIndex;
}

/** Objects by the names they had earlier. */
class NameIndex {
  private readonly byName = new Map<string, { item: Item; current: ResId }[]>();
  private readonly byNamespace: Map<string, Item[]>;

  constructor(items: readonly Item[]) {
    this.byNamespace = Map.groupBy(items, (item) => effectiveNamespace(item.originalId()));
    for (const item of items) {
      const current = item.id();
      for (const name of new Set(item.previousIds().map((id) => id.name))) {
        const list = this.byName.get(name);
        if (list === undefined) this.byName.set(name, [{ item, current }]);
        else list.push({ item, current });
      }
    }
  }

  /** Whether any object in reach was first in the namespace. */
  hasOriginalNamespace(namespace: string, reach: (item: Item) => boolean): boolean {
    return (this.byNamespace.get(namespace) ?? []).some(reach);
  }

  find(name: string): readonly { item: Item; current: ResId }[] {
    return this.byName.get(name) ?? [];
  }
}

function reachOf(referrer: Item): (item: Item) => boolean {
  const id = referrer.id();
  if (id.clusterScoped) return () => true;
  const own = effectiveNamespace(id);
  const bound = subjectNamespaces(referrer);
  return (item) => {
    const other = item.id();
    return other.clusterScoped || effectiveNamespace(other) === own || bound.has(item.namespace);
  };
}

/** Namespaces of the service accounts that a role binding names. */
function subjectNamespaces(item: Item): Set<string> {
  const found = new Set<string>();
  const subjects = item.kind === 'RoleBinding' ? field(item.node, 'subjects') : undefined;
  if (subjects?.kind !== SEQUENCE) return found;
  for (const subject of subjects.content) {
    const namespace = field(subject, 'namespace');
    if (namespace === undefined || field(subject, 'kind')?.value !== 'ServiceAccount') continue;
    if (isNull(namespace) || namespace.kind !== SCALAR)
      fail(`Invalid Input: namespace is blank for resource "${formatResId(item.id())}"`);
    found.add(namespace.value);
  }
  return found;
}

function followAll(search: Search, node: YamlNode): void {
  if (isNull(node)) return;
  if (node.kind === SCALAR) followScalar(search, node);
  else if (node.kind === MAPPING) followMapping(search, node);
  else {
    for (const item of node.content) {
      if (isNull(item)) continue;
      if (item.kind === SCALAR) followScalar(search, item);
      else if (item.kind === MAPPING) followMapping(search, item);
      else fail('the list is expected to hold strings or maps');
    }
  }
}

function followScalar(search: Search, node: YamlNode): void {
  const found = choose(search, node.value, undefined, (a, b) => a.name === b.name);
  if (found === undefined) return;
  found.addReferrer(formatResId(search.referrer.id()));
  const { name } = found;
  if (name !== node.value) setScalar(node, scalarNode(name));
}

/** A reference that is a map with `name` and perhaps `namespace`; both are written. */
function followMapping(search: Search, node: YamlNode): void {
  const name = getField(node, 'name');
  if (name === undefined) fail("path config error; no 'name' field in node");
  const namespace = getField(node, 'namespace');
  const same = (a: Item, b: Item) => a.name === b.name && a.namespace === b.namespace;
  const found = choose(search, name.value, namespace?.value, same);
  if (found === undefined) return;
  found.addReferrer(formatResId(search.referrer.id()));
  const [newName, newNamespace] = [found.name, found.namespace];
  if (newName === name.value && newNamespace === '') return;
  setField(node, 'name', scalarNode(newName));
  if (newNamespace !== '') setField(node, 'namespace', scalarNode(newNamespace));
}

function choose(
  search: Search,
  name: string,
  namespace: string | undefined,
  same: (a: Item, b: Item) => boolean,
): Item | undefined {
  const { referrer, target, names, reach } = search;
  let candidates = names.find(name);
  if (candidates.length === 0) return undefined;
  candidates = candidates.filter(({ item }) => !item.empty && reach(item));
  if (namespace !== undefined) candidates = inNamespace(candidates, namespace, search);
  candidates = candidates.filter(({ item }) => item.previousIds().some((id) => isSelected(id, target)));
  const role = search.path.endsWith('roleRef/name') ? roleOf(referrer) : undefined;
  if (role !== undefined) {
    candidates = candidates.filter(({ item }) => item.previousIds().some((id) => isSelected(id, role)));
  }
  const own = referrer.id();
  if (!own.clusterScoped) {
    candidates = candidates.filter(
      ({ item, current }) =>
        current.clusterScoped ||
        item.kind === 'ServiceAccount' ||
        effectiveNamespace(own) === effectiveNamespace(item.id()),
    );
  }
  if (candidates.length <= 1) return candidates[0]?.item;
  candidates = candidates.filter(({ item }) => sameAffixes(item, referrer, true));
  if (candidates.length > 1) candidates = candidates.filter(({ item }) => sameAffixes(item, referrer, false));
  const [first, ...rest] = candidates;
  if (first === undefined || rest.every(({ item }) => same(first.item, item))) return first?.item;
  const ids = candidates.map(({ item }) => formatResId(item.id())).join(', ');
  return fail(`found multiple possible referrals: ${ids}`);
}

type Candidates = readonly { item: Item; current: ResId }[];

/** Objects whose first namespace it was, of which any object at all must exist; else those whose namespace it is. */
function inNamespace(candidates: Candidates, namespace: string, search: Search): Candidates {
  if (search.names.hasOriginalNamespace(namespace, search.reach)) {
    return candidates.filter(({ item }) => effectiveNamespace(item.originalId()) === namespace);
  }
  return candidates.filter(({ item }) => effectiveNamespace(item.id()) === namespace);
}

function roleOf(referrer: Item): Partial<Gvk> | undefined {
  const role = field(referrer.node, 'roleRef');
  const [group, kind] = [field(role, 'apiGroup'), field(role, 'kind')];
  if (group === undefined || kind === undefined) return undefined;
  return { group: group.value, kind: kind.value };
}

function sameAffixes(a: Item, b: Item, allowEmpty: boolean): boolean {
  const same = (x: readonly string[], y: readonly string[]) =>
    (allowEmpty && (x.length === 0 || y.length === 0)) || sameEnding(x, y);
  return same(a.prefixes, b.prefixes) && same(a.suffixes, b.suffixes);
}

/** Whether the shorter list is the end of the longer one; an empty one only of an empty one. */
function sameEnding(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length > b.length ? [b, a] : [a, b];
  if (short.length === 0) return long.length === 0;
  const shift = long.length - short.length;
  return short.every((each, i) => each === long[i + shift]);
}
