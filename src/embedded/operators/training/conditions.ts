import type { JsonObject } from '../../../resource/index.ts';

type ConditionType = 'Created' | 'Running' | 'Restarting' | 'Suspended' | 'Succeeded' | 'Failed';

export interface Condition {
  type: ConditionType;
  status: 'True' | 'False';
  reason: string;
  message: string;
  lastUpdateTime: string;
  lastTransitionTime: string;
}

export interface ReplicaStatus {
  active?: number;
  succeeded?: number;
  failed?: number;
  selector?: string;
}

export interface JobStatus {
  conditions?: Condition[];
  replicaStatuses?: Record<string, ReplicaStatus>;
  startTime?: string;
  completionTime?: string;
}

export function statusOf(job: JsonObject): JobStatus {
  return structuredClone((job['status'] ?? {}) as unknown as JobStatus);
}

export function isTrue(status: JobStatus, type: ConditionType): boolean {
  return status.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}

export function isFinished(status: JobStatus): boolean {
  return isTrue(status, 'Succeeded') || isTrue(status, 'Failed');
}

/**
 * Adds a condition or changes it. The newest stands last, Running and Restarting exclude each other, and a job that has
 * ended no longer runs (`pkg/util/status.go` of the operator).
 */
export function setCondition(
  status: JobStatus,
  { type, status: truth, reason, message }: Omit<Condition, 'lastUpdateTime' | 'lastTransitionTime'>,
  time: string,
): void {
  const before = status.conditions?.find((condition) => condition.type === type);
  if (before?.status === truth && before.reason === reason) return;
  const excluded: Partial<Record<ConditionType, ConditionType>> = { Running: 'Restarting', Restarting: 'Running' };
  const ends = type === 'Succeeded' || type === 'Failed';
  const others = (status.conditions ?? [])
    .filter((condition) => condition.type !== type && condition.type !== excluded[type])
    .map((condition) =>
      ends && condition.type === 'Running' ? { ...condition, status: 'False' as const } : condition,
    );
  const lastTransitionTime = before?.status === truth ? before.lastTransitionTime : time;
  status.conditions = [...others, { type, status: truth, reason, message, lastUpdateTime: time, lastTransitionTime }];
}
