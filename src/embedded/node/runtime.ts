import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { canonical } from '../../resource/index.ts';
import { overNetwork } from './actions.ts';
import { slept } from './clock.ts';
import type { PodPlace } from './environment/fields.ts';
import type { Host } from './host.ts';
import { type ImageRow, rowOf } from './images.ts';
import { LogFile } from './logs/log-file.ts';
import { PodFiles } from './pod-files.ts';
import type { ProbeOutcome } from './probes.ts';
import { isGroupAlive } from './process/guard.ts';
import type { Launched } from './process/launch.ts';
import { inTerminal } from './process/terminal.ts';
import { CannotStart, type Exit, type Run } from './run.ts';
import { Setting } from './setting.ts';
import { simulate } from './simulated.ts';
import type { ActionSpec, ContainerSpec, Pod, ProbeSpec } from './spec.ts';
import type { Surroundings } from './surroundings.ts';

/** The run of a container that goes on, or its last one. */
interface Present {
  setting: Setting;
  log: LogFile;
  launched: Launched;
  /** Commands that were executed in it: what they leave running ends with it. */
  executed: Set<Launched>;
}

/** How one pod's containers run on this machine. */
export class PodRuntime {
  /** Names of the containers that are only played. */
  readonly simulated: readonly string[];
  readonly files: PodFiles;
  readonly #around: Surroundings;
  readonly #host: Host;
  readonly #place: PodPlace;
  readonly #present = new Map<string, Present>();
  #pod: Pod;
  #address: string | undefined;

