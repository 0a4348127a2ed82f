import type { Cluster } from '../cluster/index.ts';
import type { ApplyEvent, ApplyResult } from './events.ts';
import type { Plan } from './plan.ts';

export interface ExecuteOptions {
  /** Aborting stops after the requests in flight; the inventory stays the superset, so the same plan can go on. */
  signal: AbortSignal;
  /** Milliseconds for everything. Default 600,000. */
  timeout?: number;
  /** What has to be true of each object before the run is done. Default `ready`. */
  wait?: 'none' | 'applied' | 'ready';
  /** Requests at once. Default 16. */
  concurrency?: number;
  /** Takes fields that other managers hold. Must agree with the plan's. */
  forceConflicts?: boolean;
  adopt?: boolean;
  /** False stops at the first failure. Default true: independent objects go on. */
  continueOnError?: boolean;
}

/** Does exactly what the plan says; failures of objects are events and counted, refusals are thrown before any write. */
export async function* execute(
  _cluster: Cluster,
  _plan: Plan,
  _options: ExecuteOptions,
): AsyncGenerator<ApplyEvent, ApplyResult> {
  throw new Error('not yet');
}
