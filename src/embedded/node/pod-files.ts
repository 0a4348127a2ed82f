import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { slept } from './clock.ts';
import type { PodPlace } from './environment/fields.ts';
import type { Host } from './host.ts';
import { hostsFile } from './network/names.ts';
import type { ContainerSpec, Pod } from './spec.ts';
import type { Surroundings } from './surroundings.ts';
import { issueTokens } from './token.ts';
import { Volumes } from './volumes/volumes.ts';

/** Everything of one pod that is on disk: volumes, hosts file, the containers' own directories, logs. */
export class PodFiles {
  readonly directory: string;
  readonly volumes: Volumes;
  /** An empty directory, to become the root of programs. */
  readonly root: string;
  readonly hosts: string;
  readonly #around: Surroundings;
  readonly #host: Host;
  readonly #pod: () => Pod;
  readonly #place: PodPlace;
  readonly #stopped = new AbortController();
  #refreshing: Promise<void> | undefined;

  constructor(options: { pod: () => Pod; place: PodPlace; around: Surroundings; host: Host }) {
    const { pod, place, around, host } = options;
    this.#pod = pod;
    this.#place = place;
    this.#around = around;
    this.#host = host;
    this.directory = path.join(host.directory, 'pods', pod().metadata.uid ?? '');
    this.root = path.join(this.directory, 'root');
    this.hosts = path.join(this.directory, 'hosts');
    this.volumes = new Volumes(path.join(this.directory, 'volumes'), {
      configuration: around.configuration,
      place,
      issueToken: issueTokens(around.cluster, around.signal),
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
    while (!signal.aborted) {
      let renew: Date | undefined;
      const woken = new AbortController();
      const stop = AbortSignal.any([signal, woken.signal]);
      const waits = [configuration.changed(stop)];
      try {
        renew = await this.volumes.refresh(this.#pod());
      } catch (error) {
        // What has become of its sources is no reason to take files away from a pod that runs.
        events(this.#pod(), 'Warning', 'FailedMount', (error as Error).message);
      }
      if (renew !== undefined) {
        const left = Math.max(renew.getTime() - clock.now().getTime(), 1000);
        waits.push(slept(clock, Math.min(left, 2 ** 31 - 1), stop).then(() => undefined));
      }
      await Promise.race(waits);
      woken.abort();
      // Changes come in crowds, which are one.
      await sleep(50);
    }
  }

  async #writeHosts(): Promise<void> {
    const { services, addresses } = this.#host;
    const text = Buffer.from(hostsFile(this.#pod(), this.#place.podIP, services, addresses));
    await writeFile(this.hosts, '', { flag: 'a' });
    // In place: where the file is mounted, a new one in its stead would not be seen.
    const handle = await open(this.hosts, 'r+');
    try {
      await handle.write(text, 0, text.length, 0);
      await handle.truncate(text.length);
    } finally {
      await handle.close();
    }
  }
}
