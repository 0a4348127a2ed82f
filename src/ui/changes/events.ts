import type { ApplyEvent } from '../../apply/index.ts';
import type { Channel, Style } from '../screen.ts';
import { scrub } from '../scrub.ts';
import { count, shortId } from '../words.ts';

/** Why an object is where it is: `trainer: 0 of 1 pods available`; with kind and namespace where there is room. */
export function whyOf(event: ApplyEvent, width: number): string {
  if (!('id' in event)) return '';
  const name = width < 100 ? event.id.name : shortId(event.id);
  return scrub(oneLine(`${name}: ${reasonOf(event)}`));
}

function reasonOf(event: ApplyEvent): string {
  switch (event.type) {
    case 'failed':
      return event.message;
    case 'retrying':
      return `${event.reason}, trying again (${event.attempt})`;
    case 'waiting':
    case 'skipped':
    case 'residue':
      return event.reason;
    case 'deleted':
    case 'kept':
      return event.reason ?? '';
    case 'started':
    case 'applying':
    case 'deleting':
    case 'applied':
    case 'ready':
      return '';
    default:
      return event satisfies never;
  }
}

/**
 * One event as one line, for logs: seconds since the start, what happened, the object, the reason. `applying` and
 * `deleting` are left out (undefined): their outcome is an event too.
 */
export function formatEvent(event: ApplyEvent, { paint }: Channel): string | undefined {
  if (event.type === 'applying' || event.type === 'deleting') return undefined;
  const time = paint('dim', `${(event.at / 1000).toFixed(1).padStart(6)}s`);
  if (event.type === 'started') {
    const where = event.components.length === 0 ? '' : ` in ${event.components.join(', ')}`;
    return `${time}  ${'started'.padEnd(VERB)}  ${count(event.changes, 'change')}${where}`;
  }
  const verb = event.type === 'applied' ? event.action : event.type === 'residue' ? 'left' : event.type;
  const style = styles[verb];
  const word = verb.padEnd(VERB);
  const reason = scrub(oneLine(reasonOf(event)));
  return `${time}  ${style === undefined ? word : paint(style, word)}  ${shortId(event.id)}${reason === '' ? '' : `: ${reason}`}`;
}

/** The longest verb is `unchanged`. */
const VERB = 9;

const styles: Partial<Record<string, Style>> = {
  created: 'green',
  updated: 'green',
  replaced: 'green',
  ready: 'green',
  waiting: 'yellow',
  retrying: 'yellow',
  skipped: 'yellow',
  left: 'red',
  failed: 'red',
  kept: 'cyan',
};

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
