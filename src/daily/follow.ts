import { setTimeout as sleep } from 'node:timers/promises';
import { makeExplain } from '../apply/index.ts';
import { type Cluster, ClusterError } from '../cluster/index.ts';
import type { Resource } from '../resource/index.ts';
import { podRule, roleOf, type State, stateOf } from '../workloads/index.ts';
import { containerState, mainContainer, podsOf, readLog } from './logs.ts';
import { Queue } from './queue.ts';

/** What happens to a workload that is followed. */
export type FollowEvent =
  | { type: 'state'; state: State; object: Resource }
  /** Why it does not go on; said once for every reason. */
  | { type: 'waiting'; reason: string; image: boolean }
  | { type: 'log'; pod: string; role: string; line: string }
  /** It was deleted. */
  | { type: 'gone' };

export interface FollowOptions {
  signal: AbortSignal;
  logs: boolean;
  /** Ends the stream; logs that are still coming are read to their end first. */
  until: (state: State) => boolean;
}

/** How often a workload that waits is asked why, in milliseconds. */
const pause = 1_000;

/** Follows a workload from now on, with the logs of all its pods; it ends by `until`, by its deletion or by the signal. */
export async function* follow(
  cluster: Cluster,
  object: Resource,
  options: FollowOptions,
): AsyncGenerator<FollowEvent, void> {
  const queue = new Queue<FollowEvent>();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const readers = options.logs ? new Readers(cluster, object, queue, signal) : undefined;
  const failed = (error: unknown) => {
    if (!signal.aborted) queue.fail(error);
  };
  const work = [
    watchObject(cluster, object, options, queue, signal, readers).then(() => queue.close()),
    explainWaiting(cluster, object, queue, signal),
    ...(readers === undefined ? [] : [readers.watch()]),
  ].map((one) => one.catch(failed));
  const onAbort = () => queue.fail(options.signal.reason);
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    options.signal.throwIfAborted();
    yield* queue;
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    stop.abort();
    await Promise.allSettled(work);
  }
}

const collectionOf = ({ apiVersion, kind, metadata: { namespace } }: Resource) => ({
  apiVersion,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
});

async function watchObject(
  cluster: Cluster,
  { apiVersion, kind, ...rest }: Resource,
  { until }: FollowOptions,
  queue: Queue<FollowEvent>,
  signal: AbortSignal,
  readers: Readers | undefined,
): Promise<void> {
  const object = { apiVersion, kind, ...rest } as Resource;
  const { name, uid } = object.metadata;
  let told = '';
  const watching = cluster.watch(collectionOf(object), { signal, fieldSelector: `metadata.name=${name}` });
  for await (const event of watching) {
    if (event.type === 'BOOKMARK') continue;
    const found = event.type === 'RELISTED' ? event.items.find((item) => item.metadata.name === name) : event.object;
    if (found === undefined || event.type === 'DELETED' || (uid !== undefined && found.metadata.uid !== uid)) {
      queue.push({ type: 'gone' });
      return;
    }
    const current = { ...found, apiVersion, kind } as Resource;
    const state = stateOf(current);
    const text = `${state.phase} ${state.reason ?? ''}`;
    if (text !== told) queue.push({ type: 'state', state, object: current });
    told = text;
    if (!until(state)) continue;
    await readers?.rest();
    return;
  }
}

async function explainWaiting(cluster: Cluster, object: Resource, queue: Queue<FollowEvent>, signal: AbortSignal) {
  const explain = makeExplain(cluster, { signal });
  let told = '';
  while (!signal.aborted) {
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const cause = await explain(object);
    if (cause === undefined || cause.reason === told) continue;
    told = cause.reason;
    queue.push({ type: 'waiting', reason: cause.reason, image: cause.image === true });
  }
}

/** How long the pods of a job that is over may take to end, in milliseconds. */
const lingering = 5_000;

const hasEnded = ({ status, metadata }: Resource): boolean =>
  metadata.deletionTimestamp !== undefined ||
  /^(Succeeded|Failed)$/.test(String((status as { phase?: string } | undefined)?.phase));

/** Reads the log of every container that has started, once for every start. */
class Readers {
  readonly #reading = new Map<string, Promise<void>>();
  readonly #cluster: Cluster;
  readonly #object: Resource;
  readonly #queue: Queue<FollowEvent>;
  readonly #signal: AbortSignal;

  constructor(cluster: Cluster, object: Resource, queue: Queue<FollowEvent>, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#object = object;
    this.#queue = queue;
    this.#signal = signal;
  }

  async watch(): Promise<void> {
    const collection = collectionOf({ ...this.#object, apiVersion: 'v1', kind: 'Pod' });
    const labelSelector = podRule(this.#object).selector;
    for await (const event of this.#cluster.watch(collection, { signal: this.#signal, labelSelector })) {
      if (event.type === 'RELISTED') for (const pod of event.items) this.#look(pod);
      else if (event.type === 'ADDED' || event.type === 'MODIFIED') this.#look(event.object);
    }
  }

  /**
   * Reads on until all pods have ended: the leader's end is the job's, and the others end a moment later. What runs
   * longer than that is left alone.
   */
  async rest(): Promise<void> {
    const deadline = performance.now() + lingering;
    for (;;) {
      const pods = await podsOf(this.#cluster, this.#object, this.#signal);
      for (const pod of pods) this.#look(pod);
      if (performance.now() > deadline || pods.every(hasEnded)) break;
      await sleep(200, undefined, { signal: this.#signal });
    }
    const left = new AbortController();
    const timer = setTimeout(() => left.abort(), Math.max(500, deadline - performance.now()));
    const late = new Promise<void>((resolve) => left.signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([Promise.all(this.#reading.values()), late]);
    clearTimeout(timer);
  }

  #look(pod: Resource): void {
    const container = mainContainer(pod, podRule(this.#object).container);
    const state = containerState(pod, container);
    if (state === undefined || !state.hasStarted) return;
    const key = `${pod.metadata.uid} ${state.restarts}`;
    if (!this.#reading.has(key)) this.#reading.set(key, this.#read(pod, container));
  }

  async #read(pod: Resource, container: string | undefined): Promise<void> {
    const from = { pod: pod.metadata.name, role: roleOf(pod) };
    try {
      for await (const line of readLog(this.#cluster, pod, { signal: this.#signal, follow: true, container })) {
        this.#queue.push({ type: 'log', ...from, line });
      }
    } catch (error) {
      // A pod that is gone, or that a simulated node only pretends to run, has no log: the run goes on without it.
      if (!(error instanceof ClusterError) && !this.#signal.aborted) throw error;
    }
  }
}
