import type { Resource } from '../../../resource/index.ts';
import { parseIndexes } from './indexes.ts';
import { type JobSpec, statusOf } from './spec.ts';
import type { Tally } from './tally.ts';

/** What ends a job: it is said at once (`FailureTarget`, `SuccessCriteriaMet`), and repeated when all pods have ended. */
export interface Outcome {
  kind: 'Complete' | 'Failed';
  reason: string;
  message: string;
}

/** Why a job is over, or undefined while it is not. Failures go first, as the real controller looks at them first. */
export function outcomeOf(job: Resource, spec: JobSpec, tally: Tally, now: Date): Outcome | undefined {
  return decided(job) ?? failureOf(job, spec, tally, now) ?? successOf(spec, tally);
}

/** What was said once is not taken back. */
function decided(job: Resource): Outcome | undefined {
  for (const { type, status, reason = '', message = '' } of statusOf(job).conditions ?? []) {
    if (status !== 'True') continue;
    if (type === 'FailureTarget') return { kind: 'Failed', reason, message };
    if (type === 'SuccessCriteriaMet') return { kind: 'Complete', reason, message };
  }
  return undefined;
}

const failed = (reason: string, message: string): Outcome => ({ kind: 'Failed', reason, message });

function failureOf(job: Resource, spec: JobSpec, tally: Tally, now: Date): Outcome | undefined {
  if (tally.verdict !== undefined) return failed('PodFailurePolicy', tally.verdict);
  const limit = spec.backoffLimit ?? 6;
  if (tally.failed > limit || restartsOf(spec, tally) > limit) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const left = deadlineIn(job, spec, now);
  if (left !== undefined && left <= 0) {
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  if (spec.backoffLimitPerIndex === undefined) return undefined;
  if (spec.maxFailedIndexes !== undefined && tally.failedIndexes.size > spec.maxFailedIndexes) {
    return failed('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  const isSpent =
    tally.failedIndexes.size > 0 && tally.succeededIndexes.size + tally.failedIndexes.size >= (spec.completions ?? 0);
  return isSpent ? failed('FailedIndexes', 'Job has failed indexes') : undefined;
}

/** With `OnFailure` containers restart in place: their restarts are the failures. A limit of 0 means none at all. */
function restartsOf(spec: JobSpec, tally: Tally): number {
  if (spec.template.spec['restartPolicy'] !== 'OnFailure') return 0;
  const counts = tally.active.map((pod) => {
    const status = (pod['status'] ?? {}) as Record<string, { restartCount?: number }[] | undefined>;
    return [...(status['initContainerStatuses'] ?? []), ...(status['containerStatuses'] ?? [])].reduce(
      (sum, one) => sum + (one.restartCount ?? 0),
      0,
    );
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  // The real controller gives up when the restarts reach the limit; only a limit of 0 allows to reach it.
  return spec.backoffLimit === 0 || total === 0 ? total : total + 1;
}

function successOf(spec: JobSpec, tally: Tally): Outcome | undefined {
  const rule = matchingRule(spec, tally);
  if (rule !== undefined)
    return { kind: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
  const isReached =
    spec.completions === undefined
      ? tally.succeeded > 0 && tally.active.length === 0
      : tally.succeeded >= spec.completions;
  if (!isReached) return undefined;
  return { kind: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
}

function matchingRule(spec: JobSpec, tally: Tally): number | undefined {
  const place = (spec.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    const wanted = succeededIndexes === undefined ? undefined : parseIndexes(succeededIndexes, spec.completions);
    const hits =
      wanted === undefined
        ? tally.succeededIndexes.size
        : [...wanted].filter((index) => tally.succeededIndexes.has(index)).length;
    return hits >= (succeededCount ?? wanted?.size ?? Number.POSITIVE_INFINITY);
  });
  return place < 0 ? undefined : place;
}

/** Milliseconds until the job's deadline passes. */
export function deadlineIn(job: Resource, spec: JobSpec, now: Date): number | undefined {
  const { startTime } = statusOf(job);
  if (spec.activeDeadlineSeconds === undefined || startTime === undefined || spec.suspend === true) return undefined;
  return Date.parse(startTime) + spec.activeDeadlineSeconds * 1000 - now.getTime();
}
