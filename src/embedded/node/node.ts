import { mkdir } from 'node:fs/promises';
import type { Cluster } from '../../cluster/index.ts';
import type { Resource } from '../../resource/index.ts';
import { recordEvents } from '../controllers/events.ts';
import { Mirrors } from '../controllers/mirror.ts';
import { isFinished } from '../controllers/pod.ts';
import { type Clock, realClock } from './clock.ts';
import { Configuration } from './configuration.ts';
import { machineStatus } from './machine.ts';
import { heartbeat, nodeName, register } from './registration.ts';
import { PodRuntime } from './runtime.ts';
import type { Pod } from './spec.ts';
import type { Surroundings } from './surroundings.ts';
import { PodWorker } from './worker.ts';

export interface NodeOptions {
  /** Where pods live; everything the node writes is below it. */
  directory: string;
  /** Stops the node and what runs on it. */
  signal: AbortSignal;
  now?: () => Date;
  /** For tests: time that passes quicker than it does. */
  clock?: Clock;
  /** Default: the name of the host. */
  name?: string;
  /** Told of failures that do not stop the node. */
  onError?: (what: string, error: unknown) => void;
}

/** A running node. */
export interface NodeHandle {
  readonly name: string;
  /** Resolves when the signal was aborted and nothing runs any more. */
  readonly done: Promise<void>;
}

/** Registers this machine as a node and runs the pods that are bound to it. */
export async function startNode(cluster: Cluster, options: NodeOptions): Promise<NodeHandle> {
  const { directory, signal, clock = realClock(options.now), name = nodeName(), onError = () => undefined } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const mirrors = new Mirrors(cluster);
  const pods = mirrors.of('v1', 'Pod');
  mirrors.of('v1', 'Service');
  const facts = { name, hostIP: '127.0.0.1', annotations: {}, machine: () => machineStatus(directory) };
  const around: Surroundings = {
    cluster,
    clock,
    signal,
    configuration: new Configuration(mirrors),
    events: recordEvents(cluster, 'kubelet', clock.now),
    nodeName: name,
    hostIP: facts.hostIP,
    seen: (pod) => pods.observe(pod),
    onError,
  };
  const workers = new Map<string, PodWorker>();
  pods.onChange((now, before) => follow(now, before, workers, around));
  await mirrors.follow(signal, (error) => onError('watch', error));
  signal.throwIfAborted();
  await register(cluster, facts, clock, signal);
  const beating = heartbeat(cluster, facts, clock, { signal, onError });
  return { name, done: stopped(signal).then(() => shutDown(workers, beating)) };
}

/** One change of a pod, told to its worker. */
function follow(
  now: Resource | undefined,
  before: Resource | undefined,
  workers: Map<string, PodWorker>,
  around: Surroundings,
): void {
  const gone = before !== undefined && before.metadata.uid !== now?.metadata.uid ? before.metadata.uid : undefined;
  const left = workers.get(gone ?? '');
  if (left !== undefined) {
    workers.delete(left.uid);
    left.removed().catch((error: unknown) => around.onError(`pod ${left.uid}`, error));
  }
  const pod = now as Pod | undefined;
  if (pod === undefined || pod.spec.nodeName !== around.nodeName || around.signal.aborted) return;
  const known = workers.get(pod.metadata.uid ?? '');
  if (known !== undefined) {
    known.update(pod);
    return;
  }
  // A pod that is over stays as it is until somebody deletes it.
  if (isFinished(pod) && pod.metadata.deletionTimestamp === undefined) return;
  const worker = new PodWorker(pod, new PodRuntime(pod, around), around);
  workers.set(worker.uid, worker);
  if (pod.metadata.deletionTimestamp === undefined) void worker.run();
  else worker.update(pod);
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function shutDown(workers: ReadonlyMap<string, PodWorker>, beating: Promise<void>): Promise<void> {
  await Promise.all([beating, ...[...workers.values()].map((worker) => worker.shutDown())]);
}
