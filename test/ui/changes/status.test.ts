import { expect, test } from 'vitest';
import type { ObjectStatus, Status } from '../../../src/apply/index.ts';
import { formatStatus } from '../../../src/ui/changes/status.ts';
import { memoryScreen } from '../screen.ts';
import { id } from './executions.ts';

const now = new Date('2026-11-22T12:00:00Z');
const one = (text: string, rest: Partial<ObjectStatus> = {}): ObjectStatus => ({
  id: id(text),
  state: 'ready',
  created: '2026-11-22T11:58:30Z',
  ...rest,
});
const component = (name: string, objects: ObjectStatus[]) => ({
  name,
  ready: objects.filter(({ state }) => state === 'ready').length,
  total: objects.length,
  objects,
});
const status: Status = {
  owner: { stack: 'churn', environment: 'dev' },
  installed: true,
  ready: false,
  components: [
    component('notebooks', [
      one('v1 ConfigMap kubeflow/settings', { created: '2026-11-19T12:00:00Z' }),
      one('apps/v1 Deployment kubeflow/notebooks', { simulated: true }),
    ]),
    component('training', [
      one('v1 Namespace kubeflow'),
      one('apps/v1 Deployment kubeflow/trainer', { state: 'waiting', reason: 'container manager:\nErrImagePull' }),
      one('v1 Secret kubeflow/login', { state: 'missing' }),
    ]),
  ],
};

test('a line a component, then what is not ready with its cause', () => {
  expect(formatStatus(status, memoryScreen({ columns: 80 }).data, { now })).toBe(`\
COMPONENT  STATE    READY  AGE
notebooks  ready    2/2    3d     1 simulated
training   missing  1/3    1m30s

waiting  Deployment kubeflow/trainer: container manager: ErrImagePull
missing  Secret kubeflow/login

Not ready: 3 of 5 objects.
`);
});

test('with all, the objects that are ready are listed too', () => {
  const ready = { ...status, ready: true, components: status.components.slice(0, 1) };
  expect(formatStatus(ready, memoryScreen().data, { now, all: true })).toBe(`\
COMPONENT  STATE  READY  AGE
notebooks  ready  2/2    3d   1 simulated

ready    ConfigMap kubeflow/settings
ready    Deployment kubeflow/notebooks: simulated

Ready: 2 objects.
`);
});
