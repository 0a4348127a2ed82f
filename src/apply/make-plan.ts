import type { Cluster } from '../cluster/index.ts';
import type { Resource } from '../resource/index.ts';
import type { Owner, Plan, ProtectedClass } from './plan.ts';

export interface PlanOptions {
  signal?: AbortSignal;
  /** False leaves what left the stack in place (it stays in the inventory). Default true. */
  prune?: boolean;
  /** Takes over live objects that nobody of ours made. Default false: they are listed in `plan.foreign`. */
  adopt?: boolean;
  /** Takes fields that other managers hold. Default false: they are listed in `plan.conflicts`. */
  forceConflicts?: boolean;
  /** Component → the components it needs, which must be ready first. */
  requires?: Readonly<Record<string, readonly string[]>>;
  /** The namespace of namespaced objects that name none. Default `default`. */
  namespace?: string;
  /** Protected classes that may be deleted. Default none. */
  withData?: readonly ProtectedClass[];
  /** Requests at once. Default 16. */
  concurrency?: number;
  clock?: () => Date;
}

/** What `execute` would do to bring the cluster to `desired`; writes nothing. Objects of `owner` not in it are removed. */
export async function makePlan(
  _cluster: Cluster,
  _owner: Owner,
  _desired: readonly Resource[],
  _options: PlanOptions = {},
): Promise<Plan> {
  throw new Error('not yet');
}

/** The plan of nothing: from the in-cluster inventory alone. Throws `NOT_INSTALLED` where there is none. */
export async function makeDeletePlan(
  _cluster: Cluster,
  _owner: Owner,
  _options: Omit<PlanOptions, 'adopt' | 'forceConflicts' | 'prune' | 'requires'> = {},
): Promise<Plan> {
  throw new Error('not yet');
}
