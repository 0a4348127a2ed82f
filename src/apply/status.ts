import type { Cluster } from '../cluster/index.ts';
import type { Resource, ResourceId } from '../resource/index.ts';
import type { Owner } from './plan.ts';

/** Each object of a stack as it is now, grouped by component. */
export interface Status {
  owner?: Owner;
  /** False where the cluster has no inventory of this owner. */
  installed: boolean;
  /** True if every object is ready. */
  ready: boolean;
  components: readonly ComponentStatus[];
}

export interface ComponentStatus {
  /** Empty for objects without the label `slipway.dev/component`. */
  name: string;
  ready: number;
  total: number;
  objects: readonly ObjectStatus[];
}

export interface ObjectStatus {
  id: ResourceId;
  state: 'ready' | 'waiting' | 'failed' | 'missing';
  /** The root cause as far as it is known. */
  reason?: string;
  /** ISO 8601. */
  created?: string;
  /** The node only plays this object's pods (embedded cluster): `slipway.dev/simulated`. */
  simulated?: boolean;
}

export async function makeStatus(
  _cluster: Cluster,
  _of: Owner | readonly Resource[],
  _options: { signal?: AbortSignal } = {},
): Promise<Status> {
  throw new Error('not yet');
}
