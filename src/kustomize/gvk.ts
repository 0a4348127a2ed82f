import { clusterScoped } from './cluster-scoped.ts';

/** Group, version and kind; an empty part of a selector selects anything. */
export interface Gvk {
  group: string;
  version: string;
  kind: string;
}

/** What Kustomize knows an object by, at one moment of the build. */
export interface ResId extends Gvk {
  name: string;
  namespace: string;
  /** Certainly not in a namespace. Ids that an object had earlier do not know. */
  clusterScoped: boolean;
}

/** Kinds outside of namespaces, beside the built-in ones; a custom OpenAPI document adds to them. */
export type Scopes = ReadonlyMap<string, boolean>;

export function gvkOf(apiVersion: string, kind: string): Gvk {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion, kind }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}

export function apiVersionOf(gvk: Gvk): string {
  return gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`;
}

export function isClusterScoped(gvk: Gvk, scopes?: Scopes): boolean {
  const key = `${apiVersionOf(gvk)} ${gvk.kind}`;
  return clusterScoped.has(key) || scopes?.get(key) === false;
}

export function sameGvk(a: Gvk, b: Gvk): boolean {
  return a.kind === b.kind && a.version === b.version && a.group === b.group;
}

export function isSelected(gvk: Gvk, selector: Partial<Gvk>): boolean {
  return (
    (!selector.kind || selector.kind === gvk.kind) &&
    (!selector.group || selector.group === gvk.group) &&
    (!selector.version || selector.version === gvk.version)
  );
}

/** Stands for the namespace of objects that have none. */
const NO_NAMESPACE = '_non_namespaceable_';

export function effectiveNamespace(id: ResId): string {
  if (id.clusterScoped) return NO_NAMESPACE;
  return id.namespace === '' ? 'default' : id.namespace;
}

export function sameId(a: ResId, b: ResId): boolean {
  return a.name === b.name && sameGvk(a, b) && effectiveNamespace(a) === effectiveNamespace(b);
}

/** Equal for ids that are the same. */
export function idKey(id: ResId): string {
  return `${id.group}|${id.version}|${id.kind}|${id.name}|${effectiveNamespace(id)}`;
}

export function formatGvk(gvk: Partial<Gvk>): string {
  return `${gvk.kind || '[noKind]'}.${gvk.version || '[noVer]'}.${gvk.group || '[noGrp]'}`;
}

/** As in Kustomize's messages: `Deployment.v1.apps/web.default`. */
export function formatResId(id: Partial<Gvk> & { name?: string; namespace?: string }): string {
  return `${formatGvk(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`;
}

const orderFirst = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const orderLast = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];
/** Kinds that are sorted to the front and to the back. */
export const legacyOrder = { orderFirst, orderLast } as const;

export function kindRanks(first: readonly string[], last: readonly string[]): Map<string, number> {
  const ranks = new Map<string, number>();
  for (const [i, kind] of first.entries()) ranks.set(kind, i - first.length);
  for (const [i, kind] of last.entries()) ranks.set(kind, i + 1);
  return ranks;
}
const ranks = kindRanks(orderFirst, orderLast);

/** The text by which kinds of equal rank are ordered. */
export function gvkSortKey(gvk: Partial<Gvk>): string {
  return `${gvk.group || '~G'}_${gvk.version || '~V'}_${gvk.kind || '~K'}`;
}

/** Order of field specifications in a table. */
export function compareGvk(a: Partial<Gvk>, b: Partial<Gvk>): number {
  const difference = (ranks.get(a.kind ?? '') ?? 0) - (ranks.get(b.kind ?? '') ?? 0);
  if (difference !== 0) return difference;
  return compareText(gvkSortKey(a), gvkSortKey(b));
}

/** Byte order of UTF-8, which is code point order. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // A surrogate stands for a code point above all others.
    if (x >= 0xd800 && y >= 0xd800) {
      if (x < 0xe000) x += 0x10000;
      if (y < 0xe000) y += 0x10000;
    }
    return x - y;
  }
  return a.length - b.length;
}
