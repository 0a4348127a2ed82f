import type { Edge } from './plan.ts';

export type Outcome = 'done' | 'failed' | 'skipped';

export interface Node {
  key: string;
  /** Makes the change; false if it failed. */
  start(): Promise<boolean>;
  /** Resolves when the change has taken effect; false if it never will. Only called where somebody needs it. */
  settle(): Promise<boolean>;
  /** Called instead of `start` where something it needs failed. */
  skip(because: string): void;
}

/**
 * Runs every node as soon as its own parents allow it; there are no waves. A node that only appears in edges stands for
 * a set: it is done when all its parents are. Resolves when everything has been done, failed or skipped.
 */
export async function runGraph(
  nodes: readonly Node[],
  edges: readonly Edge[],
  options: { settleAll: boolean; stopped(): string | undefined },
): Promise<Map<string, Outcome>> {
  const parents = Map.groupBy(edges, (edge) => edge.before);
  const known = new Map(nodes.map((node) => [node.key, node]));
  const keys = new Set([...known.keys(), ...edges.flatMap((edge) => [edge.before, edge.after])]);
  const needed = new Set(edges.filter((edge) => edge.until !== 'applied').map((edge) => edge.after));
  const started = new Map([...keys].map((key) => [key, Promise.withResolvers<Outcome>()]));
  const settled = new Map([...keys].map((key) => [key, Promise.withResolvers<Outcome>()]));

  async function run(key: string): Promise<Outcome> {
    const begun = started.get(key) as PromiseWithResolvers<Outcome>;
    const waits = (parents.get(key) ?? []).map(async ({ after, until }) => {
      const outcome = await (until === 'applied' ? started : settled).get(after)?.promise;
      return outcome === 'done' ? undefined : after;
    });
    const node = known.get(key);
    const broken = (await Promise.all(waits)).find((after) => after !== undefined) ?? options.stopped();
    if (broken !== undefined) {
      node?.skip(broken);
      begun.resolve('skipped');
      return 'skipped';
    }
    if (node === undefined) {
      begun.resolve('done');
      return 'done';
    }
    const ok = await node.start();
    begun.resolve(ok ? 'done' : 'failed');
    if (!ok) return 'failed';
    if (!options.settleAll && !needed.has(key)) return 'done';
    return (await node.settle()) ? 'done' : 'failed';
  }

  const outcomes = new Map<string, Outcome>();
  await Promise.all(
    [...keys].map(async (key) => {
      try {
        const outcome = await run(key);
        outcomes.set(key, outcome);
        settled.get(key)?.resolve(outcome);
      } catch (error) {
        started.get(key)?.resolve('failed');
        settled.get(key)?.resolve('failed');
        throw error;
      }
    }),
  );
  return outcomes;
}
