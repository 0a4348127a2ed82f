import { canonical, type Resource } from '../../resource/index.ts';
import { adopt } from './adoption.ts';
import { itself, type MakeController } from './controller.ts';
import { wordsOf } from './events.ts';
import { splitKey } from './mirror.ts';
import { controllerKeys, controllerOf, isControlledBy } from './owner.ts';
import {
  availableIn,
  conditionOf,
  counters,
  isActive,
  isFinished,
  isReady,
  type PodTemplate,
  podFrom,
  timestamp,
} from './pod.ts';
import { selects } from './selector.ts';
import { startPods } from './slow-start.ts';
import { byWorth } from './worth.ts';

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

  async function createPods(set: Resource, spec: Spec, count: number): Promise<Error | undefined> {
    const failure = await startPods(
      Array.from({ length: count }, () => async () => {
        const pod = await mirrors.create(podFrom(set, spec.template));
        events(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
      }),
    );
    if (failure !== undefined) events(set, 'Warning', 'FailedCreate', `Error creating: ${wordsOf(failure)}`);
    return failure;
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
      message: wordsOf(failure),
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
