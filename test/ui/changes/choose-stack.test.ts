import { expect, test } from 'vitest';
import type { InventorySummary } from '../../../src/apply/index.ts';
import { chooseStack } from '../../../src/ui/changes/choose-stack.ts';
import { memoryScreen } from '../screen.ts';

const inventory = (stack: string, environment: string): InventorySummary => ({
  owner: { stack, environment },
  objects: 12,
  components: ['training'],
  revision: 1,
  updated: '2026-11-22T08:00:00Z',
});
const both = [inventory('churn', 'dev'), inventory('churn', 'test'), inventory('fraud', 'dev')];
const { signal } = new AbortController();
const choose = (inventories: InventorySummary[], named: { stack?: string; environment?: string }) =>
  chooseStack(memoryScreen(), inventories, named, 'kind-dev', signal);

test('the only stack that fits is the one', async () => {
  expect(await choose([both[0] as InventorySummary], {})).toEqual({ stack: 'churn', environment: 'dev' });
  expect(await choose(both, { stack: 'fraud' })).toEqual({ stack: 'fraud', environment: 'dev' });
  expect(await choose(both, { stack: 'churn', environment: 'test' })).toEqual({ stack: 'churn', environment: 'test' });
});

test('where several fit and nobody can choose, they are listed', async () => {
  await expect(choose(both, { environment: 'dev' })).rejects.toMatchObject({
    code: 'STACK_AMBIGUOUS',
    exit: 2,
    message: 'Cannot tell which stack is meant: kind-dev has 2',
    suggestions: ['name one: --stack churn -e dev', 'name one: --stack fraud -e dev'],
  });
});

test('where none fits, what is there is listed', async () => {
  await expect(choose(both.slice(0, 1), { stack: 'chrn', environment: 'dev' })).rejects.toMatchObject({
    code: 'NOT_INSTALLED',
    message: 'Cannot find chrn/dev: kind-dev has no record of it',
    suggestions: ['it has --stack churn -e dev'],
  });
  await expect(choose([], {})).rejects.toMatchObject({
    message: 'Cannot find a stack: kind-dev has no record of it',
  });
});
