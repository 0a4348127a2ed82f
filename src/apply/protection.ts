import type { Call, Cluster } from '../cluster/index.ts';
import { idOf, keyOf, type Resource, type ResourceId } from '../resource/index.ts';
import type { Limit } from './concurrency.ts';
import { partOf } from './inventory/applyset.ts';
import { listIfAllowed } from './live.ts';
import { kindOf, podTemplate } from './order/references.ts';
import type { Loss, ProtectedClass } from './plan.ts';
import { at, objectsAt, textAt, textsAt } from './read.ts';

export interface Verdict {
  keep: string;
  /** The class whose flag would delete it all the same; undefined where none does. */
  class?: ProtectedClass;
  losses: Loss[];
  /** It stops being ours. */
  forget?: boolean;
}

/** Annotations by which an object asks to outlive its stack: ours, and those of cli-utils and kpt (that of Helm is for Helm). */
const deletionAnnotations: Record<string, string> = {
  'slipway.dev/deletion': 'keep',
  'cli-utils.sigs.k8s.io/on-remove': 'keep',
  'client.lifecycle.config.k8s.io/deletion': 'detach',
};

/** Namespaces that belong to the cluster. */
const clusterNamespaces = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/** Whether an object is kept for what it is, without looking at anything else. */
export function protectedByKind(live: Resource, withData: ReadonlySet<ProtectedClass>): Verdict | undefined {
  const annotated = Object.entries(deletionAnnotations).find(
    ([name, value]) => live.metadata.annotations?.[name] === value,
  );
  if (annotated !== undefined) {
    return { keep: `it is annotated ${annotated[0]}=${annotated[1]}`, losses: [], forget: true };
  }
  const id = idOf(live);
  switch (kindOf(live)) {
    case 'Namespace.':
      return clusterNamespaces.has(live.metadata.name)
        ? { keep: 'it belongs to the cluster', losses: [], forget: true }
        : undefined;
    case 'PersistentVolumeClaim.':
    case 'PersistentVolume.': {
      if (withData.has('volumes')) return undefined;
      const size =
        textAt(live, 'status', 'capacity', 'storage') ?? textAt(live, 'spec', 'resources', 'requests', 'storage');
      const loss: Loss = { class: 'volumes', id, kind: live.kind, count: 1, ...spread('size', size), ...home(live) };
      return { keep: `it holds data${size === undefined ? '' : ` (${size})`}`, class: 'volumes', losses: [loss] };
    }
    case 'Profile.kubeflow.org': {
      if (withData.has('profiles')) return undefined;
      const loss: Loss = { class: 'profiles', id, kind: 'Profile', count: 1, namespace: live.metadata.name };
      return { keep: "a user's namespace and everything in it would go with it", class: 'profiles', losses: [loss] };
    }
    default:
      return undefined;
  }
}

const spread = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [key in K]?: V };
const home = (object: Resource) => spread('namespace', object.metadata.namespace);

/** Live objects of the kind that a definition defines, other than those that are going anyway. */
export async function instancesOf(
  cluster: Cluster,
  definition: Resource,
  going: ReadonlySet<string>,
  call: Call,
): Promise<Resource[]> {
  const versions = objectsAt(definition, 'spec', 'versions').filter((version) => at(version, 'served') === true);
  const version = versions.find((item) => at(item, 'storage') === true) ?? versions[0];
  const target = {
    apiVersion: `${textAt(definition, 'spec', 'group')}/${textAt(version, 'name')}`,
    kind: textAt(definition, 'spec', 'names', 'kind') ?? '',
  };
  if (version === undefined) return [];
  const { items } = (await listIfAllowed(cluster, target, { ...call, metadataOnly: true })) ?? { items: [] };
  return items.map((item) => ({ ...item, ...target })).filter((item) => !going.has(item.metadata.uid ?? ''));
}

/** What would be lost with a definition: its objects, counted by namespace. */
export function lossesOf(definition: Resource, instances: readonly Resource[]): Loss[] {
  const id = idOf(definition);
  const kind = textAt(definition, 'spec', 'names', 'kind') ?? '';
  const byNamespace = Map.groupBy(instances, (instance) => instance.metadata.namespace);
  return [...byNamespace].map(([namespace, items]) => ({
    class: 'resources',
    id,
    kind,
    count: items.length,
    ...spread('namespace', namespace),
  }));
}

