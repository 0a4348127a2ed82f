import type { JsonObject, Resource } from '../../../resource/index.ts';
import { counters, isReady } from '../pod.ts';
import { formatIndexes } from './indexes.ts';
import type { Outcome } from './outcome.ts';
import { isIndexed, type JobCondition, type JobSpec, statusOf } from './spec.ts';
import type { Tally } from './tally.ts';

/**
 * The status of a job after all that was done for it: `before` counted the pods, `now` says which of them still run.
 * `Complete` and `Failed` come when none does.
 */
export function jobStatus(
  job: Resource,
  spec: JobSpec,
  tallies: { before: Tally; now: Tally },
  outcome: Outcome | undefined,
  time: string,
): JsonObject {
  const old = statusOf(job);
  const { before, now } = tallies;
  const isOver = outcome !== undefined && now.active.length === 0 && now.terminating.length === 0 && isCounted(now);
  const isSuspended = spec.suspend === true && outcome === undefined;
  const conditions = conditionsOf(old.conditions ?? [], outcome, { isOver, isSuspended }, time);
  const startTime = isSuspended ? undefined : (old.startTime ?? time);
  return {
    ...(startTime === undefined ? {} : { startTime }),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...counters({ active: now.active.length, succeeded: before.succeeded, failed: before.failed }),
    ready: now.active.filter(isReady).length,
    terminating: now.terminating.length,
    uncountedTerminatedPods: {},
    ...(isIndexed(spec) && before.succeededIndexes.size > 0
      ? { completedIndexes: formatIndexes(before.succeededIndexes) }
      : {}),
    ...(spec.backoffLimitPerIndex === undefined ? {} : { failedIndexes: formatIndexes(before.failedIndexes) }),
    ...(isOver && outcome.kind === 'Complete' ? { completionTime: time } : {}),
  };
}

const isCounted = (tally: Tally) => tally.newlyFailed.length === 0 && tally.newlySucceeded.length === 0;

function conditionsOf(
  old: readonly JobCondition[],
  outcome: Outcome | undefined,
  { isOver, isSuspended }: { isOver: boolean; isSuspended: boolean },
  time: string,
): JobCondition[] {
  const conditions = [...old];
  const set = (type: string, status: string, reason: string, message: string) => {
    const index = conditions.findIndex((condition) => condition.type === type);
    const known = conditions[index];
    if (known?.status === status && known.reason === reason) return;
    const condition = { type, status, lastProbeTime: time, lastTransitionTime: time, reason, message };
    if (index < 0) conditions.push(condition);
    else conditions[index] = condition;
  };
  const wasSuspended = old.some(({ type, status }) => type === 'Suspended' && status === 'True');
  if (isSuspended) set('Suspended', 'True', 'JobSuspended', 'Job suspended');
  else if (wasSuspended && outcome === undefined) set('Suspended', 'False', 'JobResumed', 'Job resumed');
  if (outcome === undefined) return conditions;
  const first = outcome.kind === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  set(first, 'True', outcome.reason, outcome.message);
  if (isOver) set(outcome.kind, 'True', outcome.reason, outcome.message);
  return conditions;
}
