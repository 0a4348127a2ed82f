import type { Resource } from '../../resource/index.ts';
import { isReady, phaseOf } from './pod.ts';

/** Which pod goes first: unscheduled, pending, not ready, cheap by `controller.kubernetes.io/pod-deletion-cost`, young. */
export function byWorth(one: Resource, other: Resource): number {
  const [left, right] = [worth(one), worth(other)];
  const differs = left.findIndex((value, index) => value !== right[index]);
  return differs < 0 ? 0 : (left[differs] ?? 0) - (right[differs] ?? 0);
}

function worth(pod: Resource): number[] {
  return [
    (pod['spec'] as { nodeName?: string }).nodeName === undefined ? 0 : 1,
    phaseOf(pod) === 'Pending' ? 0 : 1,
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0),
    -Date.parse(pod.metadata.creationTimestamp ?? ''),
  ];
}
