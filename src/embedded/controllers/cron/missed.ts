import type { Schedule } from './schedule.ts';

/** More start times than these, missed in a row, are worth a warning: a clock may be wrong. */
const many = 100;

const minute = 60_000;
/** How far to look back for the last start time, step by step, for there may be a million before it. */
const spans = [2 * minute, 60 * minute, 1440 * minute, 32 * 1440 * minute, Number.POSITIVE_INFINITY];

/** The last start time after `since` that is not in the future, which alone is made up for. */
export function latestMissed(
  schedule: Schedule,
  since: number,
  now: number,
): { due: number | undefined; isMany: boolean } {
  for (const span of spans) {
    const due = lastOf(schedule, Math.max(since, now - span), now);
    if (due !== undefined) return { due, isMany: countUpTo(many + 1, schedule, since, now) > many };
  }
  return { due: undefined, isMany: false };
}

function lastOf(schedule: Schedule, since: number, now: number): number | undefined {
  let last: number | undefined;
  for (let time = schedule.next(since); time !== undefined && time <= now; time = schedule.next(time)) last = time;
  return last;
}

function countUpTo(limit: number, schedule: Schedule, since: number, now: number): number {
  let count = 0;
  for (let time = schedule.next(since); time !== undefined && time <= now && count < limit; time = schedule.next(time))
    count += 1;
  return count;
}
