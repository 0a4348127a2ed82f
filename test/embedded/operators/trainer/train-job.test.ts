import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOperators } from '../../../../src/embedded/operators/index.ts';
import type { JsonObject, Resource } from '../../../../src/resource/index.ts';
import { type Bed, makeBed } from '../../node/bed.ts';

let bed: Bed;
let done: Promise<void>;
const stopping = new AbortController();
const errors: string[] = [];

const definition = (group: string, version: string, kind: string, plural: string, scope: string) => `
  apiVersion: apiextensions.k8s.io/v1
  kind: CustomResourceDefinition
  metadata: { name: ${plural}.${group} }
  spec:
    group: ${group}
    scope: ${scope}
    names: { kind: ${kind}, plural: ${plural}, singular: ${kind.toLowerCase()} }
    versions:
      - name: ${version}
        served: true
        storage: true
        subresources: { status: {} }
        schema:
          openAPIV3Schema:
            type: object
            properties:
              spec: { type: object, x-kubernetes-preserve-unknown-fields: true }
              status: { type: object, x-kubernetes-preserve-unknown-fields: true }`;

beforeAll(async () => {
  bed = await makeBed({ controllers: true });
  const operators = startOperators(bed.cluster, {
    signal: stopping.signal,
    onError: (operator, key, error) => errors.push(`${operator} ${key}: ${String(error)}`),
  });
  done = operators.done;
  const trainer = 'trainer.kubeflow.org';
  for (const text of [
    definition('jobset.x-k8s.io', 'v1alpha2', 'JobSet', 'jobsets', 'Namespaced'),
    definition(trainer, 'v1alpha1', 'TrainingRuntime', 'trainingruntimes', 'Namespaced'),
    definition(trainer, 'v1alpha1', 'ClusterTrainingRuntime', 'clustertrainingruntimes', 'Cluster'),
    definition(trainer, 'v1alpha1', 'TrainJob', 'trainjobs', 'Namespaced'),
  ])
    await bed.create(text);
  await bed.create(`
    apiVersion: v1
    kind: Pod
    metadata: { name: trainer }
    spec:
      containers:
        - { name: manager, image: "ghcr.io/kubeflow/trainer/trainer-controller-manager:v2.2.0" }
---
    apiVersion: v1
    kind: Pod
    metadata: { name: jobset }
    spec: { containers: [{ name: manager, image: "registry.k8s.io/jobset/jobset:v0.11.0" }] }
---
    apiVersion: trainer.kubeflow.org/v1alpha1
    kind: ClusterTrainingRuntime
    metadata: { name: torch-distributed }
    spec:
      mlPolicy: { numNodes: 1, torch: {} }
      template:
        spec:
          replicatedJobs:
            - name: node
              template:
                metadata: { labels: { trainer.kubeflow.org/trainjob-ancestor-step: trainer } }
                spec:
                  template: { spec: { containers: [{ name: node, image: "python:3" }] } }`);
}, 60_000);
afterAll(async () => {
  stopping.abort();
  await done;
  await bed?.[Symbol.asyncDispose]();
}, 60_000);

const script =
  'import os; print(*(f"{key}={os.environ[key]}" for key in sorted(os.environ) if key.startswith("PET_")), sep="\\n")';

