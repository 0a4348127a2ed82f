import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acyclic } from '../../../src/apply/order/graph.ts';
import type { Edge } from '../../../src/apply/plan.ts';
import { runGraph } from '../../../src/apply/schedule.ts';

const edge = (before: string, after: string, rest: Partial<Edge> = {}): Edge => ({ before, after, why: '', ...rest });

test('acyclic() drops an optional edge that would close a cycle, and keeps the others', () => {
  const optional = { optional: true };
  const edges = [edge('a', 'b', optional), edge('b', 'c'), edge('c', 'a'), edge('d', 'a', optional)];
  expect(acyclic(edges).map(({ before, after }) => `${before} ← ${after}`)).toEqual(['b ← c', 'c ← a', 'd ← a']);
});

test('acyclic() of two edges between the same objects keeps the stricter one', () => {
  expect(acyclic([edge('a', 'b', { until: 'applied' }), edge('a', 'b')])).toEqual([edge('a', 'b')]);
});

test('acyclic() names a cycle of required edges, however long', () => {
  const keys = Array.from({ length: 5_000 }, (_, index) => `n${index}`);
  const chain = keys.slice(1).map((key, index) => edge(key, keys[index] as string));
  expect(acyclic(chain)).toHaveLength(4_999);
  expect(() => acyclic([...chain, edge('n0', 'n4999')])).toThrow(/^Cannot order the objects: n\d+ needs n\d+/);
});

test('whatever the optional edges are, everything can be started', async () => {
  const key = fc.constantFrom(...'abcdefgh');
  const edges = fc.array(fc.record({ before: key, after: key, why: fc.constant(''), optional: fc.constant(true) }), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(edges, async (given) => {
      const started: string[] = [];
      const nodes = [...'abcdefgh'].map((name) => ({
        key: name,
        start: async () => started.push(name) > 0,
        settle: async () => true,
        skip: () => {},
      }));
      const kept = acyclic(given);
      await runGraph(nodes, kept, { settleAll: true, stopped: () => undefined });
      expect([...started].sort().join('')).toBe('abcdefgh');
      for (const { before, after } of kept) expect(started.indexOf(after)).toBeLessThan(started.indexOf(before));
    }),
  );
});
