import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, ClusterError } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import { type JsonObject, keyOf, type Resource } from '../resource/index.ts';
import { removeHistory } from './history.ts';
import { homeNamespace, inventoryName } from './inventory/applyset.ts';
import { type Inventory, type Member, memberKey, writeRecord } from './inventory/record.ts';
import { getIfThere } from './live.ts';
import { fieldManager } from './owned.ts';
import type { Change, Owner } from './plan.ts';
import { objectsAt, textAt } from './read.ts';
import { isTransient, withRetries } from './retry.ts';

const managed = 'slipway.dev/home';
const home = { apiVersion: 'v1', kind: 'Namespace', name: homeNamespace };

interface Terms {
  signal: AbortSignal;
  /** In milliseconds of `performance.now()`. */
  deadline: number;
}

/**
 * Makes the namespace for inventories where it is missing; waits while an earlier one is still being deleted, and throws
 * `HOME_STUCK` with the cause where that does not end. One that is there is touched, so that another run that is about
 * to delete it as empty sees that it is not (see `removeInventory`).
 */
export async function ensureHome(cluster: Cluster, terms: Terms, onWaiting: (reason: string) => void): Promise<void> {
  const begun = performance.now();
  for (;;) {
    const found = await withRetries(() => readable(() => getIfThere(cluster, home, { signal: terms.signal })), {
      ...terms,
      transient: (error) => isTransient(error),
    });
    if (found === 'forbidden') return;
    if (found?.metadata.deletionTimestamp === undefined) {
      if (await touchOrMake(cluster, found, terms)) return;
    } else {
      const cause = deletionFailure(found);
      const waited = performance.now() - begun;
      if (performance.now() > terms.deadline || (cause !== undefined && waited > stuckAfter)) throw stuck(cause);
      onWaiting(cause ?? 'an earlier run is still being cleaned up');
    }
    await sleep(250, undefined, { signal: terms.signal });
  }
}

/** How long a deletion may report a failure before it counts as stuck, in milliseconds. */
const stuckAfter = 20_000;

/** True if the namespace is there now; false if it is to be looked at again. */
async function touchOrMake(cluster: Cluster, found: Resource | undefined, terms: Terms): Promise<boolean> {
  try {
    if (found === undefined) {
      const metadata = { name: homeNamespace, labels: { [managed]: 'true' } };
      await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, { fieldManager });
      return true;
    }
    const run = { metadata: { uid: found.metadata.uid, annotations: { 'slipway.dev/run': randomUUID() } } };
    await readable(() => cluster.patch(home, { type: 'merge', body: run as JsonObject }, { fieldManager }));
    return true;
  } catch (error) {
    terms.signal.throwIfAborted();
    if (performance.now() < terms.deadline && isTransient(error, { awaited: true })) return false;
    throw error;
  }
}

/** What the namespace controller says about a deletion that it cannot finish. */
function deletionFailure(namespace: Resource): string | undefined {
  const failure = objectsAt(namespace, 'status', 'conditions').find(
    (item) => textAt(item, 'status') === 'True' && (textAt(item, 'type') ?? '').endsWith('Failure'),
  );
  return textAt(failure, 'message');
}

function stuck(cause: string | undefined): UserError {
  return new UserError(
    'HOME_STUCK',
    `Cannot begin: namespace ${homeNamespace} does not finish its deletion${cause === undefined ? '' : `: ${cause}`}`,
    {
      suggestions: [
        'See which APIService does not answer: `kubectl get apiservice`, and start what serves it or delete it',
        `Look at it: kubectl get namespace ${homeNamespace} -o yaml`,
      ],
    },
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

/** What became of the namespace of the inventories: the UID where it goes (and with it the Lease), or why it stays. */
export interface HomeEnd {
  goes?: string;
  stays?: string;
}

/**
 * Takes the inventory away, and with the last one the namespace, unless another run has begun to use it, or the cluster
 * cannot finish the deletion of any namespace because an APIService does not answer.
 */
export async function removeInventory(cluster: Cluster, owner: Owner, terms: Terms): Promise<HomeEnd> {
  const name = inventoryName(owner);
  let stays: string | undefined;
  return withRetries(
    async () => {
      const namespace = await readable(() => getIfThere(cluster, home, {}));
      if (namespace === undefined) return {};
      if (namespace !== 'forbidden' && namespace.metadata.labels?.[managed] === 'true') {
        const { uid = '', resourceVersion = '' } = namespace.metadata;
        const alone = await isAlone(cluster, name);
        const dead = alone ? await deadService(cluster) : undefined;
        if (alone && dead === undefined) {
          await deleteIfThere(cluster, home, { uid, resourceVersion });
          return { goes: uid };
        }
        if (dead !== undefined) stays = `APIService ${dead} does not answer, so no namespace can be deleted`;
      }
      await removeHistory(cluster, owner);
      await deleteIfThere(cluster, { ...inventories, name }, {});
      return stays === undefined ? {} : { stays };
    },
    { ...terms, transient: (error) => isTransient(error) },
  );
}

const inventories = { apiVersion: 'v1', kind: 'ConfigMap', namespace: homeNamespace };
const leases = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: homeNamespace };

/** The first APIService that is not available; undefined where all are, or where nobody may look. */
async function deadService(cluster: Cluster): Promise<string | undefined> {
  const list = await readable(() => cluster.list({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' }));
  if (list === 'forbidden') return undefined;
  return list.items.find((item) =>
    objectsAt(item, 'status', 'conditions').some(
      (found) => textAt(found, 'type') === 'Available' && textAt(found, 'status') === 'False',
    ),
  )?.metadata.name;
}

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
