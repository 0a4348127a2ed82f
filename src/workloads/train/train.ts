import type { Resource } from '../../resource/index.ts';
import { claim } from '../pod.ts';
import { plainJob } from './plain-job.ts';
import type { TrainSpec } from './spec.ts';
import type { Shipped } from './start.ts';
import { trainJob } from './train-job.ts';
import { jobKinds, trainingJob } from './training-job.ts';

/** The kind a spec becomes, before anything is made. */
export function trainTarget({ api, framework }: Pick<TrainSpec, 'api' | 'framework'>): {
  apiVersion: string;
  kind: string;
} {
  if (api === 'v2') return { apiVersion: 'trainer.kubeflow.org/v1alpha1', kind: 'TrainJob' };
  if (framework === 'python') return { apiVersion: 'batch/v1', kind: 'Job' };
  return { apiVersion: 'kubeflow.org/v1', kind: jobKinds[framework].kind };
}

/** The claim of the output, if one is asked for, and the job. */
export function train(spec: TrainSpec, shipped: Shipped = {}): Resource[] {
  return [
    ...(spec.output === undefined ? [] : [claim(spec, 'train', { ...spec.output, name: spec.output.claim })]),
    job(spec, shipped),
  ];
}

function job(spec: TrainSpec, shipped: Shipped): Resource {
  const { framework } = spec;
  if (spec.api === 'v2') return trainJob(spec, shipped);
  return framework === 'python' ? plainJob(spec, shipped) : trainingJob({ ...spec, framework }, shipped);
}
