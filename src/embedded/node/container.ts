import { timestamp } from '../controllers/pod.ts';
import { BackOff, goDuration } from './back-off.ts';
import { type Clock, slept } from './clock.ts';
import { lastStateOf, neverRan, terminatedBy } from './container-state.ts';
import type { ProbeOutcome } from './probes.ts';
import { Prober } from './probes.ts';
import { CannotStart, type Exit, type Run } from './run.ts';
import {
  type ActionSpec,
  type ContainerSpec,
  type ContainerStatus,
  fullNameOf,
  graceOf,
  isSidecar,
  type Pod,
  type Terminated,
} from './spec.ts';

/** What a container is given by the pod around it. */
export interface ContainerHost {
  /** As the server has it now. */
  pod(): Pod;
  clock: Clock;
  start(spec: ContainerSpec, restartCount: number, signal: AbortSignal): Promise<Run>;
  /** Does what a probe or hook says, in the container. */
  act(spec: ContainerSpec, action: ActionSpec, run: Run, signal: AbortSignal): Promise<ProbeOutcome>;
  /** The next change of anything that may let a container start which could not. */
  configured(signal: AbortSignal): Promise<void>;
  event(type: 'Normal' | 'Warning', reason: string, message: string): void;
  changed(): void;
}

/** One container through all its runs: started, probed, restarted with back-off, stopped. */
export class Container {
  readonly spec: ContainerSpec;
  readonly status: ContainerStatus;
  /** Resolves at the first time it counts as started (its startup probe, if any, has passed), or when it is over. */
  readonly started: Promise<void>;
  readonly #start = Promise.withResolvers<void>();
  readonly #isInit: boolean;
  readonly #host: ContainerHost;
  readonly #backOff = new BackOff();
  readonly #startBackOff = new BackOff();
  readonly #stopping = new AbortController();
  #run: Run | undefined;
  #startedAt = '';
  #over: Promise<boolean> | undefined;
  /** How it ended before this node was started, if it ran then. */
  readonly #before: Terminated | undefined;
  #hasRun: boolean;

  constructor(spec: ContainerSpec, isInit: boolean, host: ContainerHost, before: ContainerStatus | undefined) {
    this.spec = spec;
    this.started = this.#start.promise;
    this.#isInit = isInit;
    this.#host = host;
    const lastState = before === undefined ? {} : lastStateOf(before, timestamp(host.clock.now()));
    const hasEnded = before?.state.running !== undefined || before?.state.terminated !== undefined;
    this.#before = hasEnded ? lastState.terminated : undefined;
    this.#hasRun = lastState.terminated !== undefined;
    this.status = {
      name: spec.name,
      state: { waiting: { reason: 'PodInitializing' } },
      lastState,
      ready: false,
      restartCount: before?.restartCount ?? 0,
      image: spec.image,
      imageID: before?.imageID ?? '',
      started: false,
    };
  }

  get run(): Run | undefined {
    return this.#run;
  }

  /** Runs until it will not run again; answers whether its last run ended well. */
  live(): Promise<boolean> {
    this.#over ??= this.#live().finally(() => this.#start.resolve());
    return this.#over;
  }

