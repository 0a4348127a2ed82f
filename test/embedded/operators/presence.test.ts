import { afterEach, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage?.[Symbol.asyncDispose]());

const image = 'ghcr.io/kubeflow/training-v1/training-operator:v1-3f15cb8';
const jax = (name: string, policy = '{}') => `
  apiVersion: kubeflow.org/v1
  kind: JAXJob
  metadata: { name: ${name} }
  spec:
    runPolicy: ${policy}
    jaxReplicaSpecs:
      Worker: { replicas: 2, template: { spec: { containers: [{ name: jax, image: "python:3" }] } } }`;
const pod = { apiVersion: 'v1', kind: 'Pod' };
const jobs = { apiVersion: 'kubeflow.org/v1', kind: 'JAXJob' };

const appears = (name: string) =>
  stage.until(
    [pod],
    async () => stage.get('v1', 'Pod', name, 'default').catch(() => undefined),
    () => name,
  );
const conditioned = (name: string, type: string) =>
  stage.until(
    [jobs],
    async () => {
      const { items } = await stage.cluster.list(jobs);
      const found = items.find(({ metadata }) => metadata.name === name);
      return conditionsOf(found).find((condition) => condition['type'] === type);
    },
    () => `${type} of ${name}`,
  );
const conditionsOf = (job: Resource | undefined) =>
  (job?.['status'] as { conditions?: JsonObject[] } | undefined)?.conditions ?? [];

test('a job waits until the operator’s program is there, and then gets the variables of its kind', async () => {
  stage = await openStage({ programs: [], definitions: ['training/crds.yaml'] });
  await stage.create(jax('early'));
  expect((await stage.cluster.list(pod)).items).toEqual([]);
  await stage.play('training-operator', image);
  const worker = await appears('early-worker-1');
  expect((worker['spec'] as { containers: JsonObject[] }).containers[0]).toMatchObject({
    ports: [{ name: 'jaxjob-port', containerPort: 6666 }],
    env: [
      { name: 'PYTHONUNBUFFERED', value: '1' },
      { name: 'COORDINATOR_PORT', value: '6666' },
      { name: 'COORDINATOR_ADDRESS', value: 'early-worker-0' },
      { name: 'NUM_PROCESSES', value: '2' },
      { name: 'PROCESS_ID', value: '1' },
    ],
  });
});

test('an operator starts with its kind and stops with it', async () => {
  stage = await openStage({ programs: [image], definitions: [] });
  const definitions = await stage.define('training/crds.yaml');
  await stage.create(jax('one'));
  await appears('one-worker-0');
  const definition = definitions.find(({ metadata }) => metadata.name === 'jaxjobs.kubeflow.org') as Resource;
  const ref = { ...definition, name: definition.metadata.name };
  await stage.cluster.delete(ref);
  const group = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  await stage.until(
    [group],
    async () =>
      (await stage.cluster.list(group)).items.some(({ metadata }) => metadata.name === ref.name) ? undefined : true,
    () => 'the definition to go',
  );
  await stage.create(`
    apiVersion: kubeflow.org/v1
    kind: TFJob
    metadata: { name: other }
    spec: { tfReplicaSpecs: { Worker: { replicas: 1, template: { spec: { containers: [{ name: tensorflow, image: "python:3" }] } } } } }`);
  await appears('other-worker-0');
});

test('a job that is active for too long fails, and one whose time is over is removed', async () => {
  stage = await openStage({ programs: [image], definitions: ['training/crds.yaml'] });
  await stage.create(jax('late', '{ activeDeadlineSeconds: 1, ttlSecondsAfterFinished: 1 }'));
  expect(await conditioned('late', 'Failed')).toMatchObject({
    reason: 'JAXJobFailed',
    message: 'Job late has failed because it was active longer than specified deadline',
  });
  await stage.until(
    [jobs],
    async () => ((await stage.cluster.list(jobs)).items.length === 0 ? true : undefined),
    () => 'removal',
  );
});

test('a job without the container of its kind fails with the reason', async () => {
  stage = await openStage({ programs: [image], definitions: ['training/crds.yaml'] });
  await stage.create(`
    apiVersion: kubeflow.org/v1
    kind: JAXJob
    metadata: { name: wrong }
    spec: { jaxReplicaSpecs: { Worker: { template: { spec: { containers: [{ name: other, image: "python:3" }] } } } } }`);
  expect(await conditioned('wrong', 'Failed')).toMatchObject({
    reason: 'JAXJobFailedValidation',
    message: 'JAXJob failed validation because JAXJobSpec is not valid: There is no container named jax in Worker',
  });
});

test('a webhook behind a played program locks nobody out', async () => {
  stage = await openStage({ programs: [], definitions: ['training/crds.yaml'] });
  await stage.create(`
    apiVersion: v1
    kind: Service
    metadata: { name: hook }
    spec: { selector: { app: hook }, ports: [{ port: 443 }] }
---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingWebhookConfiguration
    metadata: { name: hook }
    webhooks:
      - name: hook.example.org
        admissionReviewVersions: [v1]
        sideEffects: None
        clientConfig: { service: { name: hook, namespace: default } }
        rules: [{ apiGroups: [kubeflow.org], apiVersions: [v1], operations: [CREATE], resources: [jaxjobs] }]`);
  await expect(stage.create(jax('refused'))).rejects.toThrow('no endpoints available for service');
  await stage.create(`
    apiVersion: v1
    kind: Pod
    metadata: { name: hook, labels: { app: hook }, annotations: { slipway.dev/simulated: "true" } }
    spec: { containers: [{ name: hook, image: "hook:1" }] }`);
  expect(await stage.create(jax('accepted'))).toHaveLength(1);
});
