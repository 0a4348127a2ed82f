import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    programs: ['ghcr.io/kubeflow/notebooks/notebook-controller:v1.11.0'],
    definitions: ['notebooks/crd.yaml'],
  });
  await stage.create(await readFile(new URL('../../catalogue/samples/valid/notebook.yaml', import.meta.url), 'utf8'));
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const appears = (apiVersion: string, kind: string, name: string, wish = (_: Resource) => true) =>
  stage.until(
    [{ apiVersion, kind }],
    async () => {
      const { items } = await stage.cluster.list({ apiVersion, kind, namespace: 'default' });
      return items.find((item) => item.metadata.name === name && wish(item));
    },
    () => `${kind} ${name}`,
  );
const specOf = (object: Resource) =>
  object['spec'] as JsonObject & { template: { metadata: JsonObject; spec: JsonObject } };
const mainOf = (set: Resource) => (specOf(set).template.spec['containers'] as JsonObject[])[0] as JsonObject;

test('a notebook is a StatefulSet of one pod that serves under its prefix', async () => {
  const set = await appears('apps/v1', 'StatefulSet', 'lab');
  expect(set.metadata.ownerReferences).toMatchObject([
    { apiVersion: 'kubeflow.org/v1beta1', kind: 'Notebook', name: 'lab', controller: true },
  ]);
  expect(specOf(set)['replicas']).toBe(1);
  expect(specOf(set)['selector']).toEqual({ matchLabels: { statefulset: 'lab' } });
  expect(specOf(set).template.metadata).toEqual({
    labels: { statefulset: 'lab', 'notebook-name': 'lab', app: 'lab', 'access-ml-pipeline': 'true' },
  });
  expect(mainOf(set)).toMatchObject({
    name: 'lab',
    workingDir: '/home/jovyan',
    ports: [{ name: 'notebook-port', containerPort: 8888, protocol: 'TCP' }],
    env: [{ name: 'NB_PREFIX', value: '/notebook/default/lab' }],
    volumeMounts: [
      { name: 'dshm', mountPath: '/dev/shm' },
      { name: 'workspace', mountPath: '/home/jovyan' },
    ],
  });
  expect(specOf(set).template.spec['securityContext']).toEqual({ fsGroup: 100 });
});

test('its Service has port 80 before the first port of the first container', async () => {
  const service = await appears('v1', 'Service', 'lab');
  expect(service['spec']).toMatchObject({
    type: 'ClusterIP',
    selector: { statefulset: 'lab' },
    ports: [{ name: 'http-lab', port: 80, targetPort: 8888, protocol: 'TCP' }],
  });
});

test('a stopped notebook has no pod, and keeps the ports and the security that it names', async () => {
  const set = await appears('apps/v1', 'StatefulSet', 'r');
  expect(specOf(set)['replicas']).toBe(0);
  expect(specOf(set).template.metadata).toEqual({
    annotations: { 'kubeflow-resource-stopped': '2026-01-01T00:00:00Z' },
    labels: { statefulset: 'r', 'notebook-name': 'r' },
  });
  expect(specOf(set).template.spec['securityContext']).toMatchObject({ fsGroup: 100, seccompProfile: {} });
  const ref = { apiVersion: 'kubeflow.org/v1', kind: 'Notebook', name: 'r', namespace: 'default' };
  await stage.cluster.patch(ref, {
    type: 'merge',
    body: { metadata: { annotations: { 'kubeflow-resource-stopped': null } } },
  });
  await appears('apps/v1', 'StatefulSet', 'r', (changed) => specOf(changed)['replicas'] === 1);
});

test('shows the state of its container and says again what happens to its pod', async () => {
  const [pod] = await stage.create(`
    apiVersion: v1
    kind: Pod
    metadata: { name: lab-0, labels: { statefulset: lab, notebook-name: lab } }
    spec: { containers: [{ name: lab, image: "jupyter:1" }] }`);
  const state = { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } };
  const time = '2026-01-01T00:00:00Z';
  await stage.cluster.update(
    {
      ...(pod as Resource),
      status: {
        phase: 'Pending',
        conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: time }],
        containerStatuses: [{ name: 'lab', image: 'jupyter:1', imageID: '', ready: false, restartCount: 0, state }],
      },
    },
    { subresource: 'status' },
  );
  await stage.create(`
    apiVersion: v1
    kind: Event
    metadata: { name: lab-0.1 }
    involvedObject: { apiVersion: v1, kind: Pod, name: lab-0, namespace: default }
    type: Warning
    reason: Failed
    message: 'Failed to pull image "jupyter:1"'`);
  const shown = await appears(
    'kubeflow.org/v1',
    'Notebook',
    'lab',
    ({ status }) => JSON.stringify(status)?.includes('Pull') ?? false,
  );
  expect(shown['status']).toMatchObject({
    readyReplicas: 0,
    containerState: state,
    conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: time }],
  });
  const event = await stage.until(
    [{ apiVersion: 'v1', kind: 'Event' }],
    async () => {
      const { items } = await stage.cluster.list({ apiVersion: 'v1', kind: 'Event', namespace: 'default' });
      return items.find((item) => (item['involvedObject'] as JsonObject)['kind'] === 'Notebook');
    },
    () => 'an event',
  );
  expect(event).toMatchObject({
    type: 'Warning',
    reason: 'Failed',
    message: 'Reissued from pod/lab-0: Failed to pull image "jupyter:1"',
    involvedObject: { name: 'lab' },
  });
  expect(stage.errors).toEqual([]);
});
