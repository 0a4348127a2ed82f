import type { ApplyEvent, ApplyResult } from '../../apply/index.ts';

/** Hands every event on and answers what the generator returns. */
export async function drain(
  events: AsyncGenerator<ApplyEvent, ApplyResult>,
  take: (event: ApplyEvent) => void,
): Promise<ApplyResult> {
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
    take(next.value);
  }
}

/** The same events, seen by another one on the way. */
export async function* tap(
  events: AsyncGenerator<ApplyEvent, ApplyResult>,
  see: (event: ApplyEvent) => void,
): AsyncGenerator<ApplyEvent, ApplyResult> {
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
    see(next.value);
    yield next.value;
  }
}
