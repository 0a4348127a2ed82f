import type { Resource } from '../../../resource/index.ts';
import { isActive, phaseOf } from '../../controllers/pod.ts';
import type { JobStatus } from './conditions.ts';
import { restartsOf } from './counts.ts';
import { isOfRole } from './labels.ts';
import { sizeOf, type TrainingJob } from './spec.ts';

/** Why a job has to end although its pods might go on. */
export function exceeded(
  job: TrainingJob,
  status: JobStatus,
  pods: readonly Resource[],
  now: Date,
): string | undefined {
  if (isPastBackoff(job, status, pods))
    return `Job ${job.name} has failed because it has reached the specified backoff limit`;
  const left = deadlineIn(job, status, now);
  return left !== undefined && left <= 0
    ? `Job ${job.name} has failed because it was active longer than specified deadline`
    : undefined;
}

/** Milliseconds until the job may be active no longer. */
export function deadlineIn({ policy }: TrainingJob, { startTime }: JobStatus, now: Date): number | undefined {
  if (policy.activeDeadlineSeconds === undefined || startTime === undefined) return undefined;
  return Date.parse(startTime) + policy.activeDeadlineSeconds * 1000 - now.getTime();
}

/** Milliseconds until an ended job is to be deleted. */
export function removalIn({ policy }: TrainingJob, { completionTime }: JobStatus, now: Date): number | undefined {
  if (policy.ttlSecondsAfterFinished === undefined || completionTime === undefined) return undefined;
  return Date.parse(completionTime) + policy.ttlSecondsAfterFinished * 1000 - now.getTime();
}

/** Counts restarts in place of running pods; with a limit of 0, also the first pod that failed. */
function isPastBackoff(job: TrainingJob, status: JobStatus, pods: readonly Resource[]): boolean {
  const limit = job.policy.backoffLimit;
  if (limit === undefined) return false;
  const restarts = job.roles
    .filter(({ restartPolicy }) => restartPolicy !== 'Never')
    .flatMap(({ name }) => pods.filter((pod) => isOfRole(pod, name) && phaseOf(pod) === 'Running'))
    .reduce((total, pod) => total + restartsOf(pod), 0);
  if (limit === 0 ? restarts > 0 : restarts >= limit) return true;
  const known = Object.values(status.replicaStatuses ?? {}).reduce((total, { failed = 0 }) => total + failed, 0);
  const failed = pods.filter((pod) => phaseOf(pod) === 'Failed').length;
  return limit === 0 && failed > known && pods.filter(isActive).length !== sizeOf(job);
}
