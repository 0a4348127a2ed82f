import type { Owner, Plan } from '../../apply/index.ts';
import { UserError } from '../../errors.ts';
import { type Format, printDocument } from '../document.ts';
import type { Screen } from '../screen.ts';
import { askConsent } from './consent.ts';
import { formatPlan, planDocument } from './plan.ts';

/**
 * Shows a plan before it is carried out: in brief with the text that follows; with `ndjson` as the first document of
 * the stream. Where stdout goes elsewhere, a person at the terminal sees it too: they may be asked. A plan that will be
 * refused is left to the refusal, which says it all.
 */
export async function previewPlan(screen: Screen, plan: Plan, format: Format): Promise<void> {
  const { data, talk } = screen;
  if (format === 'ndjson') await printDocument(data, format, 'Plan', planDocument(plan));
  if (isRefused(plan)) return;
  if (format === 'text') data.write(formatPlan(plan, data, { brief: true }));
  const isSeen = format === 'text' && data.isTerminal;
  if (talk.isTerminal && !isSeen) talk.write(formatPlan(plan, talk, { brief: true }));
}

export interface Agreement {
  /** Where it would be done. */
  cluster: { name: string; server: string };
  isProtected: boolean;
  /** Data was asked to be deleted too. */
  losesData: boolean;
  yes: boolean;
  yesTo: readonly string[];
  signal: AbortSignal;
}

/**
 * Returns if a person agrees to the plan, by a flag or an answer; throws otherwise. A plan that writes nothing needs no
 * agreement, and neither does one that will be refused for what others hold; one for a protected environment, or one
 * that deletes data, needs the name.
 */
export async function agreeTo(screen: Screen, plan: Plan, { cluster, isProtected, losesData, ...answers }: Agreement) {
  if (plan.empty || isRefused(plan)) return;
  const name = shortName(plan.owner);
  const verb = plan.kind === 'delete' ? 'Delete' : 'Apply';
  const preposition = plan.kind === 'delete' ? 'from' : 'to';
  const question = `${verb} ${name} ${preposition} ${cluster.name} (${cluster.server})?`;
  const reason = isProtected
    ? `${name} is protected`
    : losesData && deletes(plan)
      ? '--with-data deletes data'
      : undefined;
  if (await askConsent(screen, { question, name, reason, ...answers })) return;
  throw new UserError('DECLINED', 'Not done: the answer was no');
}

/** What a person calls it: the environment, or the stack where there are no environments (`-k`, `-f`). */
function shortName({ stack, environment }: Owner): string {
  return environment === 'default' ? stack : environment;
}

/** `execute` carries out nothing of a plan that takes from others; with the flags that allow it, a plan has neither. */
function isRefused({ conflicts, foreign }: Plan): boolean {
  return conflicts.length > 0 || foreign.length > 0;
}

function deletes(plan: Plan): boolean {
  return plan.changes.some(({ op }) => op === 'delete');
}
