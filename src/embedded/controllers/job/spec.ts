import type { JsonObject, Resource } from '../../../resource/index.ts';
import { conditionOf, type PodTemplate, phaseOf } from '../pod.ts';

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
export const indexKey = 'batch.kubernetes.io/job-completion-index';

export interface FailureRule extends JsonObject {
  action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  onExitCodes?: { containerName?: string; operator: 'In' | 'NotIn'; values: number[] };
  onPodConditions?: { type: string; status?: string }[];
}

export interface JobSpec {
  parallelism?: number;
  completions?: number;
  completionMode?: string;
  backoffLimit?: number;
  backoffLimitPerIndex?: number;
  maxFailedIndexes?: number;
  activeDeadlineSeconds?: number;
  ttlSecondsAfterFinished?: number;
  suspend?: boolean;
  managedBy?: string;
  podReplacementPolicy?: string;
  podFailurePolicy?: { rules: FailureRule[] };
  successPolicy?: { rules: { succeededIndexes?: string; succeededCount?: number }[] };
  selector: JsonObject;
  template: PodTemplate;
}

export interface JobStatus {
  startTime?: string;
  active?: number;
  succeeded?: number;
  failed?: number;
  completedIndexes?: string;
  failedIndexes?: string;
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] };
  conditions?: JobCondition[];
}

export interface JobCondition extends JsonObject {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export const specOf = (job: Resource) => job['spec'] as unknown as JobSpec;
export const statusOf = (job: Resource) => (job['status'] ?? {}) as unknown as JobStatus;
export const isIndexed = (spec: JobSpec) => spec.completionMode === 'Indexed';

/** `Complete` or `Failed`, once all is over. */
export function finishOf(job: Resource): JobCondition | undefined {
  const found = conditionOf(job, 'Complete') ?? conditionOf(job, 'Failed');
  return found?.status === 'True' ? (found as JobCondition) : undefined;
}

/** With this policy a pod is replaced when it has ended, not already when it is told to end. */
export function waitsForEnd(spec: JobSpec): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
}

/** A pod that was deleted counts as a failure, for it may never get the chance to say how it ended. */
export function hasFailed(pod: Resource, spec: JobSpec): boolean {
  if (phaseOf(pod) === 'Failed') return true;
  return !waitsForEnd(spec) && pod.metadata.deletionTimestamp !== undefined && phaseOf(pod) !== 'Succeeded';
}

export function indexOf(pod: Resource): number | undefined {
  const text = pod.metadata.annotations?.[indexKey];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
