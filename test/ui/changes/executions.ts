import type { ApplyEvent, ApplyResult } from '../../../src/apply/index.ts';
import { idOf } from '../../../src/resource/index.ts';
import { object } from './plans.ts';

export const id = (text: string) => idOf(object(text));

export function resultOf(rest: Partial<ApplyResult> = {}): ApplyResult {
  return {
    ok: true,
    created: 0,
    updated: 0,
    replaced: 0,
    unchanged: 0,
    deleted: 0,
    kept: 0,
    failed: 0,
    skipped: 0,
    failures: [],
    residue: [],
    duration: 1500,
    ...rest,
  };
}

/** An execution that was written down; `pause` is awaited before each event. */
export async function* replay(
  events: readonly ApplyEvent[],
  result: ApplyResult,
  pause: (event: ApplyEvent) => Promise<void> = async () => {},
): AsyncGenerator<ApplyEvent, ApplyResult> {
  for (const event of events) {
    await pause(event);
    yield event;
  }
  return result;
}
