import type { Channel } from '../screen.ts';
import { padEnd, padStart, truncate } from '../width.ts';
import { duration } from '../words.ts';
import type { ComponentProgress } from './progress.ts';

export interface ProgressTextOptions {
  nameWidth: number;
  /** Milliseconds since the start. */
  now: number;
  /** Says so of a component that is not over. */
  interrupted: 'stopping' | 'stopped' | undefined;
  channel: Channel;
}

/** `training   waiting   28/30    8s`, in the width of the channel less the icon. */
export function formatProgress(one: ComponentProgress, options: ProgressTextOptions): string {
  if (one.total === 0) return HIDDEN;
  const isOver = one.endedAt !== undefined;
  const phase = isOver ? one.phase : (options.interrupted ?? one.phase);
  const since =
    one.startedAt === undefined ? '' : wholeSeconds(Math.max(0, (one.endedAt ?? options.now) - one.startedAt));
  const counted = padStart(`${one.done}/${one.total}`, 7);
  const text = `${padEnd(one.name, options.nameWidth)}  ${padEnd(phase, 8)} ${counted} ${padStart(since, 6)}`;
  return truncate(text, Math.max(options.channel.width - 4, 1));
}

/** A title that listr2 takes for one and does not show. */
const HIDDEN = ' ';

function wholeSeconds(milliseconds: number): string {
  return milliseconds < 9_950 ? `${Math.floor(milliseconds / 1000)}s` : duration(milliseconds);
}
