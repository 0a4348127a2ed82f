import type { ComponentStatus, ObjectStatus, Status } from '../../apply/index.ts';
import type { Channel, Style } from '../screen.ts';
import { scrub } from '../scrub.ts';
import { formatTable } from '../table.ts';
import { count, duration, shortId } from '../words.ts';

export interface StatusTextOptions {
  now: Date;
  /** Every object, not only those that are not ready. */
  all?: boolean;
}

interface Row {
  component: ComponentStatus;
  state: ObjectStatus['state'];
}

/** A line a component, then every object that is not ready with its root cause, then one sentence. */
export function formatStatus(status: Status, channel: Channel, options: StatusTextOptions): string {
  const { paint, width } = channel;
  const rows = status.components.map((component): Row => ({ component, state: worstOf(component) }));
  const lines = formatTable(
    rows,
    [
      {
        title: 'COMPONENT',
        text: ({ component }) => component.name || (rows.length > 1 ? 'other objects' : 'objects'),
      },
      { title: 'STATE', text: ({ state }) => state, paint: (text, { state }) => paint(styles[state], text) },
      { title: 'READY', text: ({ component }) => `${component.ready}/${component.total}` },
      { title: 'AGE', text: ({ component }) => ageOf(component, options.now) },
      { title: '', text: ({ component }) => noteOf(component) },
    ],
    { width, heading: (text) => paint('dim', text) },
  );
  const shown = status.components
    .flatMap(({ objects }) => objects)
    .filter(({ state }) => options.all === true || state !== 'ready');
  if (shown.length > 0) lines.push('');
  for (const { id, state, reason, simulated } of shown) {
    const why = [reason, simulated ? 'simulated' : undefined].filter((part) => part !== undefined).join(', ');
    const text = `${shortId(id)}${why === '' ? '' : `: ${scrub(why).replace(/\s*\n\s*/g, ' ')}`}`;
    lines.push(`${paint(styles[state], state.padEnd(7))}  ${text}`);
  }
  const objects = status.components.reduce((sum, { total }) => sum + total, 0);
  const ready = status.components.reduce((sum, component) => sum + component.ready, 0);
  const sentence = status.ready
    ? `Ready: ${count(objects, 'object')}.`
    : `Not ready: ${ready} of ${count(objects, 'object')}.`;
  return `${[...lines, '', paint(status.ready ? 'green' : 'yellow', sentence)].join('\n')}\n`;
}

const styles: Record<ObjectStatus['state'], Style> = {
  ready: 'green',
  waiting: 'yellow',
  failed: 'red',
  missing: 'red',
};

function worstOf({ objects }: ComponentStatus): ObjectStatus['state'] {
  const states = new Set(objects.map(({ state }) => state));
  return (['failed', 'missing', 'waiting'] as const).find((state) => states.has(state)) ?? 'ready';
}

/** Since the first object of the component was made. */
function ageOf({ objects }: ComponentStatus, now: Date): string {
  const times = objects.flatMap(({ created }) => (created === undefined ? [] : [Date.parse(created)]));
  return times.length === 0 ? '-' : age(now.getTime() - Math.min(...times));
}

function age(milliseconds: number): string {
  const [seconds, days] = [Math.max(0, Math.floor(milliseconds / 1000)), Math.floor(milliseconds / 86_400_000)];
  return days > 1 ? `${days}d` : seconds < 60 ? `${seconds}s` : duration(seconds * 1000);
}

function noteOf({ objects }: ComponentStatus): string {
  const simulated = objects.filter((object) => object.simulated).length;
  return simulated === 0 ? '' : `${simulated} simulated`;
}
