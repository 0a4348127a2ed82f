import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PodPlace } from './environment/fields.ts';
import type { Host } from './host.ts';
import { hostsFile } from './network/names.ts';
import type { ContainerSpec, Pod } from './spec.ts';
import type { Surroundings } from './surroundings.ts';
import { issueTokens } from './token.ts';
import { Volumes } from './volumes/volumes.ts';

/** As long as a timer of this platform can be: 24 days. */
const longestTimer = 2 ** 31 - 1;

/** Everything of one pod that is on disk: volumes, hosts file, the containers' own directories, logs. */
export class PodFiles {
  readonly directory: string;
  readonly volumes: Volumes;
  /** An empty directory, to become the root of programs. */
  readonly root: string;
  readonly hosts: string;
  /** Which ports of Services are elsewhere than they should be. */
  readonly ports: string;
  readonly #around: Surroundings;
  readonly #host: Host;
  readonly #pod: () => Pod;
  readonly #place: PodPlace;
  readonly #stopped = new AbortController();
  #refreshing: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(options: { pod: () => Pod; place: PodPlace; around: Surroundings; host: Host }) {
    const { pod, place, around, host } = options;
    this.#pod = pod;
    this.#place = place;
    this.#around = around;
    this.#host = host;
    this.directory = path.join(host.directory, 'pods', pod().metadata.uid ?? '');
    this.root = path.join(this.directory, 'root');
    this.hosts = path.join(this.directory, 'hosts');
    this.ports = path.join(this.directory, 'ports');
    this.volumes = new Volumes(path.join(this.directory, 'volumes'), {
      configuration: around.configuration,
      place,
      issueToken: issueTokens(around),
    });
  }

  /** Lays out the volumes of these containers, and keeps them up to date from then on. */
  async layOut(containers: readonly ContainerSpec[]): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    const names = new Set(containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name)));
    await this.volumes.layOut(this.#pod(), names);
    await this.#writeHosts();
    this.#refreshing ??= this.#keepFresh();
  }

  logFile(container: string, restartCount: number): string {
    return path.join(this.directory, 'logs', container, `${restartCount}.log`);
  }

  /** Where a container leaves the message about its end. */
  messageFile(container: string): string {
    return path.join(this.directory, 'containers', container, 'termination-log');
  }

  /** A home and a place for temporary files, of a container's own, and an empty termination message. */
  async makeHome(container: string): Promise<{ home: string; temporary: string }> {
    const own = path.join(this.directory, 'containers', container);
    const [home, temporary] = [path.join(own, 'home'), path.join(own, 'tmp')];
    for (const directory of [home, temporary]) await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(this.messageFile(container), '');
    return { home, temporary };
  }

  /** Services or their members have changed. */
  async networkChanged(): Promise<void> {
    if (this.#refreshing !== undefined && !this.#stopped.signal.aborted) await this.#writeHosts();
  }

  /** Labels and annotations may have changed, which volumes can show. */
  podChanged(): void {
    this.#wake.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#refreshing;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Keeps the files of volumes what objects and tokens have become. */
  async #keepFresh(): Promise<void> {
    const { signal } = this.#stopped;
    const { clock, configuration, events } = this.#around;
    const { namespace } = this.#pod().metadata;
    const forget = configuration.onChange((object) => {
      if (object.metadata.namespace === namespace) this.#wake.resolve();
    });
    signal.addEventListener('abort', () => this.#wake.resolve(), { once: true });
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      let renew: Date | undefined;
      try {
        renew = await this.volumes.refresh(this.#pod());
      } catch (error) {
        // What has become of its sources is no reason to take files away from a pod that runs.
        if (!signal.aborted) events(this.#pod(), 'Warning', 'FailedMount', (error as Error).message);
      }
      if (signal.aborted) break;
      const left = renew === undefined ? longestTimer : Math.max(renew.getTime() - clock.now().getTime(), 1000);
      const timer = setTimeout(() => this.#wake.resolve(), Math.min(left, longestTimer)).unref();
      await this.#wake.promise;
      clearTimeout(timer);
    }
    forget();
  }

  async #writeHosts(): Promise<void> {
    const { services, addresses, proxy } = this.#host;
    await writeInPlace(this.hosts, hostsFile(this.#pod(), this.#place.podIP, services, addresses));
    await writeInPlace(this.ports, await proxy.movedPorts());
  }
}

/** Where a file is mounted, a new one in its stead would not be seen. */
async function writeInPlace(file: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await writeFile(file, '', { flag: 'a' });
  const handle = await open(file, 'r+');
  try {
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.truncate(bytes.length);
  } finally {
    await handle.close();
  }
}
