import type { JsonObject, Resource } from '../../resource/index.ts';
import { itself, type MakeController } from './controller.ts';
import { keyOf, splitKey } from './mirror.ts';
import { isFinished, timestamp } from './pod.ts';

/** A node that is missing may be registered again: its pods wait so long, as with the real controller. */
const quarantine = 40_000;

/**
 * Removes pods that nobody else will: those of nodes that are gone, and those that were deleted before they had a node
 * (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection).
 */
export const podGarbage: MakeController = ({ mirrors, now }) => {
  const pods = mirrors.of('v1', 'Pod');
  const nodes = mirrors.of('v1', 'Node');
  const missing = new Map<string, number>();

  async function reconcile(key: string): Promise<number | undefined> {
    const { namespace, name } = splitKey(key);
    const pod = pods.get(namespace, name);
    if (pod === undefined) return undefined;
    const { nodeName } = pod['spec'] as { nodeName?: string };
    if (nodeName === undefined || nodeName === '') {
      if (pod.metadata.deletionTimestamp !== undefined) await bury(pod, undefined);
      return undefined;
    }
    if (nodes.get(undefined, nodeName) !== undefined) {
      missing.delete(nodeName);
      return undefined;
    }
    const since = missing.get(nodeName) ?? now().getTime();
    missing.set(nodeName, since);
    const left = since + quarantine - now().getTime();
    if (left > 0) return left;
    await bury(pod, 'PodGC: node no longer exists');
    return undefined;
  }

  /** Says that the pod has failed, so that whoever counts it can, and deletes it without asking its node. */
  async function bury(pod: Resource, why: string | undefined): Promise<void> {
    let current = pod;
    if (!isFinished(pod)) {
      const status = (pod['status'] ?? {}) as JsonObject & { conditions?: JsonObject[] };
      const others = (status.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByPodGC',
        message: why ?? '',
        lastTransitionTime: timestamp(now()),
      };
      current = await mirrors.updateStatus({
        ...pod,
        status: { ...status, phase: 'Failed', ...(why === undefined ? {} : { conditions: [...others, condition] }) },
      });
    }
    await mirrors.delete(current, { gracePeriodSeconds: 0 });
  }

  return {
    name: 'pod-garbage-collector-controller',
    watches: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        keys: (pod, before) => (pod === undefined || !isOfInterest(pod) ? [] : itself(pod, before)),
      },
      {
        apiVersion: 'v1',
        kind: 'Node',
        keys: (node, before) =>
          node === undefined
            ? pods
                .all()
                .filter((pod) => (pod['spec'] as { nodeName?: string }).nodeName === before?.metadata.name)
                .map(keyOf)
            : [],
      },
    ],
    reconcile,
  };

  function isOfInterest(pod: Resource): boolean {
    const { nodeName } = pod['spec'] as { nodeName?: string };
    if (nodeName === undefined || nodeName === '') return pod.metadata.deletionTimestamp !== undefined;
    return nodes.get(undefined, nodeName) === undefined;
  }
};
