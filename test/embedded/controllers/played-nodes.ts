import type { Cluster } from '../../../src/cluster/index.ts';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';

/** Which of the ways to behave a pod's annotation `test/behaviour` asks for; see the simulated nodes of `../shared/kube`. */
const behaviourOf = (pod: Resource) => pod.metadata.annotations?.['test/behaviour'];
const phaseOf = (pod: Resource) => (pod['status'] as { phase?: string } | undefined)?.phase;
const nodeOf = (pod: Resource) => (pod['spec'] as { nodeName?: string }).nodeName;

/** As `node.yaml` beside the control plane has it. */
const capacity = { cpu: '64', memory: '256Gi', pods: '250', 'nvidia.com/gpu': '8' };

/**
 * Nodes whose pods are not processes: they do what the simulated nodes of the real control plane do, so that a scenario
 * can be held against both.
 */
export async function playNodes(cluster: Cluster, names: readonly string[], signal: AbortSignal): Promise<void> {
  for (const name of names) {
    const labels = { type: 'kwok', 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' };
    const node = await cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
    const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' }];
    const status = { capacity, allocatable: capacity, conditions };
    await cluster.update({ ...node, status }, { subresource: 'status' });
  }
  const played = new Set<string>();
  const play = async (pod: Resource) => {
    const step = stepOf(pod);
    const key = `${pod.metadata.uid}/${step}`;
    if (step === undefined || played.has(key)) return;
    played.add(key);
    await take(cluster, pod, step);
  };
  for await (const event of cluster.watch({ apiVersion: 'v1', kind: 'Pod' }, { signal })) {
    const pods = event.type === 'RELISTED' ? event.items : [event.object];
    for (const pod of pods) {
      if (event.type === 'DELETED' || event.type === 'BOOKMARK' || !names.includes(nodeOf(pod) ?? '')) continue;
      void play(pod).catch(() => undefined);
    }
  }
}

type Step = 'delete' | 'succeed' | 'fail' | 'crash' | 'pull-error' | 'never-ready' | 'ready';

function stepOf(pod: Resource): Step | undefined {
  const behaviour = behaviourOf(pod);
  if (pod.metadata.deletionTimestamp !== undefined) return behaviour === 'stuck' ? undefined : 'delete';
  const isJobs = pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') ?? false;
  if (phaseOf(pod) === 'Running')
    return isJobs && behaviour !== 'never-ready' && behaviour !== 'crash' ? 'succeed' : undefined;
  if (phaseOf(pod) !== 'Pending') return undefined;
  switch (behaviour) {
    case 'fail':
    case 'crash':
    case 'pull-error':
    case 'never-ready':
      return behaviour;
    default:
      return 'ready';
  }
}

async function take(cluster: Cluster, pod: Resource, step: Step): Promise<void> {
  const { name, namespace = '' } = pod.metadata;
  const ref = { apiVersion: 'v1', kind: 'Pod', name, namespace };
  if (step === 'delete') return void (await cluster.delete(ref, { gracePeriodSeconds: 0 }));
  const status = statusAfter(pod, step);
  await cluster.patch(ref, { type: 'merge', body: { status } }, { subresource: 'status' });
}

function statusAfter(pod: Resource, step: Exclude<Step, 'delete'>): JsonObject {
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const ended = (exitCode: number, reason: string) => ({
    terminated: { exitCode, reason, startedAt: time, finishedAt: time },
  });
  const isReady = step === 'ready';
  const state = {
    ready: { running: { startedAt: time } },
    'never-ready': { running: { startedAt: time } },
    succeed: ended(0, 'Completed'),
    fail: ended(3, 'Error'),
    crash: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
    'pull-error': { waiting: { reason: 'ImagePullBackOff', message: 'not found' } },
  }[step];
  const phases = { succeed: 'Succeeded', fail: 'Failed', 'pull-error': 'Pending' } as Record<string, string>;
  const containers = (pod['spec'] as { containers: { name: string; image: string }[] }).containers;
  const condition = (type: string, isTrue: boolean) => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastTransitionTime: time,
  });
  return {
    phase: phases[step] ?? 'Running',
    startTime: time,
    podIP: addressOf(pod),
    podIPs: [{ ip: addressOf(pod) }],
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('Ready', isReady),
      condition('ContainersReady', isReady),
    ],
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready: isReady,
      started: isReady,
      restartCount: step === 'crash' ? 4 : 0,
      state: state as JsonObject,
    })),
  };
}

/** An address of its own for each pod, made of its UID. */
function addressOf(pod: Resource): string {
  const number = Number.parseInt((pod.metadata.uid ?? '').slice(0, 4), 16);
  return `10.244.${number >> 8}.${number & 255 || 1}`;
}
