import type { Resource } from '../../../resource/index.ts';
import { byWorth } from '../worth.ts';
import { indexOf, isIndexed, type JobSpec, waitsForEnd } from './spec.ts';
import type { Tally } from './tally.ts';

/** How many pods should run now. Without `completions` none is started any more once one has succeeded. */
export function wantedActive(spec: JobSpec, tally: Tally): number {
  const parallelism = spec.parallelism ?? 1;
  const wanted =
    spec.completions === undefined
      ? tally.succeeded > 0
        ? Math.min(tally.active.length, parallelism)
        : parallelism
      : Math.min(Math.max(0, spec.completions - tally.succeeded - tally.failedIndexes.size), parallelism);
  return waitsForEnd(spec) ? Math.max(0, wanted - tally.terminating.length) : wanted;
}

/** Running pods that are too many: twins of an index and indexes that are done first, then the least worth. */
export function excessPods(spec: JobSpec, tally: Tally): Resource[] {
  const useless = isIndexed(spec) ? uselessPods(spec, tally) : [];
  const rest = [...tally.active].filter((pod) => !useless.includes(pod)).sort(byWorth);
  const over = tally.active.length - useless.length - wantedActive(spec, tally);
  return [...useless, ...rest.slice(0, Math.max(0, over))];
}

function uselessPods(spec: JobSpec, tally: Tally): Resource[] {
  const seen = new Set<number>();
  return tally.active.filter((pod) => {
    const index = indexOf(pod);
    const isWanted =
      index !== undefined && index < (spec.completions ?? 0) && !tally.succeededIndexes.has(index) && !seen.has(index);
    if (isWanted) seen.add(index);
    return !isWanted;
  });
}

/** Indexes that have neither succeeded, nor been given up, nor run now; lowest first. */
export function indexesToStart(spec: JobSpec, tally: Tally): number[] {
  const busy = new Set([...tally.active, ...(waitsForEnd(spec) ? tally.terminating : [])].map(indexOf));
  return Array.from({ length: spec.completions ?? 0 }, (_, index) => index).filter(
    (index) => !busy.has(index) && !tally.succeededIndexes.has(index) && !tally.failedIndexes.has(index),
  );
}
