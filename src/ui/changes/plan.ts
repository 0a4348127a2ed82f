import type { Change, Plan } from '../../apply/index.ts';
import { formatProblem } from '../../errors.ts';
import type { Channel, Style } from '../screen.ts';
import { scrub } from '../scrub.ts';
import { count, shortId } from '../words.ts';
import { countChanges, sayPlanned } from './counts.ts';
import { formatFields } from './fields.ts';
import { formatObstacles } from './obstacles.ts';

export interface PlanTextOptions {
  /** Gathers what a component only creates or deletes into a line per operation: to confirm, not to study. */
  brief?: boolean;
}

/**
 * The plan as text, one block a component: every object with its fields, then the counts in one sentence. Objects that
 * stay as they are are counted only.
 */
export function formatPlan(plan: Plan, channel: Channel, options: PlanTextOptions = {}): string {
  const { paint } = channel;
  const lines: string[] = [];
  for (const [component, changes] of byComponent(plan.changes)) {
    const shown = changes.filter(({ op }) => op !== 'unchanged');
    if (shown.length === 0) continue;
    lines.push(paint('bold', component), ...(options.brief ? gather(shown, channel) : each(shown, channel)), '');
  }
  lines.push(...formatObstacles(plan, channel));
  for (const warning of plan.warnings) lines.push(`${paint('yellow', 'Warning:')} ${scrub(formatProblem(warning))}`);
  if (plan.warnings.length > 0) lines.push('');
  lines.push(summary(plan));
  return `${lines.join('\n')}\n`;
}

function summary(plan: Plan): string {
  const { keep, unchanged, ...writes } = countChanges(plan.changes);
  if (Object.values(writes).some((number) => number > 0)) return `Plan: ${sayPlanned({ keep, unchanged, ...writes })}.`;
  const kept = keep === 0 ? '' : `, ${keep} kept`;
  if (!plan.empty)
    return `Plan: only the record of this stack in the cluster is updated (${unchanged} unchanged${kept}).`;
  return `No changes: ${count(unchanged, 'object')} as described${kept}.`;
}

/** The objects of each component, in the order in which the plan names the components; the rest comes last. */
export function byComponent<Item extends { component?: string }>(items: readonly Item[]): [string, Item[]][] {
  const groups = Map.groupBy(items, ({ component }) => component ?? '');
  const rest = groups.get('');
  groups.delete('');
  const named = [...groups];
  return rest === undefined ? named : [...named, [named.length === 0 ? 'objects' : 'other objects', rest]];
}

const signs: Record<Exclude<Change['op'], 'unchanged'>, readonly [Style, string]> = {
  create: ['green', '+'],
  update: ['yellow', '~'],
  replace: ['magenta', '±'],
  delete: ['red', '-'],
  keep: ['cyan', '='],
};

function each(changes: readonly Change[], channel: Channel): string[] {
  return changes.flatMap((change) => {
    if (change.op === 'unchanged') return [];
    const [style, sign] = signs[change.op];
    const note = noteOf(change);
    const line = `  ${channel.paint(style, sign)} ${shortId(change.id)}${note === '' ? '' : channel.paint('dim', ` (${note})`)}`;
    return 'fields' in change ? [line, ...formatFields(change.fields, channel, '      ')] : [line];
  });
}

function noteOf(change: Change): string {
  const notes = [
    change.op === 'replace' ? 'deleted and created again' : undefined,
    change.op === 'keep' ? 'kept' : undefined,
    change.reason,
    unverifiedOf(change) === undefined ? undefined : `not verified: ${unverifiedOf(change)}`,
  ];
  return scrub(notes.filter((note) => note !== undefined && note !== '').join(': '));
}

/** What the server could not check yet, and why. */
function unverifiedOf(change: Change): string | undefined {
  return 'unverified' in change ? change.unverified : undefined;
}

/** Creates and deletes by kind, but namespaces by name; everything else object by object. */
function gather(changes: readonly Change[], channel: Channel): string[] {
  const gathered = (['create', 'delete'] as const).flatMap((op) => {
    const same = changes.filter((change) => change.op === op);
    if (same.length <= FEW) return each(same, channel);
    const [style, sign] = signs[op];
    const kinds = [...Map.groupBy(same, ({ id }) => id.kind)].flatMap(([kind, those]) =>
      kind === 'Namespace' ? those.map(({ id }) => shortId(id)) : [count(those.length, kind)],
    );
    return wrapList(kinds, Math.min(channel.width, 100) - 4).map((line, at) =>
      at === 0 ? `  ${channel.paint(style, sign)} ${line}` : `    ${line}`,
    );
  });
  const others = changes.filter(({ op }) => op !== 'create' && op !== 'delete');
  return [...gathered, ...each(others, channel)];
}

/** Up to this many objects are as quickly read by name. */
const FEW = 4;

function wrapList(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  items.forEach((item, at) => {
    const text = at === items.length - 1 ? item : `${item},`;
    const last = lines.at(-1);
    if (last === undefined || last.length + text.length + 1 > width) lines.push(text);
    else lines[lines.length - 1] = `${last} ${text}`;
  });
  return lines;
}

/**
 * The document of kind `Plan`: owner, counts and every change that is more than `unchanged`. It carries identities and
 * fields, never whole objects, so that no Secret is in it.
 */
export function planDocument(plan: Plan): object {
  const { stack, environment } = plan.owner;
  return {
    metadata: { stack, environment },
    for: plan.kind,
    empty: plan.empty,
    counts: countChanges(plan.changes),
    changes: plan.changes
      .filter(({ op }) => op !== 'unchanged')
      .map((change) => ({
        op: change.op,
        component: change.component,
        id: change.id,
        apiVersion: change.apiVersion,
        reason: change.reason,
        unverified: unverifiedOf(change),
        fields: 'fields' in change ? change.fields : undefined,
      })),
    conflicts: plan.conflicts,
    foreign: plan.foreign,
    losses: plan.losses,
    warnings: plan.warnings,
  };
}
