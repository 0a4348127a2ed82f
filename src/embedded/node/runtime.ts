import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { overNetwork } from './actions.ts';
import { slept } from './clock.ts';
import { expand } from './environment/expand.ts';
import type { PodPlace } from './environment/fields.ts';
import { variablesOf } from './environment/variables.ts';
import type { Host } from './host.ts';
import { type ImageRow, rowOf } from './images.ts';
import { LogFile } from './logs/log-file.ts';
import { hostnameOf, hostsFile, serviceVariables } from './network/names.ts';
import type { ProbeOutcome } from './probes.ts';
import { whyNoProgram } from './process/find-program.ts';
import { type Launched, launch } from './process/launch.ts';
import { mapPaths } from './process/mapping.ts';
import { sandboxed } from './process/sandbox.ts';
import { inTerminal } from './process/terminal.ts';
import { CannotStart, type Exit, type Run } from './run.ts';
import { simulate } from './simulated.ts';
import type { ActionSpec, ContainerSpec, Pod, ProbeSpec } from './spec.ts';
import type { Surroundings } from './surroundings.ts';
import { issueTokens } from './token.ts';
import { type Mount, Volumes } from './volumes/volumes.ts';

/** What a program of a container is started with. */
interface Setting {
  env: Record<string, string>;
  mounts: Mount[];
  cwd: string;
}

/** How one pod's containers run on this machine. */
export class PodRuntime {
  /** Names of the containers that are only played. */
  readonly simulated: readonly string[];
  readonly #around: Surroundings;
  readonly #host: Host;
  readonly #directory: string;
  readonly #volumes: Volumes;
  readonly #settings = new Map<string, Setting>();
  readonly #logs = new Map<string, LogFile>();
  /** Commands that were executed in containers and left something running, by container. */
  readonly #executed = new Map<string, Set<Launched>>();
  readonly #stopped = new AbortController();
  #pod: Pod;
  #address: string | undefined;
  #refreshing: Promise<void> | undefined;

