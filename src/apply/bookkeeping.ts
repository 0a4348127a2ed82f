import { randomUUID } from 'node:crypto';
import { type Cluster, ClusterError } from '../cluster/index.ts';
import { type JsonObject, keyOf, type Resource } from '../resource/index.ts';
import { removeHistory } from './history.ts';
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

/**
 * Makes the namespace for inventories where it is missing; waits while an earlier one is still being deleted. One that
 * is there is touched, so that another run that is about to delete it as empty sees that it is not (see
 * `removeInventory`).
 */
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
      if (found !== undefined) {
        const run = { metadata: { uid: found.metadata.uid, annotations: { 'slipway.dev/run': randomUUID() } } };
        await readable(() => cluster.patch(home, { type: 'merge', body: run as JsonObject }, { fieldManager }));
        return;
      }
      const metadata = { name: homeNamespace, labels: { [managed]: 'true' } };
      await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, { fieldManager });
    },
    { ...terms, transient: (error) => isTransient(error, { awaited: true }) },
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
 * Takes the inventory away, and with the last one the namespace, unless another run has begun to use it. Gives back the
 * UID of the namespace if it goes, and with it the Lease.
 */
export async function removeInventory(cluster: Cluster, owner: Owner, terms: Terms): Promise<string | undefined> {
  const name = inventoryName(owner);
  return withRetries(
    async () => {
      const namespace = await readable(() => getIfThere(cluster, home, {}));
      if (namespace === undefined) return undefined;
      if (namespace !== 'forbidden' && namespace.metadata.labels?.[managed] === 'true') {
        const { uid = '', resourceVersion = '' } = namespace.metadata;
        if (await isAlone(cluster, name)) {
          await deleteIfThere(cluster, home, { uid, resourceVersion });
          return uid;
        }
      }
      await removeHistory(cluster, owner);
      await deleteIfThere(cluster, { ...inventories, name }, {});
      return undefined;
    },
    { ...terms, transient: (error) => isTransient(error) },
  );
}

const inventories = { apiVersion: 'v1', kind: 'ConfigMap', namespace: homeNamespace };
const leases = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: homeNamespace };

/** Whether no other inventory and no other run's Lease is there. */
async function isAlone(cluster: Cluster, name: string): Promise<boolean> {
  const lists = [
    await cluster.list(inventories, { labelSelector: 'slipway.dev/inventory=true' }),
    await cluster.list(leases, { metadataOnly: true }),
  ];
  return lists.every(({ items }) => items.every((item) => item.metadata.name === name));
}

async function deleteIfThere(
  cluster: Cluster,
  ref: { apiVersion: string; kind: string; namespace?: string; name: string },
  expected: { uid?: string; resourceVersion?: string },
): Promise<void> {
  try {
    await cluster.delete(ref, expected);
  } catch (error) {
    if (error instanceof ClusterError && error.status === 404) return;
    throw error;
  }
}

/** The home namespace, once its deletion was asked for: to be waited for. */
export const homeId = { group: '', kind: 'Namespace', name: homeNamespace };
