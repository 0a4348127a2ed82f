import type { JsonObject, Resource } from '../../resource/index.ts';
import type { MakeController } from './controller.ts';
import { conditionOf, isFinished, timestamp } from './pod.ts';
import { fits, type Refusal } from './scheduling.ts';

/**
 * Binds pods to nodes that can take them and says why the others cannot, in the words of the real scheduler
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/). Higher priority goes first; nothing is
 * preempted.
 */
export const scheduler: MakeController = ({ mirrors, recorder, now }) => {
  const pods = mirrors.of('v1', 'Pod');
  const nodes = mirrors.of('v1', 'Node');
  const claims = mirrors.of('v1', 'PersistentVolumeClaim');
  const events = recorder('default-scheduler');

  async function reconcile(): Promise<undefined> {
    const pending = pods
      .all()
      .filter((pod) => isWaiting(pod) && specOf(pod).schedulerName !== undefined)
      .filter((pod) => specOf(pod).schedulerName === 'default-scheduler')
      .sort((one, other) => (specOf(other).priority ?? 0) - (specOf(one).priority ?? 0) || age(one) - age(other));
    for (const pod of pending) await schedule(pod);
    return undefined;
  }

  async function schedule(pod: Resource): Promise<void> {
    const gates = (specOf(pod).schedulingGates ?? []) as JsonObject[];
    if (gates.length > 0)
      return setUnscheduled(pod, 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates');
    const missing = missingClaim(pod);
    const running = pods.all().filter((other) => !isFinished(other) && specOf(other).nodeName !== undefined);
    const refusals: Refusal[] = [];
    for (const node of missing === undefined ? nodes.all() : []) {
      const here = running.filter((other) => specOf(other).nodeName === node.metadata.name);
      const refusal = fits(pod, node, here);
      if (refusal === undefined) return bind(pod, node.metadata.name);
      refusals.push(refusal);
    }
    const total = nodes.all().length;
    const why = missing ?? (total === 0 ? 'no nodes available to schedule pods' : summary(total, refusals));
    await setUnscheduled(pod, 'Unschedulable', why);
  }

  async function bind(pod: Resource, node: string): Promise<void> {
    const { namespace = '', name, uid = '' } = pod.metadata;
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    };
    const answer = await mirrors.cluster.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods/${name}/binding`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(binding),
    });
    for await (const _chunk of answer.body);
    // 404 and 409: the pod is gone or bound by now, which its own event will tell.
    if (answer.status >= 300 && answer.status !== 404 && answer.status !== 409) {
      throw new Error(`Cannot bind pod ${namespace}/${name}: the server answered ${answer.status}`);
    }
    const bound = await mirrors.cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace, name }).catch(() => undefined);
    if (bound !== undefined) pods.observe(bound);
    events(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  async function setUnscheduled(pod: Resource, reason: string, message: string): Promise<void> {
    const old = conditionOf(pod, 'PodScheduled') as { reason?: string; message?: string } | undefined;
    if (old?.reason === reason && old.message === message) return;
    const status = (pod['status'] ?? {}) as { conditions?: { type: string }[] };
    const others = (status.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled');
    const condition = { type: 'PodScheduled', status: 'False', reason, message, lastTransitionTime: timestamp(now()) };
    await mirrors.updateStatus({
      ...pod,
      status: { ...status, conditions: [...others, condition] } as unknown as JsonObject,
    });
    if (reason === 'Unschedulable') events(pod, 'Warning', 'FailedScheduling', message);
  }

  /** A claim that does not exist, or that waits for nobody and is not bound. */
  function missingClaim(pod: Resource): string | undefined {
    for (const name of claimsOf(pod)) {
      const claim = claims.get(pod.metadata.namespace, name);
      if (claim === undefined) return `persistentvolumeclaim "${name}" not found`;
      if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
    }
    return undefined;
  }

  return {
    name: 'default-scheduler',
    // One key for all: what one pod takes is what the next one lacks.
    watches: [
      { apiVersion: 'v1', kind: 'Pod', keys: (now, before) => (isWaiting(now) || frees(now, before) ? ['pods'] : []) },
      { apiVersion: 'v1', kind: 'Node', keys: () => ['pods'] },
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', keys: () => ['pods'] },
    ],
    reconcile,
    concurrency: 1,
  };
};

interface PodSpec {
  nodeName?: string;
  priority?: number;
  schedulerName?: string;
  schedulingGates?: unknown[];
  volumes?: { persistentVolumeClaim?: { claimName: string } }[];
}

const specOf = (pod: Resource) => pod['spec'] as PodSpec;
const age = (pod: Resource) => Date.parse(pod.metadata.creationTimestamp ?? '');

export function claimsOf(pod: Resource): string[] {
  return (specOf(pod).volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
}

function isWaiting(pod: Resource | undefined): boolean {
  return (
    pod !== undefined &&
    specOf(pod).nodeName === undefined &&
    pod.metadata.deletionTimestamp === undefined &&
    !isFinished(pod)
  );
}

/** Something that held resources has stopped holding them. */
function frees(now: Resource | undefined, before: Resource | undefined): boolean {
  return before !== undefined && !isFinished(before) && (now === undefined || isFinished(now));
}

/** `0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s). …`, reasons sorted as the real one does. */
function summary(total: number, refusals: readonly Refusal[]): string {
  const counts = new Map<string, number>();
  for (const reason of refusals.flat()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${total} nodes are available: ${reasons.join(', ')}.`;
}
