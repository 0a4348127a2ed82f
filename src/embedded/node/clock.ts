import { setTimeout as sleep } from 'node:timers/promises';

/** Time as the node sees it, so that tests can make five minutes short. */
export interface Clock {
  now(): Date;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function realClock(now: () => Date = () => new Date()): Clock {
  return { now, sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal, ref: false }) };
}

/** Sleeps; answers false, and does not throw, where the signal ended it. */
export async function slept(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(milliseconds, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
