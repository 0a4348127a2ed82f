import { expect, test } from 'vitest';
import type { Edge } from '../../src/apply/plan.ts';
import { type Node, runGraph } from '../../src/apply/schedule.ts';

function nodes(log: string[], names: string, fails: { start?: string; settle?: string } = {}): Node[] {
  return [...names].map((key) => ({
    key,
    start: async () => {
      log.push(`start ${key}`);
      return fails.start !== key;
    },
    settle: async () => {
      log.push(`settle ${key}`);
      return fails.settle !== key;
    },
    skip: (because) => log.push(`skip ${key} for ${because}`),
  }));
}

const edge = (text: string): Edge => {
  const [before = '', after = '', until] = text.split(' ');
  return { before, after, why: '', ...(until === undefined ? {} : { until: until as 'applied' }) };
};

const free = { settleAll: true, stopped: () => undefined };

test('a node starts when its own parents are done, a node of edges alone when all of its are', async () => {
  const log: string[] = [];
  const edges = ['b a', 'c set', 'set a', 'set b'].map(edge);
  expect(Object.fromEntries(await runGraph(nodes(log, 'cba'), edges, free))).toMatchObject({
    a: 'done',
    b: 'done',
    c: 'done',
    set: 'done',
  });
  expect(log).toEqual(['start a', 'settle a', 'start b', 'settle b', 'start c', 'settle c']);
});

test('what follows a failure is skipped with its reason, what does not goes on', async () => {
  const log: string[] = [];
  const outcomes = await runGraph(nodes(log, 'abcx', { settle: 'a' }), ['b a', 'c b'].map(edge), free);
  expect(Object.fromEntries(outcomes)).toEqual({ a: 'failed', b: 'skipped', c: 'skipped', x: 'done' });
  expect(log).toContain('skip b for a');
  expect(log).toContain('skip c for b');
});

test('an edge until applied does not wait for readiness', async () => {
  const log: string[] = [];
  const outcomes = await runGraph(nodes(log, 'ab', { settle: 'a' }), [edge('b a applied')], free);
  expect(Object.fromEntries(outcomes)).toEqual({ a: 'failed', b: 'done' });
});

test('without settleAll only what others need is waited for', async () => {
  const log: string[] = [];
  await runGraph(nodes(log, 'abc'), ['b a', 'c b applied'].map(edge), { ...free, settleAll: false });
  expect(log).toEqual(['start a', 'settle a', 'start b', 'start c']);
});

test('a bug in a node is thrown and leaves nobody waiting', async () => {
  const broken: Node = {
    key: 'a',
    start: () => Promise.reject(new TypeError('bug')),
    settle: async () => true,
    skip: () => {},
  };
  await expect(runGraph([broken, ...nodes([], 'b')], [edge('b a')], free)).rejects.toThrow('bug');
});
