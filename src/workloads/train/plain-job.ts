import type { JsonObject, Resource } from '../../resource/index.ts';
import { defined } from '../defined.ts';
import { trainingImages } from '../images.ts';
import { metadata, podSpec } from '../pod.ts';
import type { TrainSpec } from './spec.ts';
import { type Shipped, start } from './start.ts';
import { podMetadata } from './training-job.ts';

/** A plain Python program: a Job of Kubernetes with one pod, which no operator has to be there for. */
export function plainJob(spec: TrainSpec, shipped: Shipped): Resource {
  const pod = podSpec(
    spec,
    { name: 'main', image: spec.image ?? trainingImages['python'], ...start(spec, shipped) },
    defined({ restartPolicy: spec.restart ?? 'Never', priorityClassName: spec.priority }),
  );
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(spec, 'train', {
      labels: spec.queue === undefined ? {} : { 'kueue.x-k8s.io/queue-name': spec.queue },
    }),
    spec: defined({
      backoffLimit: spec.retries ?? 0,
      activeDeadlineSeconds: spec.deadlineSeconds,
      ttlSecondsAfterFinished: spec.ttlSeconds,
      suspend: spec.suspend ? true : undefined,
      template: { metadata: podMetadata(spec), spec: pod } as JsonObject,
    }),
  };
}
