import { Listr, ListrLogger, type ListrTask, ProcessOutput } from 'listr2';
import type { Channel } from '../screen.ts';
import { widthOf } from '../width.ts';
import type { ComponentProgress } from './progress.ts';
import { formatProgress } from './progress-line.ts';

/** Milliseconds between two looks at the state: events may come by the hundred. */
const TICK = 100;

/** Said below the first component that is not over when Ctrl-C was pressed. */
const STOPPING = 'finishing what is under way; Ctrl-C again stops at once';

/** Moving lines on a terminal. */
export interface Board {
  /** Shows the last state, and leaves it standing. */
  close(): Promise<void>;
}

/** Opens a board with one line a component; what has nothing to do stays hidden until it has. */
export function openBoard(channel: Channel, components: readonly ComponentProgress[], signal: AbortSignal): Board {
  const started = performance.now();
  const nameWidth = Math.max(...components.map(({ name }) => widthOf(name)));
  let interrupted: 'stopping' | 'stopped' = 'stopping';
  const textOf = (one: ComponentProgress) =>
    formatProgress(one, {
      nameWidth,
      now: performance.now() - started,
      interrupted: signal.aborted ? interrupted : undefined,
      channel,
    });
  const lines = components.map((one) => ({ one, line: makeLine(textOf(one)) }));
  const list = listOver(channel);
  list.add(lines.map(({ line }) => line.task));
  const refresh = () => {
    const first = lines.find(({ one }) => one.total > 0 && one.endedAt === undefined)?.one;
    for (const { one, line } of lines) {
      const hint = one === first && interrupted === 'stopping' ? STOPPING : undefined;
      const reason = signal.aborted ? hint : one.reason;
      line.say(textOf(one), one.phase === 'done' ? undefined : reason);
      if (one.phase === 'done') line.settle(true);
    }
  };
  const giveBackCursor = cursorKeeper(channel);
  const running = list.run();
  const ticking = setInterval(refresh, TICK);
  return {
    async close() {
      clearInterval(ticking);
      interrupted = 'stopped';
      await Promise.all(lines.map(({ line }) => line.started));
      refresh();
      for (const { one, line } of lines) line.settle(one.total === 0 || one.phase === 'done');
      await running;
      giveBackCursor();
    },
  };
}

/** Shows the cursor again even where the process ends at once; listr2 holds the stream's `write` until it is done. */
function cursorKeeper({ raw }: Channel): () => void {
  const write = raw.write.bind(raw);
  const show = () => void write('\n\u001b[?25h');
  process.on('exit', show);
  return () => void process.off('exit', show);
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
