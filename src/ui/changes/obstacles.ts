import type { Loss, Plan } from '../../apply/index.ts';
import { keyOf } from '../../resource/index.ts';
import type { Channel } from '../screen.ts';
import { scrub } from '../scrub.ts';
import { formatTable, type TableColumn } from '../table.ts';
import { shortId } from '../words.ts';
import { formatValue } from './fields.ts';

/** What a person has to know before they say yes: fields others hold, objects that are not ours, data that would go. */
export function formatObstacles(plan: Plan, channel: Channel): string[] {
  const gone = new Set(plan.changes.filter(({ op }) => op === 'delete').map(({ id }) => keyOf(id)));
  const lost = plan.losses.filter(({ id }) => gone.has(keyOf(id)));
  const kept = plan.losses.filter(({ id }) => !gone.has(keyOf(id)));
  return [
    ...section('Fields that another manager holds', plan.conflicts, conflictColumns, channel),
    ...section('Objects that are here already and not of this stack', plan.foreign, foreignColumns, channel),
    ...losses('Data that would be lost', lost, channel),
    ...losses('Data that is kept', kept, channel),
  ];
}

function section<Row>(
  title: string,
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  { paint, width }: Channel,
): string[] {
  if (rows.length === 0) return [];
  const heading = (text: string) => paint('dim', text);
  const more = rows.length > MANY ? [`  … and ${rows.length - MANY} more`] : [];
  return [
    paint('yellow', title),
    ...formatTable(rows.slice(0, MANY), columns, { width, indent: '  ', heading }),
    ...more,
    '',
  ];
}

/** Rows of a table that a person still reads; `-o json` has them all. */
const MANY = 20;

const conflictColumns: readonly TableColumn<Plan['conflicts'][number]>[] = [
  { title: 'OBJECT', text: ({ id }) => shortId(id) },
  { title: 'FIELD', text: ({ path }) => scrub(path) },
  { title: 'HELD BY', text: ({ manager }) => scrub(manager) },
  {
    title: 'NOW → WANTED',
    text: ({ live, wanted }) => [live, wanted].map((one) => (one === undefined ? '?' : formatValue(one))).join(' → '),
  },
];

const foreignColumns: readonly TableColumn<Plan['foreign'][number]>[] = [
  { title: 'OBJECT', text: ({ id }) => shortId(id) },
  { title: 'MADE BY', text: ({ holder }) => scrub(holder) },
  { title: 'ADOPTABLE', text: ({ adoptable }) => (adoptable ? 'yes, with --adopt' : 'no') },
];

/** One block a protected class, because one flag removes it. */
function losses(title: string, rows: readonly Loss[], { paint }: Channel): string[] {
  return [...Map.groupBy(rows, (row) => row.class)].flatMap(([name, those]) => [
    paint('yellow', `${title} (--with-data ${name})`),
    ...those.map((loss) => {
      const place = loss.namespace === undefined ? '' : ` in ${loss.namespace}`;
      const size = loss.size === undefined ? '' : `, ${loss.size}`;
      const carrier = loss.id.kind === loss.kind ? '' : `, with ${shortId(loss.id)}`;
      return `  ${loss.count} ${loss.kind}${place}${size}${carrier}`;
    }),
    '',
  ]);
}
