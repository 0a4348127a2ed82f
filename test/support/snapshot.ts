import type { Cluster, ResourceType } from '../../src/cluster/index.ts';

export interface Stamp {
  uid: string;
  resourceVersion: string;
}

/**
 * Kinds left out of a snapshot, because the cluster itself makes, changes and removes their objects all the time.
 * Rows are `group/Kind`.
 */
const restless = new Set([
  '/Event', // one for everything that happens, gone after an hour
  'events.k8s.io/Event', // the same objects in their other group
  'coordination.k8s.io/Lease', // heartbeats of nodes and API servers
  '/ComponentStatus', // not stored: made up for each request
]);

/** Kinds whose objects are written by heartbeats: only that they are there is compared, not their version. */
const beating = new Set(['/Node', 'apiregistration.k8s.io/APIService']);

/**
 * Every object in the cluster, over every kind that can be listed, by `group/Kind/namespace/name`. Two snapshots are
 * equal when nothing was made, removed or written in between.
 */
export async function snapshot(cluster: Cluster): Promise<Map<string, Stamp>> {
  const all = new Map<string, Stamp>();
  for (const type of onePerKind(await cluster.types({ refresh: true }))) {
    const name = `${type.group}/${type.kind}`;
    if (!type.verbs.includes('list') || restless.has(name)) continue;
    const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
    const { items } = await cluster.list({ apiVersion, kind: type.kind }, { metadataOnly: true });
    for (const { metadata } of items) {
      all.set(`${name}/${metadata.namespace ?? ''}/${metadata.name}`, {
        uid: metadata.uid ?? '',
        resourceVersion: beating.has(name) ? '' : (metadata.resourceVersion ?? ''),
      });
    }
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Versions of a group serve the same objects: the first, which is the preferred one, will do. */
function onePerKind(types: readonly ResourceType[]): ResourceType[] {
  return [...new Map(types.toReversed().map((type) => [`${type.group}/${type.resource}`, type])).values()];
}
