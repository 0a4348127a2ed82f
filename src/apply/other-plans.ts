import type { Cluster } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import { readRevision } from './history.ts';
import { readInventory } from './inventory.ts';
import { makePlan, type PlanOptions } from './make-plan.ts';
import type { Owner, Plan } from './plan.ts';

/** The plan of nothing: from the in-cluster inventory alone. Throws `NOT_INSTALLED` where there is none. */
export async function makeDeletePlan(
  cluster: Cluster,
  owner: Owner,
  options: Omit<PlanOptions, 'adopt' | 'forceConflicts' | 'prune' | 'requires'> = {},
): Promise<Plan> {
  const inventory = await readInventory(cluster, owner, options.signal === undefined ? {} : { signal: options.signal });
  if (inventory === undefined) {
    throw new UserError(
      'NOT_INSTALLED',
      `Cannot delete ${owner.stack} in ${owner.environment}: cluster ${cluster.name} has no inventory of it`,
      { suggestions: ['See what is installed: `slipway status`'] },
    );
  }
  return { ...(await makePlan(cluster, owner, [], options)), kind: 'delete', empty: false };
}

/**
 * The plan that brings back what an earlier revision wanted (the one before the current, without a number): objects of
 * later revisions are removed, protected classes kept, generated values stay. Throws `REVISION_NOT_FOUND`.
 */
export async function makeRollbackPlan(
  cluster: Cluster,
  owner: Owner,
  revision: number | undefined,
  options: Omit<PlanOptions, 'requires'> = {},
): Promise<Plan> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const content = await readRevision(cluster, owner, revision, call);
  const plan = await makePlan(cluster, owner, content.objects, { ...options, requires: content.requires });
  return { ...plan, rollbackTo: content.revision };
}
