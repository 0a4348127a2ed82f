import {
  type ApplyEvent,
  type ApplyResult,
  type ExecuteOptions,
  execute,
  makeDeletePlan,
  makePlan,
  type Owner,
  type Plan,
  type PlanOptions,
} from '../../src/apply/index.ts';
import type { Cluster } from '../../src/cluster/index.ts';
import { formatId, parseYaml, type Resource } from '../../src/resource/index.ts';

/** Objects as a page of YAML. */
export function objects(yaml: string): Resource[] {
  return parseYaml(yaml) as Resource[];
}

/** A name that no other test uses. */
export const unique = (prefix: string) => `${prefix}-${crypto.randomUUID().slice(0, 8)}`;

export const owner = (stack: string, environment = 'test'): Owner => ({ stack, environment });

export interface Outcome {
  plan: Plan;
  events: ApplyEvent[];
  result: ApplyResult;
}

/** Plans and executes in one go, and gathers the events. */
export async function apply(
  cluster: Cluster,
  of: Owner,
  desired: readonly Resource[],
  options: PlanOptions & Partial<ExecuteOptions> = {},
): Promise<Outcome> {
  return carryOut(cluster, await makePlan(cluster, of, desired, options), options);
}

export async function carryOut(cluster: Cluster, plan: Plan, options: Partial<ExecuteOptions> = {}): Promise<Outcome> {
  const events: ApplyEvent[] = [];
  const running = execute(cluster, plan, { signal: new AbortController().signal, timeout: 60_000, ...options });
  for (;;) {
    const next = await running.next();
    if (next.done === true) return { plan, events, result: next.value };
    events.push(next.value);
  }
}

/** A plan as lines: `update ConfigMap ns/name: data.a "1" → "2"`. */
export function lines(plan: Plan): string[] {
  return plan.changes
    .filter((change) => change.op !== 'unchanged')
    .map((change) => {
      const fields =
        'fields' in change
          ? change.fields.map(({ path, from, to }) => ` ${path} ${JSON.stringify(from)} → ${JSON.stringify(to)}`)
          : [];
      const reason = change.reason === undefined ? '' : ` (${change.reason})`;
      return `${change.op} ${formatId(change.id)}${reason}${fields.length === 0 ? '' : `:${fields.join(',')}`}`;
    })
    .sort();
}

/** Events of a type as lines. */
export function told(events: readonly ApplyEvent[], type: ApplyEvent['type']): string[] {
  return events.flatMap((event) => {
    if (event.type !== type || !('id' in event)) return [];
    const text = 'reason' in event ? event.reason : 'message' in event ? `${event.code} ${event.message}` : undefined;
    return [`${formatId(event.id)}${text === undefined ? '' : `: ${text}`}`];
  });
}

/**
 * Keeps the namespace of the inventories alive while a file of tests runs: it goes with the last inventory, which takes
 * the cluster some five seconds each time.
 */
export async function keepHome(cluster: Cluster): Promise<() => Promise<void>> {
  const holder = owner(unique('holder'));
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: holder.stack, namespace: 'default' } };
  await apply(cluster, holder, [object]);
  return async () => void (await carryOut(cluster, await makeDeletePlan(cluster, holder)));
}
