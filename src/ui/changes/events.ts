import type { ApplyEvent } from '../../apply/index.ts';
import { formatId, keyOf, type ResourceId } from '../../resource/index.ts';
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
 * Prints events as lines, for logs: seconds since the start, what happened, the object, the reason. Left out is what
 * says nothing new: the start of what has an outcome, objects that stay as they are, and `ready` where nobody waited.
 */
export function lineWriter(channel: Channel): (event: ApplyEvent) => void {
  const awaited = new Set<string>();
  return (event) => {
    if ('id' in event && (event.type === 'waiting' || event.type === 'retrying')) awaited.add(keyOf(event.id));
    if (event.type === 'ready' && !awaited.has(keyOf(event.id))) return;
    if (event.type === 'applying' || event.type === 'deleting') return;
    if (event.type === 'applied' && event.action === 'unchanged') return;
    if (event.type === 'started' && event.changes === 0) return;
    channel.write(`${formatEvent(event, channel)}\n`);
  };
}

function formatEvent(event: ApplyEvent, { paint }: Channel): string {
  const time = paint('dim', `${(event.at / 1000).toFixed(1).padStart(6)}s`);
  if (event.type === 'started') {
    const where = event.components.length === 0 ? '' : ` in ${event.components.join(', ')}`;
    return `${time}  ${'started'.padEnd(VERB)}  ${count(event.changes, 'change')}${where}`;
  }
  const verb = event.type === 'applied' ? event.action : event.type === 'residue' ? 'left' : event.type;
  const style = styles[verb];
  const word = verb.padEnd(VERB);
  const text = sayOf(event.id, scrub(oneLine(reasonOf(event))));
  return `${time}  ${style === undefined ? word : paint(style, word)}  ${text}`;
}

/** The object and what is said of it; a sentence that names the object already stands alone. */
export function sayOf(id: ResourceId, sentence: string): string {
  if (sentence === '') return shortId(id);
  return sentence.includes(formatId(id)) ? sentence : `${shortId(id)}: ${sentence}`;
}

/** As wide as the longest verb, `retrying`. */
const VERB = 8;

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
