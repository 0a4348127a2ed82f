import type { JsonObject } from '../../resource/index.ts';
import { ageSince, at, listAt, numberAt, textAt } from './format.ts';

const isTrue = (pod: JsonObject, type: string) =>
  listAt(pod, 'status.conditions').some((condition) => condition['type'] === type && condition['status'] === 'True');

/** The one word that says how a pod is: `Running`, `CrashLoopBackOff`, `Init:1/2`, `Completed`, `Terminating`. */
export function podStatus(pod: JsonObject): string {
  let reason = textAt(pod, 'status.reason') || textAt(pod, 'status.phase');
  if (listAt(pod, 'status.conditions').some((c) => c['type'] === 'PodScheduled' && c['reason'] === 'SchedulingGated'))
    reason = 'SchedulingGated';
  const initial = initStatus(pod);
  if (initial !== undefined && !isTrue(pod, 'Initialized')) reason = initial;
  else {
    let hasRunning = false;
    for (const container of listAt(pod, 'status.containerStatuses').toReversed()) {
      const state = stateOf(container);
      if (state !== undefined) reason = state;
      else if (container['ready'] === true && at(container, 'state.running') !== undefined) hasRunning = true;
    }
    if (reason === 'Completed' && hasRunning) reason = isTrue(pod, 'Ready') ? 'Running' : 'NotReady';
  }
  if (at(pod, 'metadata.deletionTimestamp') !== undefined) {
    if (textAt(pod, 'status.reason') === 'NodeLost') return 'Unknown';
    const phase = textAt(pod, 'status.phase');
    if (phase !== 'Failed' && phase !== 'Succeeded') return 'Terminating';
  }
  return reason;
}

function stateOf(container: JsonObject): string | undefined {
  const waiting = textAt(container, 'state.waiting.reason');
  if (waiting !== '') return waiting;
  const terminated = at(container, 'state.terminated');
  if (terminated === undefined) return undefined;
  const reason = textAt(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = numberAt(terminated, 'signal');
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${numberAt(terminated, 'exitCode')}`;
}

function initStatus(pod: JsonObject): string | undefined {
  const statuses = listAt(pod, 'status.initContainerStatuses');
  const specs = new Map(listAt(pod, 'spec.initContainers').map((container) => [container['name'], container]));
  for (const [index, container] of statuses.entries()) {
    const isSidecar = specs.get(container['name'])?.['restartPolicy'] === 'Always';
    if (isSidecar && container['started'] === true) continue;
    const terminated = at(container, 'state.terminated');
    if (terminated !== undefined) {
      if (numberAt(terminated, 'exitCode') === 0) continue;
      const reason = textAt(terminated, 'reason');
      const signal = numberAt(terminated, 'signal');
      return reason !== ''
        ? `Init:${reason}`
        : signal !== 0
          ? `Init:Signal:${signal}`
          : `Init:ExitCode:${numberAt(terminated, 'exitCode')}`;
    }
    const waiting = textAt(container, 'state.waiting.reason');
    if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${index}/${specs.size}`;
  }
  return undefined;
}

/** `1/2`: ready containers of all, restartable init containers among them. */
export function podReady(pod: JsonObject): string {
  const sidecars = listAt(pod, 'spec.initContainers').filter((c) => c['restartPolicy'] === 'Always');
  const names = new Set(sidecars.map((container) => container['name']));
  const statuses = [
    ...listAt(pod, 'status.containerStatuses'),
    ...listAt(pod, 'status.initContainerStatuses').filter((status) => names.has(status['name'])),
  ];
  const ready = statuses.filter((status) => status['ready'] === true).length;
  return `${ready}/${listAt(pod, 'spec.containers').length + sidecars.length}`;
}

/** `3 (5m ago)`. */
export function podRestarts(pod: JsonObject, now: Date): string {
  let restarts = 0;
  let last = '';
  for (const status of [...listAt(pod, 'status.initContainerStatuses'), ...listAt(pod, 'status.containerStatuses')]) {
    restarts += numberAt(status, 'restartCount');
    const finished = textAt(status, 'lastState.terminated.finishedAt');
    if (finished > last) last = finished;
  }
  return restarts > 0 && last !== '' ? `${restarts} (${ageSince(last, now)} ago)` : String(restarts);
}
