import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { ApplyEvent } from '../../../src/apply/index.ts';
import { show } from '../../../src/ui/changes/show.ts';
import { widthOf } from '../../../src/ui/width.ts';
import { memoryScreen } from '../screen.ts';
import { id, replay, resultOf } from './executions.ts';
import { change, planOf } from './plans.ts';

const { signal } = new AbortController();
const wait = 'ready';
const component = 'training';
const [crd, trainer, config] = [
  id('apiextensions.k8s.io/v1 CustomResourceDefinition trainjobs.trainer.kubeflow.org'),
  id('apps/v1 Deployment kubeflow/trainer'),
  id('v1 ConfigMap kubeflow/settings'),
];
const plan = planOf([
  change('create', 'apiextensions.k8s.io/v1 CustomResourceDefinition trainjobs.trainer.kubeflow.org', { component }),
  change('create', 'apps/v1 Deployment kubeflow/trainer', { component }),
  change('update', 'v1 ConfigMap kubeflow/settings', { component: 'serving' }),
]);
const events: ApplyEvent[] = [
  { at: 0, type: 'started', changes: 3, components: ['training', 'serving'] },
  { at: 12, type: 'applying', id: crd, component },
  { at: 80, type: 'applied', id: crd, component, action: 'created' },
  { at: 81, type: 'ready', id: crd, component },
  { at: 120, type: 'retrying', id: trainer, component, reason: 'the webhook does not answer', attempt: 1 },
  { at: 140, type: 'applied', id: trainer, component, action: 'created' },
  { at: 150, type: 'waiting', id: trainer, component, reason: 'container manager:\n  ErrImagePull: no such tag' },
  {
    at: 200,
    type: 'failed',
    id: config,
    component: 'serving',
    code: 'CONFLICT',
    message: 'held by kubectl',
    suggestions: ['--force-conflicts'],
  },
  { at: 1400, type: 'ready', id: trainer, component },
];
const result = resultOf({
  ok: false,
  created: 2,
  failed: 1,
  failures: [
    {
      id: config,
      component: 'serving',
      code: 'CONFLICT',
      message: 'held by kubectl',
      suggestions: ['take it: --force-conflicts'],
    },
  ],
});
const ending = `\
Failed: ConfigMap kubeflow/settings: held by kubectl (CONFLICT)
  - take it: --force-conflicts

Not done in 1.5s: 2 created, 1 failed.
`;

test('without a terminal what happens is told in lines, and the failures come again at the end', async () => {
  const screen = memoryScreen();
  expect(await show(screen, replay(events, result), { format: 'text', plan, signal, wait })).toBe(result);
  expect(screen.stdout()).toBe(`\
   0.0s  started   3 changes in training, serving
   0.1s  created   CustomResourceDefinition trainjobs.trainer.kubeflow.org
   0.1s  retrying  Deployment kubeflow/trainer: the webhook does not answer, trying again (1)
   0.1s  created   Deployment kubeflow/trainer
   0.1s  waiting   Deployment kubeflow/trainer: container manager: ErrImagePull: no such tag
   0.2s  failed    ConfigMap kubeflow/settings: held by kubectl
   1.4s  ready     Deployment kubeflow/trainer
${ending}`);
  expect(screen.stderr()).toBe('');
});

test('with -o ndjson every event is a document on stdout, and the result is the last one', async () => {
  const screen = memoryScreen();
  await show(screen, replay(events, result), { format: 'ndjson', plan, signal, wait });
  const documents = screen
    .stdout()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(documents.map(({ apiVersion, kind, type }) => [apiVersion, kind, type])).toEqual([
    ...events.map(({ type }) => ['slipway.dev/v1alpha1', 'ApplyEvent', type]),
    ['slipway.dev/v1alpha1', 'ApplyResult', undefined],
  ]);
  expect(documents[2]).toEqual({
    apiVersion: 'slipway.dev/v1alpha1',
    kind: 'ApplyEvent',
    at: 80,
    type: 'applied',
    id: crd,
    component,
    action: 'created',
  });
  expect(screen.stderr()).toBe('');
});

test('with -o json stdout has the result alone, and stderr is left to errors', async () => {
  const screen = memoryScreen();
  await show(screen, replay(events, result), { format: 'json', plan, signal, wait });
  expect(JSON.parse(screen.stdout())).toEqual({ apiVersion: 'slipway.dev/v1alpha1', kind: 'ApplyResult', ...result });
  expect(screen.stderr()).toBe('');
});

test('what the cluster says cannot drive the terminal or leak credentials', async () => {
  const screen = memoryScreen();
  const reason = 'pull \u001b[2Jhttps://me:hunter2@registry/x';
  const nasty: ApplyEvent[] = [{ at: 5, type: 'waiting', id: trainer, reason }];
  await show(screen, replay(nasty, resultOf()), { format: 'text', plan, signal, wait });
  expect(screen.stdout()).toContain('waiting   Deployment kubeflow/trainer: pull https://***@registry/x\n');
});

