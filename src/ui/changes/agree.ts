import type { Owner, Plan } from '../../apply/index.ts';
import { UserError } from '../../errors.ts';
import { type Format, printDocument } from '../document.ts';
import type { Screen } from '../screen.ts';
import { askConsent } from './consent.ts';
import { formatPlan, planDocument } from './plan.ts';

/**
 * Shows a plan before it is carried out: in brief with the text that follows; with `ndjson` as the first document of
 * the stream; with `json` and `yaml`, whose one document is the result, only to a person at a terminal.
 */
export async function previewPlan(screen: Screen, plan: Plan, format: Format): Promise<void> {
  if (format === 'ndjson') await printDocument(screen.data, format, 'Plan', planDocument(plan));
  else if (format === 'text') screen.data.write(formatPlan(plan, screen.data, { brief: true }));
  else if (screen.talk.isTerminal) screen.talk.write(formatPlan(plan, screen.talk, { brief: true }));
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
 * agreement, and neither does one that will be refused for what others hold; one for a protected environment, or one that loses data, needs the name.
 */
export async function agreeTo(screen: Screen, plan: Plan, { cluster, isProtected, losesData, ...answers }: Agreement) {
  const isRefusedAnyway = plan.conflicts.length > 0 || plan.foreign.length > 0;
  if (plan.empty || isRefusedAnyway) return;
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

function deletes(plan: Plan): boolean {
  return plan.changes.some(({ op }) => op === 'delete');
}
