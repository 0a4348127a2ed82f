import type { ApplyEvent, ApplyResult, Plan } from '../../apply/index.ts';
import { type Format, printDocument, toLine } from '../document.ts';
import type { Screen } from '../screen.ts';
import { drain, tap } from './drain.ts';
import { lineWriter } from './events.ts';
import { formatResult } from './result.ts';

export interface ShowOptions {
  format: Format;
  /** What is executed: it names the components and says how much each one has to do. */
  plan: Plan;
  /** The one the execution was given: once it is aborted, the screen says that it is stopping. */
  signal: AbortSignal;
  /** What the execution waits for, as it was told. */
  wait: 'none' | 'applied' | 'ready';
}

/**
 * Shows an execution while it runs and answers its result. On a terminal one line a component moves on stderr; without
 * one the events are lines. With `ndjson` every event is a document of kind `ApplyEvent` on stdout, and the result
 * (kind `ApplyResult`) is the last one; with `json` and `yaml` the result is the only one, and stderr is left to errors.
 */
export async function show(
  screen: Screen,
  events: AsyncGenerator<ApplyEvent, ApplyResult>,
  options: ShowOptions,
): Promise<ApplyResult> {
  const { format, plan, signal } = options;
  let moved = 0;
  const counted = tap(events, ({ type }) => {
    if (type === 'applied' || type === 'deleted') moved += 1;
  });
  try {
    const result = await watch(screen, counted, options);
    if (format === 'text') screen.data.write(formatResult(result, screen.data));
    else await printDocument(screen.data, format, 'ApplyResult', result);
    return result;
  } catch (error) {
    const total = plan.changes.filter(({ op }) => op !== 'keep').length;
    if (signal.aborted && format === 'text')
      screen.talk.write(`${moved} of ${total} objects are done; the same command goes on.\n`);
    throw error;
  }
}

async function watch(
  screen: Screen,
  events: AsyncGenerator<ApplyEvent, ApplyResult>,
  { format, plan, signal, wait }: ShowOptions,
): Promise<ApplyResult> {
  if (format === 'ndjson') return drain(events, (event) => screen.data.write(toLine('ApplyEvent', event)));
  if (screen.talk.isTerminal) {
    const { showLive } = await import('./live.ts');
    return showLive(screen.talk, events, { plan, signal, untilReady: wait === 'ready' });
  }
  return drain(events, format === 'text' ? lineWriter(screen.data) : () => {});
}
