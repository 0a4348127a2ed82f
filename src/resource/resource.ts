import type { JsonObject } from './json.ts';

/** One Kubernetes object as plain data. */
export type Resource = JsonObject & { apiVersion: string; kind: string; metadata: Metadata };

export interface Metadata extends JsonObject {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  deletionTimestamp?: string;
  creationTimestamp?: string;
}

export interface OwnerReference extends JsonObject {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** What an object is, whichever version it is written in. `group` is empty for the core group. */
export interface ResourceId {
  group: string;
  kind: string;
  namespace?: string;
  name: string;
}

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

export function idOf(resource: Resource): ResourceId {
  const { name, namespace } = resource.metadata;
  const id: ResourceId = { group: groupOf(resource.apiVersion), kind: resource.kind, name };
  if (namespace !== undefined && namespace !== '') id.namespace = namespace;
  return id;
}

/** A key for maps: equal for equal ids, different for different ones. */
export function keyOf(id: ResourceId): string {
  return `${id.group}/${id.kind}/${id.namespace ?? ''}/${id.name}`;
}

/** An id as people write it: `Deployment.apps kubeflow/notebook-controller`. */
export function formatId(id: ResourceId): string {
  const kind = id.group === '' ? id.kind : `${id.kind}.${id.group}`;
  return `${kind} ${id.namespace === undefined ? '' : `${id.namespace}/`}${id.name}`;
}
