import type { JsonObject } from '../../resource/index.ts';
import { isGone } from '../controllers/mirror.ts';
import { timestamp } from '../controllers/pod.ts';
import { slept } from './clock.ts';
import { Container, type ContainerHost } from './container.ts';
import { StatusPublisher } from './publisher.ts';
import type { PodRuntime } from './runtime.ts';
import { simulatedAnnotation } from './simulated.ts';
import { type ContainerSpec, type ContainerStatus, graceOf, isSidecar, type Pod } from './spec.ts';
import { type PodFacts, podStatus } from './status.ts';
import type { Surroundings } from './surroundings.ts';

/** One pod's life on this node, from its binding to its removal. */
export class PodWorker {
  readonly uid: string;
  readonly #around: Surroundings;
  readonly #runtime: PodRuntime;
  readonly #publisher: StatusPublisher;
  readonly #init: Container[];
  readonly #main: Container[];
  /** Aborted when the pod is to end, whoever wants it. */
  readonly #ending = new AbortController();
  readonly #startTime: string;
  #pod: Pod;
  #failure: PodFacts['failure'];
  #isPrepared = false;
  #done: Promise<void> | undefined;
  #leaving: Promise<void> | undefined;
  #grace = Number.POSITIVE_INFINITY;

  constructor(pod: Pod, runtime: PodRuntime, around: Surroundings) {
    this.uid = pod.metadata.uid ?? '';
    this.#pod = pod;
    this.#around = around;
    this.#runtime = runtime;
    this.#startTime = pod.status?.startTime ?? timestamp(around.clock.now());
    this.#publisher = new StatusPublisher({
      cluster: around.cluster,
      clock: around.clock,
      signal: around.signal,
      pod: () => this.#pod,
      status: () => podStatus(this.#pod, this.#facts(), around.clock.now()),
      published: (seen) => around.seen(seen),
    });
    const before = [
      ...((pod.status?.['initContainerStatuses'] ?? []) as unknown as ContainerStatus[]),
      ...((pod.status?.['containerStatuses'] ?? []) as unknown as ContainerStatus[]),
    ];
    const container = (isInit: boolean) => (spec: ContainerSpec) =>
      new Container(
        spec,
        isInit,
        this.#hostOf(spec),
        before.find(({ name }) => name === spec.name),
      );
    this.#init = (pod.spec.initContainers ?? []).map(container(true));
    this.#main = pod.spec.containers.map(container(false));
  }

  get pod(): Pod {
    return this.#pod;
  }

  get runtime(): PodRuntime {
    return this.#runtime;
  }

  container(name: string): Container | undefined {
    return [...this.#init, ...this.#main].find(({ spec }) => spec.name === name);
  }

  /** The programs of its containers that run now. */
  pids(): { name: string; pid: number }[] {
    return this.#all().flatMap(({ spec, run }) => (run?.pid === undefined ? [] : [{ name: spec.name, pid: run.pid }]));
  }

  /** Lives the pod's life; resolves when nothing of it runs any more. */
  run(): Promise<void> {
    this.#done ??= this.#run().catch((error: unknown) => {
      if (!this.#around.signal.aborted) this.#around.onError(`pod ${this.uid}`, error);
    });
    return this.#done;
  }

  /** A newer version of the object; a deletion asked for, or asked to be quicker, begins here. */
  update(pod: Pod): void {
    this.#pod = pod;
    this.#runtime.update(pod);
    if (pod.metadata.deletionTimestamp !== undefined) void this.#terminate();
    // Of a pod that was over before this node's life, its status is all that is known.
    if (this.#done !== undefined) this.#publisher.changed();
  }

  /** The object is gone: nothing is left to wait for. */
  async removed(): Promise<void> {
    this.#ending.abort();
    for (const container of this.#all()) container.kill('SIGKILL');
    await this.#done;
    await this.#runtime.remove();
  }

  /** The node goes away; whoever starts it again finds the pod as it was. */
  async shutDown(): Promise<void> {
    this.#ending.abort();
    for (const container of this.#all()) container.kill('SIGTERM');
    const killing = setTimeout(() => {
      for (const container of this.#all()) container.kill('SIGKILL');
    }, 2000);
    await this.#done;
    clearTimeout(killing);
    await this.#runtime.stop();
  }

  async #run(): Promise<void> {
    const signal = this.#ending.signal;
    if (this.#runtime.simulated.length > 0) await this.#markSimulated();
    this.#publisher.changed();
    const deadline = this.#watchDeadline();
    this.#isPrepared = await this.#prepare();
    if (this.#isPrepared) {
      this.#publisher.changed();
      const sidecars = await this.#initialize();
      if (sidecars !== undefined && !signal.aborted) await Promise.all(this.#main.map((container) => container.live()));
      for (const sidecar of (sidecars ?? []).toReversed()) await sidecar.stop(graceOf(this.#pod));
    }
    this.#ending.abort();
    await deadline;
    await Promise.all(this.#all().map((container) => container.stop(0)));
    this.#publisher.changed();
    await this.#publisher.settled();
  }

  /** Runs init containers one after the other; answers the sidecars among them, or undefined where one failed. */
  async #initialize(): Promise<Container[] | undefined> {
    const sidecars: Container[] = [];
    for (const container of this.#init) {
      if (this.#ending.signal.aborted) return sidecars;
      if (isSidecar(container.spec)) {
        sidecars.push(container);
        void container.live();
        await container.started;
      } else if (!(await container.live())) {
        for (const sidecar of sidecars.toReversed()) await sidecar.stop(graceOf(this.#pod));
        return undefined;
      }
    }
    return sidecars;
  }

  /** Lays out what containers need; tries again whenever something changed that was missing. */
  async #prepare(): Promise<boolean> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#runtime.prepare(signal);
        return true;
      } catch (error) {
        if (signal.aborted) break;
        this.#around.events(this.#pod, 'Warning', 'FailedMount', (error as Error).message);
        this.#publisher.changed();
        const woken = new AbortController();
        const stop = AbortSignal.any([signal, woken.signal]);
        await Promise.race([this.#around.configuration.changed(stop), slept(this.#around.clock, 10_000, stop)]);
        woken.abort();
      }
    }
    return false;
  }

  async #terminate(): Promise<void> {
    const grace = graceOf(this.#pod);
    if (grace >= this.#grace) return;
    this.#grace = grace;
    this.#ending.abort();
    // Main containers first; sidecars see the end of what they serve (KEP-753).
    await Promise.all(this.#main.map((container) => container.stop(grace)));
    for (const container of this.#init.toReversed()) await container.stop(grace);
    this.#leaving ??= this.#leave();
    await this.#leaving;
  }

  /** The last word on a pod that was to be deleted. */
  async #leave(): Promise<void> {
    await this.#done;
    const { name, namespace = 'default' } = this.#pod.metadata;
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name };
    const { signal, clock, cluster } = this.#around;
    for (let wait = 100; !signal.aborted; wait = Math.min(wait * 2, 10_000)) {
      try {
        await cluster.delete(ref, { uid: this.uid, gracePeriodSeconds: 0, signal });
        return;
      } catch (error) {
        if (isGone(error) || signal.aborted) return;
        await slept(clock, wait, signal);
      }
    }
  }

  async #watchDeadline(): Promise<void> {
    const seconds = this.#pod.spec.activeDeadlineSeconds;
    if (seconds === undefined) return;
    const { clock } = this.#around;
    const left = Date.parse(this.#startTime) + seconds * 1000 - clock.now().getTime();
    if (!(await slept(clock, Math.max(left, 0), this.#ending.signal))) return;
    this.#failure = {
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    };
    this.#around.events(this.#pod, 'Normal', 'DeadlineExceeded', this.#failure.message);
    this.#ending.abort();
    await Promise.all(this.#all().map((container) => container.stop(graceOf(this.#pod))));
  }

  async #markSimulated(): Promise<void> {
    const { metadata, spec } = this.#pod;
    const names = this.#runtime.simulated;
    const all = (spec.initContainers ?? []).length + spec.containers.length;
    const annotations: Record<string, string> = {
      [simulatedAnnotation]: spec.containers.every(({ name }) => names.includes(name)) ? 'true' : 'partly',
      ...(names.length === all ? {} : { 'slipway.dev/simulated-containers': names.join(',') }),
    };
    if (Object.entries(annotations).every(([key, value]) => metadata.annotations?.[key] === value)) return;
    const { name, namespace = 'default', uid = '' } = metadata;
    const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name };
    const body: JsonObject = { metadata: { uid, annotations } };
    const { cluster, signal } = this.#around;
    try {
      this.#around.seen(await cluster.patch(ref, { type: 'merge', body }, { fieldManager: 'kubelet', signal }));
    } catch (error) {
      if (!isGone(error) && !signal.aborted) this.#around.onError(`pod ${this.uid}`, error);
    }
  }

  #facts(): PodFacts {
    const podIP = this.#runtime.address;
    return {
      init: this.#init.map(({ status }) => status),
      main: this.#main.map(({ status }) => status),
      isPrepared: this.#isPrepared,
      hostIP: this.#around.hostIP,
      startTime: this.#startTime,
      ...(podIP === undefined ? {} : { podIP }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  #all(): Container[] {
    return [...this.#init, ...this.#main];
  }

  #hostOf(spec: ContainerSpec): ContainerHost {
    const { clock, configuration, events } = this.#around;
    return {
      pod: () => this.#pod,
      clock,
      start: (_spec, restartCount, signal) => this.#runtime.start(spec, restartCount, signal),
      act: (_spec, action, _run, signal) => this.#runtime.act(spec, action, signal),
      configured: (signal) => configuration.changed(signal),
      event: (type, reason, message) => events(this.#pod, type, reason, message),
      changed: () => this.#publisher.changed(),
    };
  }
}
