import { type Call, type Cluster, ClusterError } from '../cluster/index.ts';
import { homeNamespace, inventoryName } from './inventory/applyset.ts';
import { type Inventory, readRecord } from './inventory/record.ts';
import type { Owner } from './plan.ts';

/** One stack in one environment, as the cluster remembers it. */
export interface InventorySummary {
  owner: Owner;
  objects: number;
  components: readonly string[];
  revision: number;
  /** When it was applied last, ISO 8601. */
  updated: string;
}

/** The inventory of an owner; undefined where there is none. */
export async function readInventory(cluster: Cluster, owner: Owner, call: Call = {}): Promise<Inventory | undefined> {
  const name = inventoryName(owner);
  try {
    return readRecord(await cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: homeNamespace, name }, call));
  } catch (error) {
    if (error instanceof ClusterError && error.status === 404) return undefined;
    throw error;
  }
}

/** The stacks and environments that are in this cluster, sorted by name. */
export async function readInventories(cluster: Cluster, call: Call = {}): Promise<InventorySummary[]> {
  const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace: homeNamespace };
  const { items } = await cluster.list(collection, { ...call, labelSelector: 'slipway.dev/inventory=true' });
  return items
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((item) => {
      const { owner, members, revision, updated } = readRecord({ ...collection, ...item });
      const components = [...new Set(members.flatMap((member) => member.component ?? []))].sort();
      return { owner, objects: members.length, components, revision, updated };
    });
}