test('a run of a runtime is a JobSet of one indexed Job, whose pods know their rank', { timeout: 60_000 }, async () => {
  await bed.create(`
    apiVersion: trainer.kubeflow.org/v1alpha1
    kind: TrainJob
    metadata: { name: ranks }
    spec:
      runtimeRef: { name: torch-distributed }
      trainer: { numNodes: 2, numProcPerNode: 3, command: [python3, -c, ${JSON.stringify(script)}] }`);
  const job = await ended('ranks');
  expect(conditionsOf(job)).toEqual(['Complete AllJobsCompleted: jobset completed successfully']);
  expect((job['status'] as JsonObject)['jobsStatus']).toEqual([
    { name: 'node', ready: 0, succeeded: 1, failed: 0, active: 0, suspended: 0 },
  ]);
  const { items } = await bed.cluster.list(
    { apiVersion: 'v1', kind: 'Pod', namespace: 'default' },
    { labelSelector: 'jobset.sigs.k8s.io/jobset-name=ranks,jobset.sigs.k8s.io/replicatedjob-name=node' },
  );
  const names = items.map(({ metadata }) => metadata.name).sort();
  expect(names.map((name) => name.replace(/-\w{5}$/, ''))).toEqual(['ranks-node-0-0', 'ranks-node-0-1']);
  expect(await bed.logs(names[1] as string, 'node')).toBe(
    [
      'PET_MASTER_ADDR=ranks-node-0-0.ranks',
      'PET_MASTER_PORT=29500',
      'PET_NNODES=2',
      'PET_NODE_RANK=1',
      'PET_NPROC_PER_NODE=3',
      '',
    ].join('\n'),
  );
  const service = await bed.cluster.get({ apiVersion: 'v1', kind: 'Service', name: 'ranks', namespace: 'default' });
  expect(service['spec']).toMatchObject({ clusterIP: 'None', selector: { 'jobset.sigs.k8s.io/jobset-name': 'ranks' } });
  expect(errors).toEqual([]);
});

test('a runtime that is not there fails the run', async () => {
  await bed.create(`
    apiVersion: trainer.kubeflow.org/v1alpha1
    kind: TrainJob
    metadata: { name: lost }
    spec: { runtimeRef: { name: no-such-runtime } }`);
  const [condition] = conditionsOf(await ended('lost'));
  expect(condition).toContain('Failed TrainingRuntimeNotSupported');
});

test('a script that fails, fails the run with the reason of the set', { timeout: 60_000 }, async () => {
  await bed.create(`
    apiVersion: trainer.kubeflow.org/v1alpha1
    kind: TrainingRuntime
    metadata: { name: once }
    spec:
      template:
        spec:
          replicatedJobs:
            - name: node
              template:
                metadata: { labels: { trainer.kubeflow.org/trainjob-ancestor-step: trainer } }
                spec:
                  backoffLimit: 0
                  template: { spec: { restartPolicy: Never, containers: [{ name: node, image: "python:3" }] } }
---
    apiVersion: trainer.kubeflow.org/v1alpha1
    kind: TrainJob
    metadata: { name: broken }
    spec:
      runtimeRef: { kind: TrainingRuntime, name: once }
      trainer: { command: [python3, -c, "raise SystemExit(3)"] }`);
  expect(conditionsOf(await ended('broken'))).toEqual([
    'Failed FailedJobs: jobset failed due to one or more job failures (first failed job: broken-node-0)',
  ]);
});

const conditionsOf = (job: Resource) =>
  ((job['status'] as { conditions?: JsonObject[] } | undefined)?.conditions ?? [])
    .filter(({ status }) => status === 'True')
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);

async function ended(name: string): Promise<Resource> {
  const watching = new AbortController();
  const signal = AbortSignal.any([watching.signal, AbortSignal.timeout(40_000)]);
  const target = { apiVersion: 'trainer.kubeflow.org/v1alpha1', kind: 'TrainJob' };
  let last: Resource | undefined;
  try {
    for await (const event of bed.cluster.watch(target, { signal })) {
      const jobs = event.type === 'RELISTED' ? event.items : event.type === 'BOOKMARK' ? [] : [event.object];
      last = jobs.find(({ metadata }) => metadata.name === name) ?? last;
      if (last !== undefined && conditionsOf(last).length > 0) return last;
    }
  } finally {
    watching.abort();
  }
  throw new Error(`${name} did not end: ${JSON.stringify(last)} ${errors.join('; ')} ${bed.errors.join('; ')}`);
}
