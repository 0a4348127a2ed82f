import type { Exit, Run } from './run.ts';
import type { ContainerStatus, Terminated } from './spec.ts';

/** The state of a container whose run has ended. */
export function terminatedBy(exit: Exit, run: Run, startedAt: string, finishedAt: string): Terminated {
  return {
    exitCode: exit.exitCode,
    ...(exit.signal === undefined ? {} : { signal: exit.signal }),
    reason: exit.reason ?? (exit.exitCode === 0 ? 'Completed' : 'Error'),
    ...(exit.message === undefined ? {} : { message: exit.message }),
    startedAt,
    finishedAt,
    containerID: run.id,
  };
}

/** The kubelet's words for a container of a pod that ended before the container could start. */
export const neverRan: Terminated = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
  startedAt: null,
  finishedAt: null,
  containerID: '',
};

/** The last state after the machine or this program went away in the middle: what ran has ended, nobody saw how. */
export function lastStateOf(before: ContainerStatus, now: string): ContainerStatus['lastState'] {
  const { running, terminated } = before.state;
  if (terminated !== undefined) return { terminated };
  if (running === undefined) return before.lastState ?? {};
  return {
    terminated: {
      exitCode: 255,
      reason: 'Unknown',
      startedAt: running.startedAt,
      finishedAt: now,
      containerID: before.containerID ?? '',
    },
  };
}
