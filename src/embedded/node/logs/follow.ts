import { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { LogFile } from './log-file.ts';
import { readLog } from './read.ts';

/** What a container writes to one of its streams from now on. */
export function followStream(log: LogFile, stream: 'Stdout' | 'Stderr', clock: Clock, signal: AbortSignal): Readable {
  return Readable.from(readLog(log.path, log, { follow: true, tailLines: 0, stream, now: clock.now(), signal }));
}