test('on a terminal of 80 columns one line a component moves, then stays as the outcome', async () => {
  const screen = memoryScreen({ columns: 80 });
  // Each event waits until the screen shows what the events before it led to.
  const shown = (text: string) => expect.poll(() => screen.stderr(), { interval: 10 }).toContain(text);
  const running = replay(events, result, async ({ type }) => {
    if (type === 'failed') await shown('trainer: container manager: ErrImagePull: no such tag');
    if (type === 'ready') await shown('training');
  });
  await show(screen, running, { format: 'text', plan, signal, wait });
  expect(screen.stdout()).toBe(ending);
  const frames = stripVTControlCharacters(screen.stderr()).split(/[\r\n]+/);
  expect(Math.max(...frames.map(widthOf))).toBeLessThanOrEqual(80);
  expect(frames).toContainEqual(expect.stringMatching(/^. training {2}waiting {6}1\/2 +0s/));
  const [last, beforeLast] = frames.filter((line) => line !== '').toReversed();
  expect(beforeLast).toMatch(/^✔ training {2}done {9}2\/2 +1s$/);
  expect(last).toMatch(/^✖ serving {3}failed {7}0\/1 +0s$/);
  expect(screen.stderr().endsWith('\u001b[?25h')).toBe(true);
});

test('an execution that throws leaves the cursor visible and lets the error through', async () => {
  const screen = memoryScreen({ columns: 80 });
  const breaking = replay(events.slice(0, 3), result, async ({ type }) => {
    if (type === 'applied') throw new Error('the connection is gone');
  });
  await expect(show(screen, breaking, { format: 'text', plan, signal, wait })).rejects.toThrow(
    'the connection is gone',
  );
  expect(screen.stderr().endsWith('\u001b[?25h')).toBe(true);
});

test('once it is interrupted, what is not over says that it stopped, and how to go on', async () => {
  const screen = memoryScreen({ columns: 80 });
  const interrupt = new AbortController();
  const stopping = replay(events.slice(0, 4), result, async ({ type }) => {
    if (type !== 'ready') return;
    interrupt.abort(new Error('interrupted'));
    throw interrupt.signal.reason;
  });
  const showing = show(screen, stopping, { format: 'text', plan, signal: interrupt.signal, wait });
  await expect(showing).rejects.toThrow('interrupted');
  const text = stripVTControlCharacters(screen.stderr());
  expect(text).toMatch(/✖ training {2}stopped {6}0\/2/);
  expect(text).toMatch(/\n1 of 3 objects are done; the same command goes on\.\n$/);
});

test('an execution that has nothing to do shows nothing but its result', async () => {
  const screen = memoryScreen({ columns: 80 });
  const idle: ApplyEvent[] = [
    { at: 0, type: 'started', changes: 0, components: [] },
    { at: 1, type: 'applied', id: trainer, component, action: 'unchanged' },
  ];
  const same = planOf([change('unchanged', 'apps/v1 Deployment kubeflow/trainer', { component })]);
  const nothing = resultOf({ unchanged: 1, duration: 20 });
  await show(screen, replay(idle, nothing), { format: 'text', plan: same, signal, wait });
  expect([screen.stdout(), screen.stderr()]).toEqual(['Done in 0.0s: 1 unchanged.\n', '']);
});

test('what is waited for beside the plan has a line too', async () => {
  const screen = memoryScreen({ columns: 80 });
  const lease = id('coordination.k8s.io/v1 Lease slipway-system/churn.dev');
  const busy = [0, 1].map(
    (at): ApplyEvent => ({ at, type: 'waiting', id: lease, reason: 'another run is changing the same stack' }),
  );
  const running = replay(busy, resultOf(), async ({ at }) => {
    if (at === 1) {
      await expect
        .poll(() => stripVTControlCharacters(screen.stderr()), { interval: 10 })
        .toMatch(/. record {2}waiting {6}0\/1 +0s\n {2}› churn\.dev: another run is changing the same stack\n/);
    }
  });
  await show(screen, running, { format: 'text', plan: planOf([]), signal, wait });
  expect(stripVTControlCharacters(screen.stderr())).toMatch(/✔ record {2}done {9}1\/1 +\ds\n$/);
});

test('where readiness is not waited for, an object is over once it is applied', async () => {
  const screen = memoryScreen({ columns: 80 });
  const quick = replay(events.slice(0, 3), resultOf(), async () => {});
  const one = planOf([
    change('create', 'apiextensions.k8s.io/v1 CustomResourceDefinition trainjobs.trainer.kubeflow.org', { component }),
  ]);
  await show(screen, quick, { format: 'text', plan: one, signal, wait: 'applied' });
  expect(stripVTControlCharacters(screen.stderr())).toMatch(/✔ training {2}done {9}1\/1 +0s\n$/);
});
