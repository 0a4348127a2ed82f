import type { Resource } from '../../../resource/index.ts';
import type { TrainingJob } from './spec.ts';

const prefix = 'training.kubeflow.org';

/** What marks everything of one job. */
export function jobLabels({ kind, name }: TrainingJob): Record<string, string> {
  return { [`${prefix}/job-name`]: name, [`${prefix}/operator-name`]: componentOf(kind.kind) };
}

export function roleLabels(job: TrainingJob, role: string): Record<string, string> {
  return { ...jobLabels(job), [`${prefix}/replica-type`]: role.toLowerCase() };
}

export function placeLabels(job: TrainingJob, role: string, index: number): Record<string, string> {
  const own = roleLabels(job, role);
  return job.kind.single?.includes(role) ? own : { ...own, [`${prefix}/replica-index`]: String(index) };
}

/** On the pod by which a job is followed. */
export const masterLabel = { [`${prefix}/job-role`]: 'master' };

/** The voice of a kind's controller, and its name in labels. */
export function componentOf(kind: string): string {
  return `${kind.toLowerCase()}-controller`;
}

export function isOfRole(object: Resource, role: string): boolean {
  return object.metadata.labels?.[`${prefix}/replica-type`] === role.toLowerCase();
}

export function indexOf(object: Resource): number {
  return Number(object.metadata.labels?.[`${prefix}/replica-index`] ?? 0);
}

/** The labels of a role as a selector is written, keys in order. */
export function selectorOf(job: TrainingJob, role: string): string {
  return Object.entries(roleLabels(job, role))
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}
