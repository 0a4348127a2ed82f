import type { Resource } from '../resource/index.ts';

/** Whether an object does what it is for; `reason` says what is missing (absent when ready). */
export interface Readiness {
  state: 'ready' | 'waiting' | 'failed';
  reason?: string;
}

export function readiness(_resource: Resource): Readiness {
  return { state: 'ready' };
}
