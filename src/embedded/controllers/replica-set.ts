import type { Resource } from '../../resource/index.ts';
import { adopt } from './adoption.ts';
import { itself, type MakeController } from './controller.ts';
import { splitKey } from './mirror.ts';
import { controllerKeys, controllerOf, isControlledBy } from './owner.ts';
import {
  availableIn,
  canonical,
  conditionOf,
  counters,
  isActive,
  isFinished,
  isReady,
  type PodTemplate,
  phaseOf,
  podFrom,
  timestamp,
} from './pod.ts';
import { selects } from './selector.ts';

interface Spec {
  replicas?: number;
  minReadySeconds?: number;
  template: PodTemplate;
  selector: { matchLabels?: Record<string, string> };
}

/** Pods created or deleted in one go: the real controller's burst. */
const burst = 500;

/** Keeps so many pods as a ReplicaSet asks for (https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/). */
export const replicaSet: MakeController = ({ mirrors, recorder, now }) => {
  const events = recorder('replicaset-controller');
  const sets = mirrors.of('apps/v1', 'ReplicaSet');
  const pods = mirrors.of('v1', 'Pod');

  async function reconcile(key: string): Promise<number | undefined> {
    const { namespace, name } = splitKey(key);
    const set = sets.get(namespace, name);
    if (set === undefined) return undefined;
    const spec = set['spec'] as unknown as Spec;
    const owned = await adopt(mirrors, set, spec.selector, pods.inNamespace(namespace).filter(isActive));
    const failure = set.metadata.deletionTimestamp === undefined ? await scale(set, spec, owned) : undefined;
    const again = await updateStatus(set, spec, failure);
    if (failure !== undefined) throw failure;
    return again;
  }

  async function scale(set: Resource, spec: Spec, owned: readonly Resource[]): Promise<Error | undefined> {
    const missing = (spec.replicas ?? 1) - owned.length;
    if (missing > 0) return createPods(set, spec, Math.min(missing, burst));
    const doomed = [...owned].sort(byWorth).slice(0, Math.min(-missing, burst));
    await Promise.all(
      doomed.map(async (pod) => {
        await mirrors.delete(pod);
        events(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
      }),
    );
    return undefined;
  }

  /** In growing batches, so that a quota or a webhook that refuses one pod is not asked five hundred times. */
  async function createPods(set: Resource, spec: Spec, count: number): Promise<Error | undefined> {
    for (let done = 0, batch = 1; done < count; done += batch, batch = Math.min(batch * 2, count - done)) {
      const results = await Promise.allSettled(
        Array.from({ length: Math.min(batch, count - done) }, () => mirrors.create(podFrom(set, spec.template))),
      );
      for (const result of results) {
        if (result.status === 'fulfilled') {
          events(set, 'Normal', 'SuccessfulCreate', `Created pod: ${result.value.metadata.name}`);
        }
      }
      const failure = results.find((result) => result.status === 'rejected')?.reason as Error | undefined;
      if (failure === undefined) continue;
      events(set, 'Warning', 'FailedCreate', `Error creating: ${failure.message}`);
      return failure;
    }
    return undefined;
  }

  async function updateStatus(set: Resource, spec: Spec, failure: Error | undefined): Promise<number | undefined> {
    const mine = pods.ownedBy(set.metadata.uid ?? '').filter((pod) => isControlledBy(pod, set));
    const live = mine.filter(isActive);
    const waits = live.map((pod) => availableIn(pod, spec.minReadySeconds ?? 0, now()));
    const labels = Object.entries(spec.template.metadata?.labels ?? {});
    const fresh = sets.get(set.metadata.namespace, set.metadata.name) ?? set;
    await writeStatus(fresh, {
      replicas: live.length,
      ...counters({
        fullyLabeledReplicas: live.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value))
          .length,
        readyReplicas: live.filter(isReady).length,
        availableReplicas: waits.filter((wait) => wait === 0).length,
      }),
      terminatingReplicas: mine.filter((pod) => !isFinished(pod) && pod.metadata.deletionTimestamp !== undefined)
        .length,
      observedGeneration: set.metadata.generation ?? 1,
      ...(failure === undefined ? {} : { conditions: [failed(fresh, failure)] }),
    });
    const pending = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
    return pending.length === 0 ? undefined : Math.min(...pending);
  }

  function failed(set: Resource, failure: Error) {
    const before = conditionOf(set, 'ReplicaFailure');
    const lastTransitionTime = before?.lastTransitionTime ?? timestamp(now());
    return {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: failure.message,
      lastTransitionTime,
    };
  }

  async function writeStatus(set: Resource, status: object): Promise<void> {
    if (canonical(set['status']) === canonical(status as never)) return;
    await mirrors.updateStatus({ ...set, status: status as never });
  }

  return {
    name: 'replicaset-controller',
    watches: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', keys: itself },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        keys: (pod, before) => [...controllerKeys('ReplicaSet', pod, before), ...orphanKeys(pod)],
      },
    ],
    reconcile,
  };

  /** A pod without a controller may belong to any set that selects it. */
  function orphanKeys(pod: Resource | undefined): string[] {
    if (pod === undefined || controllerOf(pod) !== undefined) return [];
    return sets
      .inNamespace(pod.metadata.namespace)
      .filter((set) => selects((set['spec'] as unknown as Spec).selector, pod.metadata.labels))
      .map((set) => `${set.metadata.namespace}/${set.metadata.name}`);
  }
};

/** Which pod goes first: unscheduled, pending, not ready, cheap by `controller.kubernetes.io/pod-deletion-cost`, young. */
function byWorth(one: Resource, other: Resource): number {
  const worth = (pod: Resource) => [
    (pod['spec'] as { nodeName?: string }).nodeName === undefined ? 0 : 1,
    phaseOf(pod) === 'Pending' ? 0 : 1,
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0),
    -Date.parse(pod.metadata.creationTimestamp ?? ''),
  ];
  const [left, right] = [worth(one), worth(other)];
  const differs = left.findIndex((value, index) => value !== right[index]);
  return differs < 0 ? 0 : left[differs]! - right[differs]!;
}
