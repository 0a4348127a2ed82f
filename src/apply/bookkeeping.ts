import { type Cluster, ClusterError } from '../cluster/index.ts';
import { keyOf, type Resource } from '../resource/index.ts';
import { homeNamespace, inventoryName } from './inventory/applyset.ts';
import { type Inventory, type Member, memberKey, writeRecord } from './inventory/record.ts';
import { getIfThere } from './live.ts';
import { fieldManager } from './owned.ts';
import type { Change, Owner } from './plan.ts';
import { isTransient, withRetries } from './retry.ts';

const managed = 'slipway.dev/home';
const home = { apiVersion: 'v1', kind: 'Namespace', name: homeNamespace };

interface Terms {
  signal: AbortSignal;
  /** In milliseconds of `performance.now()`. */
  deadline: number;
}

/** Makes the namespace for inventories where it is missing; waits while an earlier one is still being deleted. */
export async function ensureHome(cluster: Cluster, terms: Terms): Promise<void> {
  await withRetries(
    async () => {
      const found = await readable(() => getIfThere(cluster, home, { signal: terms.signal }));
      if (found === 'forbidden') return;
      if (found?.metadata.deletionTimestamp !== undefined) {
        throw new ClusterError('CONFLICT', `namespace ${homeNamespace} is being deleted`, {
          status: 409,
          reason: 'Conflict',
        });
      }
      if (found !== undefined) return;
      const metadata = { name: homeNamespace, labels: { [managed]: 'true' } };
      await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, { fieldManager });
    },
    { ...terms, transient: (error) => isTransient(error) },
  );
}

async function readable<T>(work: () => Promise<T>): Promise<T | 'forbidden'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return 'forbidden';
    throw error;
  }
}

/** Everything that is or may soon be there: what the inventory knows and what the plan makes. */
export function superset(inventory: Inventory | undefined, changes: readonly Change[]): Member[] {
  const members = new Map((inventory?.members ?? []).map((member) => [memberKey(member), member]));
  for (const change of changes) {
    const key = keyOf(change.id);
    const { id, apiVersion, component } = change;
    const named = { id, apiVersion, ...(component === undefined ? {} : { component }) };
    if (change.op === 'create' || change.op === 'replace') members.set(key, named);
    else if (change.op === 'update') members.set(key, { ...named, ...uid(change.from.metadata.uid) });
    else if (change.op === 'delete' && !members.has(key)) members.set(key, { ...named, uid: change.uid });
  }
  return [...members.values()];
}

const uid = (value: string | undefined) => (value === undefined ? {} : { uid: value });

/** Writes the inventory; gives back its version, so that the next write knows that nobody came between. */
export async function writeInventory(
  cluster: Cluster,
  owner: Owner,
  members: readonly Member[],
  revision: number,
  terms: Terms & { now: Date },
): Promise<Resource> {
  return withRetries(
    () => cluster.apply(writeRecord(owner, members, revision, terms.now), { fieldManager, force: true }),
    { ...terms, transient: (error) => isTransient(error) },
  );
}

/**
 * Takes the inventory away, and with the last one the namespace. Gives back whether the namespace goes, and with it the
 * Lease.
 */
export async function removeInventory(cluster: Cluster, owner: Owner, terms: Terms): Promise<boolean> {
  const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace: homeNamespace };
  const retry = <T>(work: () => Promise<T>) =>
    withRetries(work, { ...terms, transient: (error) => isTransient(error) });
  const { items } = await retry(() => cluster.list(collection, { labelSelector: 'slipway.dev/inventory=true' }));
  const namespace = await readable(() => getIfThere(cluster, home, {}));
  const last = items.every((item) => item.metadata.name === inventoryName(owner));
  if (last && namespace !== 'forbidden' && namespace?.metadata.labels?.[managed] === 'true') {
    await retry(() => deleteIfThere(cluster, home, namespace.metadata.uid));
    return true;
  }
  await retry(() => deleteIfThere(cluster, { ...collection, name: inventoryName(owner) }, undefined));
  return false;
}

async function deleteIfThere(
  cluster: Cluster,
  ref: { apiVersion: string; kind: string; namespace?: string; name: string },
  expected: string | undefined,
): Promise<void> {
  try {
    await cluster.delete(ref, expected === undefined ? {} : { uid: expected });
  } catch (error) {
    if (error instanceof ClusterError && error.status === 404) return;
    throw error;
  }
}

/** The home namespace, once its deletion was asked for: to be waited for. */
export const homeId = { group: '', kind: 'Namespace', name: homeNamespace };