  constructor(pod: Pod, around: Surroundings, host: Host) {
    this.#pod = pod;
    this.#around = around;
    this.#host = host;
    this.simulated = this.#specs()
      .filter(({ image }) => rowOf(image, host.images) === undefined)
      .map(({ name }) => name);
    const address = () => this.#address ?? '';
    const { hostIP, nodeName } = around;
    this.#place = {
      hostIP,
      nodeName,
      allocatable: host.allocatable,
      get podIP() {
        return address();
      },
    };
    this.files = new PodFiles({ pod: () => this.#pod, place: this.#place, around, host });
  }

  get address(): string | undefined {
    return this.#address;
  }

  update(pod: Pod): void {
    const shown = ({ metadata: { labels = {}, annotations = {} } }: Pod) => canonical({ labels, annotations });
    const isShownAnew = shown(pod) !== shown(this.#pod);
    this.#pod = pod;
    if (isShownAnew) this.files.podChanged();
  }

  /** Gives the pod its address and lays out what its real containers need. */
  async prepare(signal: AbortSignal): Promise<void> {
    const { spec, status } = this.#pod;
    this.#address ??= spec.hostNetwork === true ? this.#around.hostIP : this.#host.addresses.take(status?.podIP);
    const real = this.#specs().filter(({ name }) => !this.simulated.includes(name));
    if (real.length > 0) await this.files.layOut(real);
    signal.throwIfAborted();
  }

  /** Starts a container's program. Throws `CannotStart` for what may be mended; its run tells everything else. */
  async start(spec: ContainerSpec, restartCount: number, signal: AbortSignal): Promise<Run> {
    const row = rowOf(spec.image, this.#host.images);
    if (row === undefined) return simulate(this.#pod, spec, this.#around.clock, signal);
    const bin = await this.#pull(spec, row, signal);
    const parts = { pod: this.#pod, place: this.#place, files: this.files, host: this.#host, around: this.#around };
    const setting = await Setting.of(parts, spec, row, bin);
    signal.throwIfAborted();
    const id = `slipway://${randomUUID().replaceAll('-', '')}`;
    const imageID = `slipway.dev/host/${spec.image}`;
    const words = setting.wordsOf(spec, row);
    const failure = await setting.whyNot(words);
    if (failure !== undefined) {
      const exited = Promise.resolve({ exitCode: 128, reason: 'StartError', message: failure });
      return { id, imageID, failure, exited, kill: () => undefined };
    }
    const log = await LogFile.create(this.files.logFile(spec.name, restartCount), this.#around.clock.now);
    this.#around.events(this.#pod, 'Normal', 'Created', `Created container: ${spec.name}`);
    const launched = await setting.launch(words, { stdin: spec.stdin === true });
    const present = { setting, log, launched, executed: new Set<Launched>() };
    this.#present.set(spec.name, present);
    const exited = this.#follow(spec, present);
    return { id, imageID, pid: launched.pid, exited, kill: (name) => launched.kill(name) };
  }

  /** Does what a probe or a hook says. */
  async act(spec: ContainerSpec, action: ActionSpec, signal: AbortSignal): Promise<ProbeOutcome> {
    if (action.sleep !== undefined) {
      await slept(this.#around.clock, action.sleep.seconds * 1000, signal);
      return { ok: true, message: '' };
    }
    const { timeoutSeconds } = action as ProbeSpec;
    // Hooks that execute a command have no limit but the grace period, which the signal brings.
    const isEndless = timeoutSeconds === undefined && action.exec !== undefined;
    const limit = isEndless ? signal : AbortSignal.any([signal, AbortSignal.timeout((timeoutSeconds ?? 30) * 1000)]);
    if (action.exec === undefined) return overNetwork(spec, action, this.#place.podIP, limit);
    return this.#check(spec, action.exec.command ?? [], limit, timeoutSeconds);
  }

  /** Starts a command in a container that runs. Throws where it cannot. */
  async execute(
    spec: ContainerSpec,
    words: readonly string[],
    options: { stdin: boolean; tty: boolean },
  ): Promise<Launched> {
    const present = this.#present.get(spec.name);
    if (present === undefined || present.log.isClosed) throw new Error(`container ${spec.name} is not running`);
    const failure = await present.setting.whyNot(words);
    if (failure !== undefined) throw new Error(failure);
    const typed = options.tty ? inTerminal(words) : words;
    const launched = await present.setting.launch(typed, { stdin: options.stdin || options.tty, keepsGroup: true });
    present.executed.add(launched);
    // A number that nobody has any more may become somebody else's: it must not be killed for ours.
    void launched.exited.then(async () => {
      if (isGroupAlive(launched.pid)) return;
      present.executed.delete(launched);
      await this.#host.guard.remove(launched.pid);
    });
    return launched;
  }

  /** The program of a container and what it writes: of the run that goes on, or of the last one in this node's life. */
  present(container: string): { launched: Launched; log: LogFile } | undefined {
    return this.#present.get(container);
  }

  /** Nothing runs any more; what the pod wrote stays. */
  async stop(): Promise<void> {
    await this.files.stop();
    if (this.#address !== undefined) this.#host.addresses.give(this.#address);
  }

  /** Takes everything away that the pod had on this machine. */
  async remove(): Promise<void> {
    await this.stop();
    await this.files.remove();
  }

  /** Makes the image be there; answers the directory of its own programs, if it has one. */
  async #pull(spec: ContainerSpec, row: ImageRow, signal: AbortSignal): Promise<string | undefined> {
    const { events } = this.#around;
    const packages = row.packages ?? [];
    const found = row.runs === 'host' ? '' : await this.#host.python.find(packages);
    if (found !== undefined) {
      events(this.#pod, 'Normal', 'Pulled', `Container image "${spec.image}" already present on machine`);
      return found === '' ? undefined : path.join(found, 'bin');
    }
    if (spec.imagePullPolicy === 'Never')
      throw new CannotStart('ErrImagePull', `Container image "${spec.image}" is not present with pull policy of Never`);
    events(this.#pod, 'Normal', 'Pulling', `Pulling image "${spec.image}"`);
    const began = performance.now();
    // Made for all pods: one that goes away meanwhile must not spoil it for the others.
    const made = await Promise.race([this.#host.python.make(packages, this.#around.signal), untilAborted(signal)]);
    const seconds = ((performance.now() - began) / 1000).toFixed(3);
    events(this.#pod, 'Normal', 'Pulled', `Successfully pulled image "${spec.image}" in ${seconds}s`);
    return path.join(made, 'bin');
  }

  /** Records a run to its end. */
  async #follow(spec: ContainerSpec, { log, launched, executed }: Present): Promise<Exit> {
    const written = Promise.all([log.record('stdout', launched.stdout), log.record('stderr', launched.stderr)]);
    const exit = await launched.exited;
    await written;
    await log.close();
    for (const command of executed) {
      command.kill('SIGKILL');
      await this.#host.guard.remove(command.pid);
    }
    const message = await this.#lastWords(spec, exit.exitCode, log.path);
    return message === '' ? exit : { ...exit, message };
  }

  /** What the program left to be said about its end: at most 4 KiB, of its log 2 KiB or 80 lines. */
  async #lastWords(spec: ContainerSpec, exitCode: number, log: string): Promise<string> {
    const message = await readFile(this.files.messageFile(spec.name)).catch(() => Buffer.alloc(0));
    if (message.length > 0) return message.subarray(0, 4096).toString('utf8');
    if (exitCode === 0 || spec.terminationMessagePolicy !== 'FallbackToLogsOnError') return '';
    const text = (await readFile(log, 'utf8').catch(() => '')).trimEnd();
    const lines = text.split('\n').map((line) => line.replace(/^\S+ \S+ [FP] ?/, ''));
    return `${lines.slice(-80).join('\n')}\n`.slice(-2048);
  }

  async #check(
    spec: ContainerSpec,
    words: readonly string[],
    signal: AbortSignal,
    timeoutSeconds: number | undefined,
  ): Promise<ProbeOutcome> {
    let launched: Launched;
    try {
      launched = await this.execute(spec, words, { stdin: false, tty: false });
    } catch (error) {
      return { ok: false, message: (error as Error).message };
    }
    const stop = () => launched.kill('SIGKILL');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const chunks: Buffer[] = [];
    for (const stream of [launched.stdout, launched.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    const { exitCode } = await launched.exited;
    signal.removeEventListener('abort', stop);
    // Probes come again and again, and leave nothing running.
    stop();
    if (signal.aborted) {
      const command = JSON.stringify(words.join(' '));
      return { ok: false, message: `command timed out: ${command} timed out after ${timeoutSeconds ?? 1}s` };
    }
    // The kubelet cuts what a probe says at 10 KiB.
    return { ok: exitCode === 0, message: Buffer.concat(chunks).subarray(0, 10_240).toString('utf8') };
  }

  #specs(): ContainerSpec[] {
    return [...(this.#pod.spec.initContainers ?? []), ...this.#pod.spec.containers];
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
