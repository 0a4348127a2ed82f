import type { ApplyResult } from '../../apply/index.ts';
import type { Channel } from '../screen.ts';
import { scrub } from '../scrub.ts';
import { duration, shortId } from '../words.ts';
import { sayDone } from './counts.ts';
import { sayOf } from './events.ts';

/**
 * The end of an execution: everything that failed again, each with what to do next, what was left behind, and the
 * counts in one sentence.
 */
export function formatResult(result: ApplyResult, { paint }: Channel): string {
  const lines: string[] = [];
  for (const { id, message, code, suggestions } of result.failures) {
    lines.push(`${paint('red', 'Failed:')} ${scrub(sayOf(id, message))} ${paint('dim', `(${code})`)}`);
    lines.push(...suggestions.map((suggestion) => `  - ${scrub(suggestion)}`));
  }
  for (const id of result.residue) lines.push(`${paint('red', 'Left behind:')} ${shortId(id)}`);
  if (lines.length > 0) lines.push('');
  const title = result.ok ? paint('green', 'Done') : paint('red', 'Not done');
  lines.push(`${title} in ${duration(result.duration)}: ${sayDone(result)}.`);
  return `${lines.join('\n')}\n`;
}