  constructor(pod: Pod, around: Surroundings, host: Host) {
    this.#pod = pod;
    this.#around = around;
    this.#host = host;
    this.#directory = path.join(host.directory, 'pods', pod.metadata.uid ?? '');
    this.simulated = this.#specs()
      .filter(({ image }) => this.#rowOf(image) === undefined)
      .map(({ name }) => name);
    this.#volumes = new Volumes(path.join(this.#directory, 'volumes'), {
      configuration: around.configuration,
      place: this.#place(),
      issueToken: issueTokens(around.cluster, around.signal),
    });
  }

  get address(): string | undefined {
    return this.#address;
  }

  update(pod: Pod): void {
    this.#pod = pod;
  }

  /** Gives the pod its address and lays out what its real containers need. */
  async prepare(signal: AbortSignal): Promise<void> {
    this.#address ??=
      this.#pod.spec.hostNetwork === true ? this.#around.hostIP : this.#host.addresses.take(this.#pod.status?.podIP);
    const real = this.#specs().filter(({ name }) => !this.simulated.includes(name));
    if (real.length === 0) return;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#volumes.layOut(
      this.#pod,
      new Set(real.flatMap((spec) => (spec.volumeMounts ?? []).map(({ name }) => name))),
    );
    signal.throwIfAborted();
    await this.#writeHosts();
    this.#refreshing ??= this.#keepFresh();
  }

  /** Starts a container's program. Throws `CannotStart` for what may be mended, and tells everything else by its run. */
  async start(spec: ContainerSpec, restartCount: number, signal: AbortSignal): Promise<Run> {
    const row = this.#rowOf(spec.image);
    if (row === undefined) return simulate(this.#pod, spec, this.#around.clock, signal);
    const bin = await this.#pull(spec, row, signal);
    const setting = await this.#settingOf(spec, row, bin);
    this.#settings.set(spec.name, setting);
    signal.throwIfAborted();
    const id = `slipway://${randomUUID().replaceAll('-', '')}`;
    const imageID = `slipway.dev/host/${spec.image}`;
    const words = this.#wordsOf(spec, row, setting);
    const failure = await this.#whyNot(words, setting);
    if (failure !== undefined) {
      const exited = Promise.resolve({ exitCode: 128, reason: 'StartError', message: failure });
      return { id, imageID, failure, exited, kill: () => undefined };
    }
    const log = await LogFile.create(this.logFile(spec.name, restartCount), this.#around.clock.now);
    this.#logs.set(spec.name, log);
    await writeFile(this.#messageFile(spec), '');
    this.#around.events(this.#pod, 'Normal', 'Created', `Created container: ${spec.name}`);
    const launched = await this.#launch(words, setting, { stdin: spec.stdin === true });
    const written = Promise.all([log.record('stdout', launched.stdout), log.record('stderr', launched.stderr)]);
    const exited = launched.exited.then(async (exit) => {
      await written;
      await log.close();
      this.#endExecuted(spec.name);
      return this.#lastWords(spec, exit, restartCount);
    });
    this.#stdin.set(spec.name, launched);
    return { id, imageID, pid: launched.pid, exited, kill: (name) => launched.kill(name) };
  }

  readonly #stdin = new Map<string, Launched>();

  /** Does what a probe or a hook says. */
  async act(spec: ContainerSpec, action: ActionSpec, _run: Run, signal: AbortSignal): Promise<ProbeOutcome> {
    const { timeoutSeconds } = action as ProbeSpec;
    const limits =
      timeoutSeconds === undefined && action.exec !== undefined
        ? [signal]
        : [signal, AbortSignal.timeout((timeoutSeconds ?? 30) * 1000)];
    const limit = AbortSignal.any(limits);
    if (action.sleep !== undefined) {
      await slept(this.#around.clock, action.sleep.seconds * 1000, signal);
      return { ok: true, message: '' };
    }
    if (action.exec === undefined) return overNetwork(spec, action, this.#address ?? '', limit);
    return this.#check(spec, action.exec.command ?? [], limit, timeoutSeconds);
  }

  /** Starts a command in a container that runs. Throws where it cannot. */
  async execute(
    spec: ContainerSpec,
    words: readonly string[],
    options: { stdin: boolean; tty: boolean },
  ): Promise<Launched> {
    const setting = this.#settings.get(spec.name);
    if (setting === undefined) throw new Error(`container ${spec.name} is not running`);
    const mapped = this.#isMounted() ? [...words] : words.map((word) => mapPaths(word, setting.mounts));
    const failure = await this.#whyNot(mapped, setting);
    if (failure !== undefined) throw new Error(failure);
    const typed = options.tty ? inTerminal(mapped) : mapped;
    const launched = await this.#launch(typed, setting, { stdin: options.stdin || options.tty, keepsGroup: true });
    const all = this.#executed.get(spec.name) ?? new Set();
    this.#executed.set(spec.name, all.add(launched));
    return launched;
  }

  /** The program of a container that runs, for its standard input. */
  launched(container: string): Launched | undefined {
    return this.#stdin.get(container);
  }

  logFile(container: string, restartCount: number): string {
    return path.join(this.#directory, 'logs', container, `${restartCount}.log`);
  }

  /** The log of the run that goes on, or of the last one of this life of the node. */
  liveLog(container: string): LogFile | undefined {
    return this.#logs.get(container);
  }

  /** Services or their members have changed. */
  async networkChanged(): Promise<void> {
    if (this.#refreshing !== undefined && !this.#stopped.signal.aborted) await this.#writeHosts();
  }

  /** Nothing runs any more; what the pod wrote stays. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#refreshing;
    if (this.#address !== undefined) this.#host.addresses.give(this.#address);
  }

  /** Takes everything away that the pod had on this machine. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Makes the image be there; answers the directory of its programs, if it has its own. */
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

  async #settingOf(spec: ContainerSpec, row: ImageRow, bin: string | undefined): Promise<Setting> {
    const { services, proxy, env: base, api, mounting } = this.#host;
    const own = path.join(this.#directory, 'containers', spec.name);
    const [home, temporary] = [path.join(own, 'home'), path.join(own, 'tmp')];
    await Promise.all([home, temporary].map((directory) => mkdir(directory, { recursive: true, mode: 0o700 })));
    const links = await serviceVariables(this.#pod, services, proxy);
    if (api !== undefined)
      Object.assign(links, {
        KUBERNETES_SERVICE_HOST: api.ip,
        KUBERNETES_SERVICE_PORT: String(api.port),
        KUBERNETES_SERVICE_PORT_HTTPS: String(api.port),
      });
    const { configuration } = this.#around;
    const asked = variablesOf(this.#pod, spec, { configuration, place: this.#place(), services: links });
    const mounts = await this.#mountsOf(spec, asked);
    const search = bin === undefined ? base.PATH : `${bin}:${base.PATH}`;
    const env = {
      PATH: search,
      LANG: base.LANG,
      HOME: home,
      TMPDIR: temporary,
      HOSTNAME: hostnameOf(this.#pod),
      POD_IP: this.#address ?? '',
      ...(mounting.how === 'namespace' ? {} : { SLIPWAY_HOSTS: this.#hostsPath() }),
      ...row.env,
      ...asked,
    };
    const seen = mounting.how === 'namespace' ? env : mapValues(env, (value) => mapPaths(value, mounts));
    const wanted = spec.workingDir ?? home;
    const cwd = mounting.how === 'namespace' ? wanted : mapPaths(wanted, mounts);
    const real = realPlace(cwd, mounts);
    if (real.startsWith(`${this.#directory}/`)) await mkdir(real, { recursive: true });
    return { env: seen, mounts, cwd };
  }

  async #mountsOf(spec: ContainerSpec, variables: Readonly<Record<string, string>>): Promise<Mount[]> {
    const message = { mountPath: messagePath(spec), source: this.#messageFile(spec), isReadOnly: false };
    try {
      return [...(await this.#volumes.mountsOf(spec, variables)), message];
    } catch (error) {
      throw new CannotStart('CreateContainerConfigError', (error as Error).message, { cause: error });
    }
  }

  #wordsOf(spec: ContainerSpec, row: ImageRow, { env, mounts }: Setting): string[] {
    const { command = [], args = [] } = spec;
    const words = command.length > 0 ? [...command, ...args] : args.length > 0 ? args : [...(row.command ?? [])];
    const isOwn = command.length > 0 || args.length > 0;
    const expanded = isOwn ? words.map((word) => expand(word, env)) : words;
    // What lies outside of any volume is always reached by its real name: /dev is not made anew for one file.
    const mapped = this.#isMounted() ? mounts.slice(-1) : mounts;
    return expanded.map((word) => mapPaths(word, mapped));
  }

  async #whyNot(words: readonly string[], { env, cwd, mounts }: Setting): Promise<string | undefined> {
    const [program] = words;
    if (program === undefined) return 'no command specified';
    const search = { path: env['PATH'] ?? '', cwd, real: (place: string) => realPlace(place, mounts) };
    const why = await whyNoProgram(program, search);
    return why === undefined ? undefined : `failed to create containerd task: failed to create shim task: ${why}`;
  }

  async #launch(
    words: readonly string[],
    { env, mounts, cwd }: Setting,
    options: { stdin: boolean; keepsGroup?: boolean },
  ): Promise<Launched> {
    const { mounting, guard } = this.#host;
    const { keepsGroup = false, stdin } = options;
    if (mounting.how === 'rewrite') return launch({ words, cwd, env, stdin }, guard, { keepsGroup });
    const root = path.join(this.#directory, 'root');
    await mkdir(root, { recursive: true });
    const hosts = { mountPath: '/etc/hosts', source: this.#hostsPath(), isReadOnly: false };
    const inside = await sandboxed(words, {
      unshare: mounting.unshare,
      root,
      hostname: hostnameOf(this.#pod),
      mounts: [hosts, ...mounts.slice(0, -1)],
      cwd,
      path: env['PATH'] ?? '',
    });
    return launch({ words: inside, cwd: '/', env, stdin }, guard, { keepsGroup });
  }

  async #check(
    spec: ContainerSpec,
    words: readonly string[],
    signal: AbortSignal,
    timeout?: number,
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
    if (signal.aborted)
      return {
        ok: false,
        message: `command timed out: ${JSON.stringify(words.join(' '))} timed out after ${timeout ?? 1}s`,
      };
    // The kubelet cuts what a probe says at 10 KiB.
    return { ok: exitCode === 0, message: Buffer.concat(chunks).subarray(0, 10_240).toString('utf8') };
  }

  #endExecuted(container: string): void {
    for (const launched of this.#executed.get(container) ?? []) {
      launched.kill('SIGKILL');
      void this.#host.guard.remove(launched.pid);
    }
    this.#executed.delete(container);
  }

  /** Adds what the program left to be said about its end. */
  async #lastWords(spec: ContainerSpec, exit: Exit, restartCount: number): Promise<Exit> {
    let message = (await readStart(this.#messageFile(spec), 4096)) ?? '';
    if (message === '' && exit.exitCode !== 0 && spec.terminationMessagePolicy === 'FallbackToLogsOnError') {
      const log = await readFile(this.logFile(spec.name, restartCount), 'utf8').catch(() => '');
      const lines = log
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^\S+ \S+ [FP] ?/, ''));
      message = `${lines.slice(-80).join('\n')}\n`.slice(-2048);
    }
    return message === '' ? exit : { ...exit, message };
  }

  /** Keeps the files of volumes what objects and tokens have become. */
  async #keepFresh(): Promise<void> {
    const { signal } = this.#stopped;
    const { clock, configuration } = this.#around;
    while (!signal.aborted) {
      let renew: Date | undefined;
      try {
        renew = await this.#volumes.refresh(this.#pod);
      } catch (error) {
        // What has become of its sources is no reason to take files away from a pod that runs.
        this.#around.events(this.#pod, 'Warning', 'FailedMount', (error as Error).message);
      }
      const woken = new AbortController();
      const stop = AbortSignal.any([signal, woken.signal]);
      const waits = [configuration.changed(stop)];
      if (renew !== undefined) {
        const left = Math.max(renew.getTime() - clock.now().getTime(), 1000);
        waits.push(slept(clock, Math.min(left, 2 ** 31 - 1), stop).then(() => undefined));
      }
      await Promise.race(waits);
      woken.abort();
      // Changes come in crowds.
      await sleep(50);
    }
  }

  async #writeHosts(): Promise<void> {
    const { services, addresses } = this.#host;
    const text = hostsFile(this.#pod, this.#address ?? '', services, addresses);
    const file = this.#hostsPath();
    // In place: where the file is mounted, a new one in its stead would not be seen.
    const handle = await open(file, 'a+', 0o644).then(async (made) => {
      await made.close();
      return open(file, 'r+');
    });
    try {
      const bytes = Buffer.from(text);
      await handle.write(bytes, 0, bytes.length, 0);
      await handle.truncate(bytes.length);
    } finally {
      await handle.close();
    }
  }

  #hostsPath(): string {
    return path.join(this.#directory, 'hosts');
  }

  #messageFile(spec: ContainerSpec): string {
    return path.join(this.#directory, 'containers', spec.name, 'termination-log');
  }

  #isMounted(): boolean {
    return this.#host.mounting.how === 'namespace';
  }

  #rowOf(image: string): ImageRow | undefined {
    return rowOf(image, this.#host.images);
  }

  #specs(): ContainerSpec[] {
    return [...(this.#pod.spec.initContainers ?? []), ...this.#pod.spec.containers];
  }

  /** Its address is known only later, and read when it is asked for. */
  #place(): PodPlace {
    const address = () => this.#address ?? '';
    const { hostIP, nodeName } = this.#around;
    const { allocatable } = this.#host;
    return {
      hostIP,
      nodeName,
      allocatable,
      get podIP() {
        return address();
      },
    };
  }
}

const messagePath = (spec: ContainerSpec) => spec.terminationMessagePath ?? '/dev/termination-log';

function mapValues(env: Readonly<Record<string, string>>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, map(value)]));
}

/** Where on this machine a place is that a program sees. */
function realPlace(place: string, mounts: readonly Mount[]): string {
  const holders = mounts.filter(({ mountPath }) => place === mountPath || place.startsWith(`${mountPath}/`));
  const holder = holders.sort((one, other) => other.mountPath.length - one.mountPath.length)[0];
  return holder === undefined ? place : path.join(holder.source, place.slice(holder.mountPath.length));
}

async function readStart(file: string, bytes: number): Promise<string | undefined> {
  const content = await readFile(file).catch(() => undefined);
  return content?.subarray(0, bytes).toString('utf8');
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
