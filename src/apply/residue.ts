import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster/index.ts';
import { idOf, keyOf, type ResourceId } from '../resource/index.ts';
import { makeLimit, mapLimited } from './concurrency.ts';
import { partOf } from './inventory/applyset.ts';
import { listIfAllowed } from './live.ts';
import { isTransient, withRetries } from './retry.ts';

export interface ResidueTerms {
  signal: AbortSignal;
  deadline: number;
  concurrency: number;
}

/** How long the garbage collector may take for what the deleted objects owned, in milliseconds. */
const collectorPatience = 60_000;

/**
 * What a removal left behind, over every listable kind: objects with our label, and objects owned (at any distance) by
 * what was deleted. The garbage collector gets a minute for the latter.
 */
export async function findResidue(
  cluster: Cluster,
  removed: ReadonlyMap<string, unknown>,
  identity: string,
  terms: ResidueTerms,
): Promise<ResourceId[]> {
  const until = Math.min(terms.deadline, performance.now() + collectorPatience);
  for (let pause = 100; ; pause = Math.min(2_000, pause * 2)) {
    const left = await withRetries(() => scan(cluster, removed, identity, terms), {
      ...terms,
      transient: (error) => isTransient(error),
    });
    if (left.length === 0 || performance.now() > until) return left;
    await sleep(pause, undefined, { signal: terms.signal });
  }
}

async function scan(
  cluster: Cluster,
  removed: ReadonlyMap<string, unknown>,
  identity: string,
  terms: ResidueTerms,
): Promise<ResourceId[]> {
  const types = await cluster.types({ signal: terms.signal });
  const listable = types.filter(
    (type) => type.preferred && type.verbs.includes('list') && type.verbs.includes('delete'),
  );
  const lists = await mapLimited(listable, makeLimit(terms.concurrency), async (type) => {
    const target = { apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`, kind: type.kind };
    const list = await listIfAllowed(cluster, target, { signal: terms.signal, metadataOnly: true });
    return (list?.items ?? []).map((item) => ({ ...item, ...target }));
  });
  const objects = lists.flat();
  const dead = new Set(removed.keys());
  const left = new Map<string, ResourceId>();
  for (let size = -1; size !== dead.size; ) {
    size = dead.size;
    for (const object of objects) {
      const { labels = {}, ownerReferences = [], uid = '' } = object.metadata;
      if (labels[partOf] !== identity && !ownerReferences.some((owner) => dead.has(owner.uid))) continue;
      dead.add(uid);
      left.set(uid, idOf(object));
    }
  }
  return [...left.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
