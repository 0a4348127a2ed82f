import type { Cluster } from '../cluster/index.ts';
import type { Owner } from './plan.ts';

/** One stack in one environment, as the cluster remembers it. */
export interface InventorySummary {
  owner: Owner;
  objects: number;
  components: readonly string[];
  revision: number;
  /** When it was applied last, ISO 8601. */
  updated: string;
  /** The Slipway that wrote it. */
  tooling: string;
}

/** The stacks and environments that are in this cluster, sorted by name. */
export async function readInventories(
  _cluster: Cluster,
  _options: { signal?: AbortSignal } = {},
): Promise<InventorySummary[]> {
  throw new Error('not yet');
}
