import type { ApplyEvent, ApplyResult, Plan } from '../../apply/index.ts';
import type { Channel } from '../screen.ts';
import { type Board, openBoard } from './board.ts';
import { drain } from './drain.ts';
import { whyOf } from './events.ts';
import { followProgress } from './progress.ts';

export interface LiveOptions {
  plan: Plan;
  signal: AbortSignal;
  /** False where an object is over as soon as it is applied. */
  untilReady: boolean;
}

/**
 * Shows one moving line a component until the execution ends: phase, count, time, and below it why it is not done.
 * Nothing is longer than the terminal is wide, and nothing is shown of an execution that has nothing to do.
 */
export async function showLive(
  channel: Channel,
  events: AsyncGenerator<ApplyEvent, ApplyResult>,
  { plan, signal, untilReady }: LiveOptions,
): Promise<ApplyResult> {
  const why = (event: ApplyEvent) => whyOf(event, channel.width);
  const progress = followProgress(plan, { untilReady, why });
  let board: Board | undefined;
  try {
    const result = await drain(events, (event) => {
      if (progress.take(event)) board ??= openBoard(channel, progress.components, signal);
    });
    progress.end();
    return result;
  } finally {
    await board?.close();
  }
}
