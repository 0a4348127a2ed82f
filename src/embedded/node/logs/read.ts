import { type FileHandle, open } from 'node:fs/promises';
import type { LogFile } from './log-file.ts';

/** As the query of `pods/NAME/log`. */
export interface LogOptions {
  follow?: boolean;
  /** Of the run before the present one. */
  previous?: boolean;
  sinceSeconds?: number;
  /** RFC 3339. */
  sinceTime?: string;
  timestamps?: boolean;
  tailLines?: number;
  limitBytes?: number;
  stream?: 'All' | 'Stdout' | 'Stderr';
  signal?: AbortSignal;
}

/** The log of one run; with `follow` until the run has ended. `live` is set while the run goes on. */
export async function* readLog(
  file: string,
  live: LogFile | undefined,
  options: LogOptions & { now: Date },
): AsyncGenerator<Uint8Array> {
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const line of linesOf(file, live, options)) {
    const text = printLine(line, options);
    if (text === undefined) continue;
    const bytes = Buffer.from(text, 'latin1').subarray(0, left);
    left -= bytes.length;
    yield bytes;
    if (left <= 0) return;
  }
}

async function* linesOf(
  file: string,
  live: LogFile | undefined,
  options: LogOptions & { now: Date },
): AsyncGenerator<string> {
  const [old, present] = [await tryOpen(`${file}.1`), await tryOpen(file)];
  let handle = present;
  let generation = live?.generation ?? 0;
  try {
    const early = [...(await wholeLines(old)).lines];
    const now = await wholeLines(handle);
    early.push(...now.lines);
    const wanted = early.filter((line) => isWanted(line, options));
    const { tailLines } = options;
    yield* tailLines === undefined ? wanted : wanted.slice(Math.max(0, wanted.length - tailLines));
    let at = now.end;
    while (options.follow && live !== undefined && !options.signal?.aborted) {
      const changed = live.changed();
      const [isLast, isReplaced] = [live.isClosed, live.generation !== generation];
      handle ??= await tryOpen(file);
      const more = await wholeLines(handle, at);
      at = more.end;
      yield* more.lines.filter((line) => isWanted(line, options));
      if (isReplaced) {
        await handle?.close();
        [handle, at, generation] = [await tryOpen(file), 0, live.generation];
      } else if (isLast) return;
      else await Promise.race([changed, aborted(options.signal)]);
    }
  } finally {
    await old?.close();
    await handle?.close();
  }
}

async function tryOpen(file: string): Promise<FileHandle | undefined> {
  return open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** The lines that are complete, as Latin-1 (a byte a character), and where the next one begins. */
async function wholeLines(handle: FileHandle | undefined, from = 0): Promise<{ lines: string[]; end: number }> {
  if (handle === undefined) return { lines: [], end: from };
  const { size } = await handle.stat();
  const buffer = Buffer.alloc(Math.max(0, size - from));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
  const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
  const lines = end === 0 ? [] : buffer.toString('latin1', 0, end - 1).split('\n');
  return { lines, end: from + end };
}

const shape = /^(\S+) (stdout|stderr) ([FP]) ?([\s\S]*)$/;

function isWanted(line: string, { sinceSeconds, sinceTime, stream, now }: LogOptions & { now: Date }): boolean {
  const [, time = '', name] = shape.exec(line) ?? [];
  if (stream !== undefined && stream !== 'All' && stream.toLowerCase() !== name) return false;
  const since =
    sinceSeconds === undefined
      ? sinceTime === undefined
        ? undefined
        : Date.parse(sinceTime)
      : now.getTime() - sinceSeconds * 1000;
  return since === undefined || Date.parse(time) >= since;
}

function printLine(line: string, { timestamps }: LogOptions): string | undefined {
  const match = shape.exec(line);
  if (match === null) return undefined;
  const [, time = '', , tag, text = ''] = match;
  return `${timestamps ? `${time} ` : ''}${text}${tag === 'F' ? '\n' : ''}`;
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
