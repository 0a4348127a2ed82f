import { createHash } from 'node:crypto';
import type { Resource } from '../../resource/index.ts';
import type { Owner } from '../plan.ts';

/** Where Slipway keeps what it knows about a cluster; made with the first inventory, removed with the last. */
export const homeNamespace = 'slipway-system';

/** KEP-3659: the label on each member, whose value is the id on the parent. */
export const partOf = 'applyset.kubernetes.io/part-of';
export const applySetId = 'applyset.kubernetes.io/id';
export const applySetTooling = 'applyset.kubernetes.io/tooling';
export const applySetKinds = 'applyset.kubernetes.io/contains-group-kinds';
export const applySetNamespaces = 'applyset.kubernetes.io/additional-namespaces';

/** `NAME/SEMVER`: the version is that of the inventory's format, not of the program. */
export const tooling = 'slipway/v1.0.0';

/** A stack and an environment are DNS labels, so a dot keeps `a-b` of `c` apart from `a` of `b-c`. */
export const inventoryName = (owner: Owner) => `${owner.stack}.${owner.environment}`;

/** `applyset-<base64url(sha256("name.namespace.kind.group"))>-v1` of the parent, which is a ConfigMap. */
export function identityOf(owner: Owner): string {
  const parent = `${inventoryName(owner)}.${homeNamespace}.ConfigMap.`;
  return `applyset-${createHash('sha256').update(parent).digest('base64url')}-v1`;
}

/** The object as a member of the owner's set. */
export function asMember(object: Resource, id: string): Resource {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, [partOf]: id } } };
}

/** The value of `contains-group-kinds`: sorted `Kind.group`, the core group without a dot. */
export function groupKinds(ids: Iterable<{ group: string; kind: string }>): string {
  const kinds = new Set<string>();
  for (const { group, kind } of ids) kinds.add(group === '' ? kind : `${kind}.${group}`);
  return [...kinds].sort().join(',');
}

/** The value of `additional-namespaces`: sorted, without the parent's own. */
export function namespacesOf(ids: Iterable<{ namespace?: string }>): string {
  const names = new Set<string>();
  for (const { namespace } of ids) if (namespace !== undefined && namespace !== homeNamespace) names.add(namespace);
  return [...names].sort().join(',');
}
