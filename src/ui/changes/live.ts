import { Listr, ListrLogger, type ListrTask, ProcessOutput } from 'listr2';
import type { ApplyEvent, ApplyResult, Plan } from '../../apply/index.ts';
import type { Channel } from '../screen.ts';
import { padEnd, padStart, truncate, widthOf } from '../width.ts';
import { duration } from '../words.ts';
import { drain } from './drain.ts';
import { whyOf } from './events.ts';
import { type ComponentProgress, followProgress } from './progress.ts';

/** Milliseconds between two looks at the state: events may come by the hundred. */
const TICK = 100;

/** Said below a component when Ctrl-C was pressed. */
const STOPPING = 'finishing what is under way; Ctrl-C again stops at once';

/**
 * Shows one moving line a component until the execution ends: phase, count, time, and below it why it is not done.
 * Nothing is longer than the terminal is wide.
 */
export async function showLive(
  channel: Channel,
  events: AsyncGenerator<ApplyEvent, ApplyResult>,
  plan: Plan,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const progress = followProgress(plan, (event) => whyOf(event, channel.width));
  const started = performance.now();
  const nameWidth = Math.max(...progress.components.map(({ name }) => widthOf(name)), 8);
  const textOf = (one: ComponentProgress) =>
    formatProgress(one, {
      nameWidth,
      now: performance.now() - started,
      interrupted: !signal.aborted ? undefined : ended ? 'stopped' : 'stopping',
      channel,
    });
  let ended = false;
  const lines = progress.components.map((one) => ({ one, line: makeLine(textOf(one)) }));
  if (lines.length === 0) return drain(events, () => {});
  const list = listOver(channel);
  list.add(lines.map(({ line }) => line.task));
  const refresh = () => {
    for (const { one, line } of lines) {
      line.say(textOf(one), one.phase === 'done' ? undefined : signal.aborted ? STOPPING : one.reason);
      if (one.phase === 'done') line.settle(true);
    }
  };
  const running = list.run();
  const ticking = setInterval(refresh, TICK);
  try {
    return await drain(events, (event) => void progress.take(event));
  } finally {
    clearInterval(ticking);
    await Promise.all(lines.map(({ line }) => line.started));
    ended = true;
    refresh();
    for (const { one, line } of lines) line.settle(!signal.aborted && one.done === one.total);
    await running;
  }
}

/** The list on this channel alone: listr2 leaves signals and the other stream to the process. */
function listOver(channel: Channel) {
  const output = channel.raw as NodeJS.WriteStream;
  const { paint } = channel;
  const rendererOptions = {
    formatOutput: 'truncate',
    showErrorMessage: false,
    logger: new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(output, output) }),
    color: {
      PENDING: (text?: string) => paint('cyan', text ?? ''),
      COMPLETED: (text?: string) => paint('green', text ?? ''),
      FAILED: (text?: string) => paint('red', text ?? ''),
      WAITING: (text?: string) => paint('dim', text ?? ''),
      OUTPUT: (text?: string) => paint('dim', text ?? ''),
    },
  } as const;
  return new Listr([], {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: 'default',
    rendererOptions,
    // listr2 looks at stdout to choose; this list is on a terminal whatever stdout is.
    fallbackRenderer: 'default',
    fallbackRendererOptions: rendererOptions,
  });
}

interface Line {
  task: ListrTask;
  /** Resolves when listr2 took the task: before, nothing can be said. */
  started: Promise<void>;
  say(title: string, reason: string | undefined): void;
  settle(ok: boolean): void;
}

/** One task of listr2 that is moved from outside. */
function makeLine(title: string): Line {
  const outcome = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  let shown: { title: string; output: string } | undefined;
  return {
    started: started.promise,
    task: {
      title,
      task: (_context, task) => {
        shown = task;
        started.resolve();
        return outcome.promise;
      },
    },
    say(next, reason) {
      if (shown === undefined) return;
      if (shown.title !== next) shown.title = next;
      if (reason !== undefined && shown.output !== reason) shown.output = reason;
      // Null is how listr2 takes an output back.
      else if (reason === undefined && shown.output) shown.output = null as unknown as string;
    },
    settle: (ok) => (ok ? outcome.resolve() : outcome.reject(new Error('not done'))),
  };
}

interface ProgressTextOptions {
  nameWidth: number;
  /** Milliseconds since the start. */
  now: number;
  /** Says so of a component that is not over. */
  interrupted: 'stopping' | 'stopped' | undefined;
  channel: Channel;
}

/** `training   waiting   28/30    8s`, in the width of the channel less the icon. */
export function formatProgress(one: ComponentProgress, options: ProgressTextOptions): string {
  const isOver = one.endedAt !== undefined;
  const phase = isOver ? one.phase : (options.interrupted ?? one.phase);
  const since =
    one.startedAt === undefined ? '' : wholeSeconds(Math.max(0, (one.endedAt ?? options.now) - one.startedAt));
  const counted = padStart(`${one.done}/${one.total}`, 7);
  const text = `${padEnd(one.name, options.nameWidth)}  ${padEnd(phase, 8)} ${counted} ${padStart(since, 6)}`;
  return truncate(text, Math.max(options.channel.width - 4, 1));
}

function wholeSeconds(milliseconds: number): string {
  return milliseconds < 9_950 ? `${Math.floor(milliseconds / 1000)}s` : duration(milliseconds);
}
