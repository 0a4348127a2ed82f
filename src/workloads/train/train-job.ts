import type { JsonObject, Resource } from '../../resource/index.ts';
import { defined } from '../defined.ts';
import { container, environment, metadata, podSpec, resources } from '../pod.ts';
import { runtimes, type TrainSpec } from './spec.ts';
import { type Shipped, start } from './start.ts';
import { podMetadata } from './training-job.ts';

/** Names the author of a patch of the runtime. */
const manager = 'slipway.dev/cli';

/** A TrainJob of the trainer (v2.2): what it cannot say itself is a patch of the runtime's container `node`. */
export function trainJob(spec: TrainSpec, shipped: Shipped): Resource {
  const begin = start(spec, shipped);
  const part = { name: 'node', ...begin };
  const whole = container(spec, part);
  const pod = podSpec(spec, part);
  const patch = defined({
    ...(Object.fromEntries(patchable.map((key) => [key, pod[key]])) as JsonObject),
    containers: [defined({ name: 'node', volumeMounts: whole['volumeMounts'] })],
  });
  const replicatedJobs = [
    { name: 'node', template: { spec: { template: { metadata: podMetadata(spec), spec: patch } } } },
  ];
  return {
    apiVersion: 'trainer.kubeflow.org/v1alpha1',
    kind: 'TrainJob',
    metadata: metadata(spec, 'train', {
      labels: spec.queue === undefined ? {} : { 'kueue.x-k8s.io/queue-name': spec.queue },
    }),
    spec: defined({
      runtimeRef: { name: spec.runtime ?? runtimes[spec.framework] ?? '' },
      suspend: spec.suspend ? true : undefined,
      activeDeadlineSeconds: spec.deadlineSeconds,
      trainer: defined({
        image: spec.image,
        command: begin.command,
        args: begin.args,
        env: environment({ ...begin.env, ...spec.env }),
        numNodes: spec.workers,
        numProcPerNode: spec.processesPerNode,
        resourcesPerNode: resources(spec),
      }),
      runtimePatches: [{ manager, trainingRuntimeSpec: { template: { spec: { replicatedJobs } } } }],
    }),
  };
}

/** The fields of a PodSpec that a patch of a runtime may hold. */
const patchable = ['serviceAccountName', 'volumes', 'imagePullSecrets', 'nodeSelector', 'affinity', 'tolerations'];
