import type { Resource } from '../../../resource/index.ts';
import { phaseOf } from '../../controllers/pod.ts';
import { indexOf } from './labels.ts';
import type { Role } from './spec.ts';

/** How many pods of a role run, are done, have failed. */
export interface Tally {
  active: number;
  succeeded: number;
  failed: number;
}

/** The state of all pods of a job by role, and of single places. */
export interface Counts {
  of(role: Role): Tally;
  /** Is the pod of this place done, with exit code 0? */
  isDone(role: Role, index: number): boolean;
}

export function countPods(podsOf: (role: Role) => readonly Resource[]): Counts {
  const inPhase = (role: Role, phase: string) => podsOf(role).filter((pod) => phaseOf(pod) === phase);
  return {
    of: (role) => ({
      active: inPhase(role, 'Running').length,
      succeeded: inPhase(role, 'Succeeded').length,
      failed: inPhase(role, 'Failed').length,
    }),
    isDone: (role, index) => inPhase(role, 'Succeeded').some((pod) => indexOf(pod) === index),
  };
}

interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: { terminated?: { exitCode: number } };
}

/** The exit code of a container that has ended. */
export function exitCodeOf(pod: Resource, container: string): number | undefined {
  return statusesOf(pod).find(({ name }) => name === container)?.state?.terminated?.exitCode;
}

export function restartsOf(pod: Resource): number {
  return statusesOf(pod).reduce((total, { restartCount = 0 }) => total + restartCount, 0);
}

function statusesOf(pod: Resource): ContainerStatus[] {
  const status = (pod['status'] ?? {}) as {
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
}
