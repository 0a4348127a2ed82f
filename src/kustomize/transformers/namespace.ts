import { MAPPING, SCALAR, SEQUENCE, tags, type YamlNode } from '../../resource/index.ts';
import type { Collection } from '../collection.ts';
import { explain, fail, RenderFailure } from '../failure.ts';
import { visitFields } from '../field-path.ts';
import { type FieldSpec, fieldSpec } from '../field-specs.ts';
import { formatResId, idKey, sameId } from '../gvk.ts';
import type { Item } from '../item.ts';
import { demandKind, field, isEmpty, isNull, lookup, textOf } from '../node.ts';
import { entrySetter } from './entries.ts';

/** Which subjects of role bindings get the namespace. */
export type SubjectMode = 'defaultOnly' | 'allServiceAccounts' | 'none';

export interface NamespaceOptions {
  namespace: string;
  unsetOnly: boolean;
  subjects: SubjectMode;
}

const ownNamespace = [fieldSpec('+metadata/namespace')];

/** Moves objects into a namespace. Source: filters/namespace of Kustomize 5.8.1. */
export function setNamespaces(collection: Collection, options: NamespaceOptions, specs: readonly FieldSpec[]): void {
  const counts = new Map<string, number>();
  const count = (key: string, by: number) => counts.set(key, (counts.get(key) ?? 0) + by);
  for (const item of collection.items) count(idKey(item.id()), 1);
  for (const item of collection.items) {
    if (item.empty || item.annotation('internal.config.kubernetes.io/helm-generated') === 'true') continue;
    count(idKey(item.id()), -1);
    item.storePreviousId();
    setNamespace(item, options, specs);
    const id = item.id();
    count(idKey(id), 1);
    if (counts.get(idKey(id)) !== 1) {
      const same = collection.byCurrentId((other) => sameId(id, other));
      const names = same.map((each) => formatResId({ ...each.originalId() })).join(', ');
      fail(`namespace transformation produces ID conflict: ${names} would all be ${formatResId(id)}`);
    }
  }
  collection.changed();
}

export function setNamespace(item: Item, options: NamespaceOptions, specs: readonly FieldSpec[]): void {
  const set = (node: YamlNode) => {
    if (options.unsetOnly && node.kind === SCALAR && !isEmpty(node) && textOf(node) !== '') return;
    entrySetter('', options.namespace, tags.string)(node);
  };
  if (!item.id().clusterScoped) visitFields(item, ownNamespace, { set, create: SCALAR });
  let chosen = specs.filter(
    ({ path }) => path !== 'metadata/namespace' && (path !== 'metadata/name' || item.apiVersion === 'v1'),
  );
  if (isRoleBinding(item.kind)) {
    chosen = chosen.filter(({ kind, path }) => !(isRoleBinding(kind) && path === 'subjects/namespace'));
    setSubjects(item, options, set);
  }
  try {
    visitFields(item, chosen, { set, create: SCALAR, tag: tags.string });
  } catch (error) {
    const wrongKind = error instanceof RenderFailure && /wrong node kind: expected ScalarNode/.test(error.message);
    throw explain(
      error,
      wrongKind ? 'namespace field specs must target scalar nodes' : 'namespace transformation failed',
    );
  }
}

const isRoleBinding = (kind: string) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding';

function setSubjects(item: Item, options: NamespaceOptions, set: (node: YamlNode) => void): void {
  if (options.subjects === 'none') return;
  const subjects = lookup(item.node as YamlNode, ['subjects']);
  if (subjects === undefined || isNull(subjects)) return;
  demandKind(subjects, SEQUENCE);
  const [key, value] = options.subjects === 'defaultOnly' ? ['name', 'default'] : ['kind', 'ServiceAccount'];
  for (const subject of subjects.content) {
    demandKind(subject, MAPPING);
    if (isNull(subject)) continue;
    const found = field(subject, key as string);
    if (isNull(found)) continue;
    demandKind(found, SCALAR);
    if ((found as YamlNode).value === value) set(lookup(subject, ['namespace'], SCALAR) as YamlNode);
  }
}
