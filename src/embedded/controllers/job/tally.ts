import type { Resource } from '../../../resource/index.ts';
import { phaseOf } from '../pod.ts';
import { verdictOn } from './failure-policy.ts';
import { parseIndexes } from './indexes.ts';
import { failuresOfIndex } from './pods.ts';
import { hasFailed, indexOf, isIndexed, type JobSpec, statusOf, trackingFinalizer } from './spec.ts';

/** How a job stands, from what was counted before and the pods that are still to be counted. */
export interface Tally {
  active: Resource[];
  /** Told to end, but not ended. */
  terminating: Resource[];
  succeeded: number;
  failed: number;
  succeededIndexes: Set<number>;
  /** Only with `backoffLimitPerIndex`: those that are given up. */
  failedIndexes: Set<number>;
  /** Ended pods that no counter has yet. */
  newlySucceeded: Resource[];
  newlyFailed: Resource[];
  /** Ended pods that the failure policy passes over. */
  ignored: Resource[];
  /** What a rule of the failure policy says, if one ends the job. */
  verdict: string | undefined;
}

/** Counts each pod once: the finalizer on it says that it has not been counted. */
export function tallyOf(job: Resource, spec: JobSpec, pods: readonly Resource[]): Tally {
  const status = statusOf(job);
  const known = new Set([
    ...(status.uncountedTerminatedPods?.succeeded ?? []),
    ...(status.uncountedTerminatedPods?.failed ?? []),
  ]);
  const limit = spec.completions ?? Number.POSITIVE_INFINITY;
  const ended = pods.filter(
    (pod) => (phaseOf(pod) === 'Succeeded' || hasFailed(pod, spec)) && !known.has(pod.metadata.uid ?? ''),
  );
  const fresh = ended.filter((pod) => pod.metadata.finalizers?.includes(trackingFinalizer));
  const good = fresh.filter((pod) => phaseOf(pod) === 'Succeeded');
  const bad = fresh.filter((pod) => phaseOf(pod) !== 'Succeeded');
  const isIgnored = (pod: Resource) => verdictOn(pod, spec).action === 'Ignore';
  const succeededIndexes = parseIndexes(status.completedIndexes, limit);
  for (const pod of good) {
    const index = indexOf(pod);
    if (isIndexed(spec) && index !== undefined && index < limit) succeededIndexes.add(index);
  }
  const uncounted = status.uncountedTerminatedPods;
  const newlyFailed = bad.filter((pod) => !isIgnored(pod));
  const failing = newlyFailed.map((pod) => verdictOn(pod, spec)).find(({ action }) => action === 'FailJob');
  return {
    active: pods.filter((pod) => !isOver(pod, spec) && pod.metadata.deletionTimestamp === undefined),
    terminating: pods.filter(
      (pod) =>
        phaseOf(pod) !== 'Succeeded' && phaseOf(pod) !== 'Failed' && pod.metadata.deletionTimestamp !== undefined,
    ),
    succeeded: isIndexed(spec)
      ? succeededIndexes.size
      : (status.succeeded ?? 0) + (uncounted?.succeeded?.length ?? 0) + good.length,
    failed: (status.failed ?? 0) + (uncounted?.failed?.length ?? 0) + newlyFailed.length,
    succeededIndexes,
    failedIndexes: failedIndexes(status.failedIndexes, spec, pods, succeededIndexes, isIgnored),
    newlySucceeded: good,
    newlyFailed,
    ignored: bad.filter(isIgnored),
    verdict: failing?.message,
  };
}

const isOver = (pod: Resource, spec: JobSpec) => phaseOf(pod) === 'Succeeded' || hasFailed(pod, spec);

function failedIndexes(
  before: string | undefined,
  spec: JobSpec,
  pods: readonly Resource[],
  succeeded: ReadonlySet<number>,
  isIgnored: (pod: Resource) => boolean,
): Set<number> {
  const found = parseIndexes(before, spec.completions);
  if (spec.backoffLimitPerIndex === undefined) return found;
  for (const pod of pods) {
    const index = indexOf(pod);
    if (index === undefined || succeeded.has(index) || !hasFailed(pod, spec)) continue;
    const isGivenUp = verdictOn(pod, spec).action === 'FailIndex';
    if (isGivenUp || failuresOfIndex([pod], index, isIgnored) > spec.backoffLimitPerIndex) found.add(index);
  }
  return found;
}
