import os from 'node:os';
import type { Cluster } from '../../cluster/index.ts';
import type { JsonObject, Resource } from '../../resource/index.ts';
import { timestamp } from '../controllers/pod.ts';
import { type Clock, slept } from './clock.ts';
import { architecture } from './machine.ts';

export interface NodeFacts {
  name: string;
  hostIP: string;
  /** How this node runs programs, said to whoever looks. */
  annotations: Record<string, string>;
  /** `capacity`, `allocatable`, `nodeInfo`. */
  machine: () => Promise<JsonObject>;
}

/** As the kubelet: a lease every 10 s, the status every 5 min. */
const leaseEvery = 10_000;
const statusEvery = 300_000;

/** The name of the one node: the host's, as far as it is one that Kubernetes takes. */
export function nodeName(): string {
  const name = os
    .hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return name === '' ? 'localhost' : name.slice(0, 63);
}

/** Makes the Node object be there and ready. */
export async function register(cluster: Cluster, facts: NodeFacts, clock: Clock, signal: AbortSignal): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'Node', name: facts.name };
  const labels = {
    'kubernetes.io/hostname': facts.name,
    'kubernetes.io/os': process.platform,
    'kubernetes.io/arch': architecture(),
    'beta.kubernetes.io/os': process.platform,
    'beta.kubernetes.io/arch': architecture(),
  };
  const metadata = { name: facts.name, labels, annotations: facts.annotations };
  const write = { fieldManager: 'kubelet', signal };
  try {
    await cluster.create({ apiVersion: 'v1', kind: 'Node', metadata, spec: {} }, write);
  } catch (error) {
    if ((error as { status?: number }).status !== 409) throw error;
    await cluster.patch(ref, { type: 'merge', body: { metadata: { labels, annotations: facts.annotations } } }, write);
  }
  const status = await statusOf(facts, clock.now());
  await cluster.patch(ref, { type: 'strategic', body: { status } }, { ...write, subresource: 'status' });
}

/** Keeps the lease fresh and the status true until the signal is aborted. */
export async function heartbeat(
  cluster: Cluster,
  facts: NodeFacts,
  clock: Clock,
  options: { signal: AbortSignal; onError: (what: string, error: unknown) => void },
): Promise<void> {
  const { signal } = options;
  let said = clock.now().getTime();
  do {
    try {
      await renewLease(cluster, facts.name, clock.now(), signal);
      if (clock.now().getTime() - said >= statusEvery) {
        await register(cluster, facts, clock, signal);
        said = clock.now().getTime();
      }
    } catch (error) {
      if (!signal.aborted) options.onError('heartbeat', error);
    }
  } while (await slept(clock, leaseEvery, signal));
}

async function renewLease(cluster: Cluster, name: string, now: Date, signal: AbortSignal): Promise<void> {
  const metadata = { name, namespace: 'kube-node-lease' };
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
  const renewTime = now.toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime };
  const write = { fieldManager: 'kubelet', signal };
  try {
    await cluster.patch({ ...lease, ...metadata }, { type: 'merge', body: { spec } }, write);
  } catch (error) {
    if ((error as { status?: number }).status !== 404) throw error;
    await cluster.create({ ...lease, metadata, spec } as unknown as Resource, write);
  }
}

async function statusOf(facts: NodeFacts, now: Date): Promise<JsonObject> {
  const time = timestamp(now);
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  });
  return {
    ...(await facts.machine()),
    addresses: [
      { type: 'InternalIP', address: facts.hostIP },
      { type: 'Hostname', address: facts.name },
    ],
    conditions: [
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
    ],
  };
}