export function countByKind(instances: readonly Resource[]): string {
  const byNamespace = Map.groupBy(instances, (instance) => instance.metadata.namespace ?? '');
  const places = [...byNamespace.keys()].filter((name) => name !== '').sort();
  const where = places.length === 0 ? '' : ` in ${places.slice(0, 3).join(', ')}${places.length > 3 ? ' …' : ''}`;
  return `${instances.length} ${instances[0]?.kind ?? 'object'}${where}`;
}

/** Kinds that come and go by themselves: finding one in a namespace says nothing about its use. */
const passing = new Set([
  'Event.',
  'Event.events.k8s.io',
  'Lease.coordination.k8s.io',
  'Endpoints.',
  'EndpointSlice.discovery.k8s.io',
  'PodMetrics.metrics.k8s.io',
  'ControllerRevision.apps',
]);

/** What Kubernetes and service meshes put into every namespace. */
const furniture = new Set([
  'ServiceAccount default',
  'ConfigMap kube-root-ca.crt',
  'ConfigMap istio-ca-root-cert',
  'ConfigMap openshift-service-ca.crt',
]);

/** Kubernetes' own controllers, as field managers. */
const controllers = new Set(['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-apiserver']);

/**
 * Objects in a namespace that neither we nor anything of ours made. Left out is what is owned by another object (that
 * one counts), what comes with a namespace, what passes by itself, and what only our own controllers wrote.
 */
export async function foreignObjects(
  cluster: Cluster,
  namespaces: ReadonlySet<string>,
  going: ReadonlySet<string>,
  identity: string,
  ourControllers: ReadonlySet<string>,
  limit: Limit,
  call: Call,
): Promise<Map<string, ResourceId[]>> {
  const types = (await cluster.types(call)).filter(
    (type) =>
      type.namespaced && type.preferred && type.verbs.includes('list') && !passing.has(`${type.kind}.${type.group}`),
  );
  const found = new Map<string, ResourceId[]>();
  await Promise.all(
    types.map((type) =>
      limit(async () => {
        const target = {
          apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
          kind: type.kind,
        };
        const list = await listIfAllowed(cluster, target, { ...call, metadataOnly: true });
        for (const item of list?.items ?? []) {
          const namespace = item.metadata.namespace ?? '';
          if (!namespaces.has(namespace) || going.has(item.metadata.uid ?? '')) continue;
          if (isOurs({ ...item, ...target }, identity, ourControllers)) continue;
          const ids = found.get(namespace) ?? [];
          ids.push(idOf({ ...item, ...target }));
          found.set(namespace, ids);
        }
      }),
    ),
  );
  for (const ids of found.values()) ids.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return found;
}

function isOurs(object: Resource, identity: string, ourControllers: ReadonlySet<string>): boolean {
  const { labels = {}, ownerReferences = [], name } = object.metadata;
  if (ownerReferences.length > 0 || furniture.has(`${object.kind} ${name}`)) return true;
  if (labels[partOf] === identity) return object.kind !== 'PersistentVolumeClaim';
  if (object.kind === 'PersistentVolumeClaim') return false;
  const managers = object.metadata['managedFields'];
  if (!Array.isArray(managers) || managers.length === 0) return false;
  return managers.every((entry) => {
    const manager = textAt(entry, 'manager') ?? '';
    return controllers.has(manager) || ourControllers.has(manager);
  });
}

/** Names under which programs of these workloads write to the API: their binaries, containers and images. */
export function controllerNames(workloads: readonly Resource[]): Set<string> {
  const names = new Set<string>();
  const base = (text: string) => text.split('/').at(-1)?.split(/[:@]/)[0] ?? '';
  for (const workload of workloads) {
    const template = podTemplate(workload);
    if (template === undefined) continue;
    names.add(workload.metadata.name);
    for (const container of objectsAt(template, 'spec', 'containers')) {
      names.add(textAt(container, 'name') ?? '');
      names.add(base(textAt(container, 'image') ?? ''));
      for (const word of textsAt(container, 'command')) names.add(base(word));
    }
  }
  names.delete('');
  return names;
}