  async #live(): Promise<boolean> {
    const stopping = this.#stopping.signal;
    if (this.#before !== undefined && !this.#isInit && !this.#restarts(this.#before))
      return this.#stayEnded(this.#before);
    while (!stopping.aborted) {
      const run = await this.#begin();
      if (run === undefined) continue;
      const exit = await this.#follow(run);
      if (stopping.aborted || !this.#restarts(exit)) return exit.exitCode === 0;
      if (!(await this.#backedOff())) break;
    }
    if (this.status.state.terminated === undefined)
      this.status.state = { terminated: this.status.lastState.terminated ?? neverRan };
    return false;
  }

  /** Asks the program to end (preStop hook, SIGTERM), kills it after the grace period, and waits for its end. */
  async stop(graceSeconds: number, why?: string): Promise<void> {
    const wasStopping = this.#stopping.signal.aborted;
    this.#stopping.abort();
    if (!wasStopping) await this.#end(graceSeconds, why ?? `Stopping container ${this.spec.name}`);
    else if (this.#run !== undefined) await this.#killAfter(graceSeconds, this.#run);
    await this.#over?.catch(() => false);
  }

  /** Nothing is said and nothing is waited for: the pod is gone, or this program is about to be. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#stopping.abort();
    this.#run?.kill(signal);
  }

  /** Starts the program; undefined where that failed and may be tried again. */
  async #begin(): Promise<Run | undefined> {
    const { status, spec } = this;
    const signal = this.#stopping.signal;
    if (status.state.waiting?.reason === 'PodInitializing') status.state = { waiting: { reason: 'ContainerCreating' } };
    const restartCount = status.restartCount + (this.#hasRun ? 1 : 0);
    this.#host.changed();
    try {
      this.#run = await this.#host.start(spec, restartCount, signal);
    } catch (error) {
      if (!signal.aborted) await this.#cannotStart(error as Error);
      return undefined;
    }
    // Whoever stopped the container meanwhile found nothing to stop.
    if (signal.aborted) this.#run.kill('SIGKILL');
    this.#startedAt = timestamp(this.#host.clock.now());
    if (status.state.terminated !== undefined) status.lastState = { terminated: status.state.terminated };
    status.restartCount = restartCount;
    this.#hasRun = true;
    status.imageID = this.#run.imageID;
    status.containerID = this.#run.id;
    status.state = { running: { startedAt: this.#startedAt } };
    if (this.#run.failure === undefined) this.#host.event('Normal', 'Started', `Started container ${spec.name}`);
    else this.#host.event('Warning', 'Failed', `Error: ${this.#run.failure}`);
    return this.#run;
  }

  /** Says why, and waits until it may be otherwise: something changed, or some time has passed. */
  async #cannotStart(error: Error): Promise<void> {
    const { clock, configured, event, changed } = this.#host;
    const signal = this.#stopping.signal;
    const reason = error instanceof CannotStart ? error.reason : 'CreateContainerError';
    this.status.state = { waiting: { reason, message: error.message } };
    event(
      'Warning',
      'Failed',
      reason === 'ErrImagePull'
        ? `Failed to pull image "${this.spec.image}": ${error.message}`
        : `Error: ${error.message}`,
    );
    changed();
    const woken = new AbortController();
    const stop = AbortSignal.any([signal, woken.signal]);
    const waits = [slept(clock, Math.max(this.#startBackOff.next(clock.now()), 10_000), stop)];
    // What other objects lack is there as soon as they change; a package index says nothing of itself.
    if (reason === 'CreateContainerConfigError') waits.push(configured(stop).then(() => true));
    await Promise.race(waits);
    woken.abort();
    if (reason !== 'ErrImagePull' || signal.aborted) return;
    const message = `Back-off pulling image "${this.spec.image}": ErrImagePull: ${error.message}`;
    this.status.state = { waiting: { reason: 'ImagePullBackOff', message } };
    changed();
  }

  /** Probes and hooks of one run, until it ends. */
  async #follow(run: Run): Promise<Exit> {
    const { status, spec } = this;
    // Nobody answers for a program that is only played.
    const isReal = run.pid !== undefined;
    const prober = new Prober(isReal ? spec : { name: spec.name, image: spec.image }, {
      clock: this.#host.clock,
      probe: (action, signal) => this.#host.act(spec, action, run, signal),
      unhealthy: (message) => this.#host.event('Warning', 'Unhealthy', message),
      changed: () => this.#probed(prober),
      failed: (kind, grace) =>
        void this.#end(
          grace ?? graceOf(this.#host.pod()),
          `Container ${spec.name} failed ${kind} probe, will be restarted`,
        ),
    });
    if (isReal && spec.lifecycle?.postStart !== undefined) void this.#postStart(run, spec.lifecycle.postStart, prober);
    else prober.start();
    this.#probed(prober);
    const exit = await run.exited;
    await prober.stop();
    this.#run = undefined;
    status.ready = this.#isInit && !isSidecar(spec) && exit.exitCode === 0;
    status.started = false;
    status.state = {
      terminated: terminatedBy(exit, run, this.#startedAt, timestamp(this.#host.clock.now())),
    };
    this.#host.changed();
    return exit;
  }

  #probed(prober: Prober): void {
    const { status } = this;
    if (status.state.running === undefined) return;
    status.started = prober.isStarted;
    const isSoon = this.#isInit && !isSidecar(this.spec);
    status.ready = prober.isReady && !isSoon;
    if (status.started) this.#start.resolve();
    this.#host.changed();
  }

  /** The container does not count as started before its hook is done; a hook that fails ends it. */
  async #postStart(run: Run, action: ActionSpec, prober: Prober): Promise<void> {
    const outcome = await this.#host.act(this.spec, action, run, this.#stopping.signal);
    if (this.#run !== run) return;
    if (outcome.ok) return prober.start();
    this.#host.event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${outcome.message}`);
    await this.#end(graceOf(this.#host.pod()), `Container ${this.spec.name} failed post-start hook`);
  }

  /** Ends the present run. */
  async #end(graceSeconds: number, why: string): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#host.event('Normal', 'Killing', why);
    const ended = new AbortController();
    const exited = run.exited.finally(() => ended.abort());
    const deadline = this.#host.clock.now().getTime() + graceSeconds * 1000;
    const hook = this.spec.lifecycle?.preStop;
    if (hook !== undefined && run.pid !== undefined && graceSeconds > 0) {
      const late = AbortSignal.any([ended.signal, AbortSignal.timeout(graceSeconds * 1000)]);
      const outcome = await this.#host.act(this.spec, hook, run, late);
      if (!outcome.ok && !ended.signal.aborted)
        this.#host.event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${outcome.message}`);
    }
    // A hook that took all the time leaves the program two seconds (the kubelet's minimum).
    const left = Math.max(deadline - this.#host.clock.now().getTime(), hook === undefined ? 0 : 2000);
    if (graceSeconds > 0) run.kill('SIGTERM');
    if (graceSeconds === 0 || (await slept(this.#host.clock, left, ended.signal))) run.kill('SIGKILL');
    await exited;
  }

  #stayEnded(terminated: Terminated): boolean {
    this.status.state = { terminated };
    this.status.lastState = {};
    this.#host.changed();
    return terminated.exitCode === 0;
  }

  /** A stop that is under way is to be quicker. */
  async #killAfter(graceSeconds: number, run: Run): Promise<void> {
    const ended = new AbortController();
    const exited = run.exited.finally(() => ended.abort());
    if (graceSeconds === 0 || (await slept(this.#host.clock, graceSeconds * 1000, ended.signal))) run.kill('SIGKILL');
    await exited;
  }

  #restarts({ exitCode }: { exitCode: number }): boolean {
    const pod = this.#host.pod().spec.restartPolicy ?? 'Always';
    const policy = this.spec.restartPolicy ?? (this.#isInit && pod === 'Always' ? 'OnFailure' : pod);
    return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
  }

  /** Waits before the next start; false where the container is stopped meanwhile. */
  async #backedOff(): Promise<boolean> {
    const { status, spec } = this;
    const { clock } = this.#host;
    const delay = this.#backOff.next(clock.now());
    if (delay === 0) return !this.#stopping.signal.aborted;
    const { terminated } = status.state;
    const pod = fullNameOf(this.#host.pod());
    status.lastState = terminated === undefined ? {} : { terminated };
    status.state = {
      waiting: {
        reason: 'CrashLoopBackOff',
        message: `back-off ${goDuration(delay)} restarting failed container=${spec.name} pod=${pod}`,
      },
    };
    this.#host.event('Warning', 'BackOff', `Back-off restarting failed container ${spec.name} in pod ${pod}`);
    this.#host.changed();
    return slept(clock, delay, this.#stopping.signal);
  }
}
