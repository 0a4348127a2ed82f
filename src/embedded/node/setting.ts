import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expand } from './environment/expand.ts';
import type { PodPlace } from './environment/fields.ts';
import { variablesOf } from './environment/variables.ts';
import type { Host } from './host.ts';
import type { ImageRow } from './images.ts';
import { hostnameOf, serviceVariables } from './network/names.ts';
import type { PodFiles } from './pod-files.ts';
import { whyNoProgram } from './process/find-program.ts';
import { type Launched, launch } from './process/launch.ts';
import { mapPaths } from './process/mapping.ts';
import { sandboxed } from './process/sandbox.ts';
import { CannotStart } from './run.ts';
import type { ContainerSpec, Pod } from './spec.ts';
import type { Surroundings } from './surroundings.ts';
import type { Mount } from './volumes/volumes.ts';

/** What all containers of a pod share. */
export interface PodParts {
  pod: Pod;
  place: PodPlace;
  files: PodFiles;
  host: Host;
  around: Surroundings;
}

/** What the programs of one container find around them: its variables, its volumes, its working directory. */
export class Setting {
  readonly #parts: PodParts;
  readonly #env: Readonly<Record<string, string>>;
  readonly #mounts: readonly Mount[];
  readonly #message: Mount;
  readonly #cwd: string;

  private constructor(
    parts: PodParts,
    found: { env: Record<string, string>; mounts: Mount[]; message: Mount; cwd: string },
  ) {
    this.#parts = parts;
    this.#env = found.env;
    this.#mounts = found.mounts;
    this.#message = found.message;
    this.#cwd = found.cwd;
  }

  /** `bin` is the directory of the image's own programs. Throws `CannotStart` for what is missing. */
  static async of(parts: PodParts, spec: ContainerSpec, row: ImageRow, bin: string | undefined): Promise<Setting> {
    const { pod, place, files, host, around } = parts;
    const { home, temporary } = await files.makeHome(spec.name);
    const links = { ...(await serviceVariables(pod, host.services, host.proxy)), ...apiVariables(host) };
    const asked = variablesOf(pod, spec, { configuration: around.configuration, place, services: links });
    const mounts = await files.volumes.mountsOf(spec, asked).catch((error: Error) => {
      throw new CannotStart('CreateContainerConfigError', error.message, { cause: error });
    });
    const isMounted = host.mounting.how === 'namespace';
    const messagePath = spec.terminationMessagePath ?? '/dev/termination-log';
    const message = { mountPath: messagePath, source: files.messageFile(spec.name), isReadOnly: false };
    const own = {
      PATH: bin === undefined ? host.env.PATH : `${bin}:${host.env.PATH}`,
      LANG: host.env.LANG,
      HOME: home,
      TMPDIR: temporary,
      HOSTNAME: hostnameOf(pod),
      POD_IP: place.podIP,
      SLIPWAY_PORTS: files.ports,
      ...(isMounted ? {} : { SLIPWAY_HOSTS: files.hosts }),
      ...row.env,
      ...asked,
    };
    const entries = Object.entries(own).map(([name, value]) => [name, isMounted ? value : mapPaths(value, mounts)]);
    const wanted = spec.workingDir || home;
    const cwd = isMounted ? wanted : mapPaths(wanted, mounts);
    const real = realPlace(cwd, mounts);
    // As container runtimes do; but of directories that are not the pod's, only those that are there can be used.
    if (real.startsWith(`${files.directory}/`)) await mkdir(real, { recursive: true });
    return new Setting(parts, { env: Object.fromEntries(entries), mounts, message, cwd });
  }

  /** The words that a container's spec, or its image, asks to be executed. */
  wordsOf({ command = [], args = [] }: ContainerSpec, row: ImageRow): string[] {
    const own = command.length > 0 ? [...command, ...args] : args;
    const words = own.length > 0 ? own.map((word) => expand(word, this.#env)) : [...(row.command ?? [])];
    // The message file is always reached by its real name: /dev is not made anew for one file.
    return this.#mapped(words.map((word) => mapPaths(word, [this.#message])));
  }

  /** Why these words cannot be executed; undefined where they can. */
  async whyNot(words: readonly string[]): Promise<string | undefined> {
    const [program] = this.#mapped(words);
    if (program === undefined) return 'no command specified';
    const search = {
      path: this.#env['PATH'] ?? '',
      cwd: this.#cwd,
      real: (place: string) => realPlace(place, this.#mounts),
    };
    const why = await whyNoProgram(program, search);
    return why === undefined ? undefined : `failed to create containerd task: failed to create shim task: ${why}`;
  }

  async launch(words: readonly string[], options: { stdin: boolean; keepsGroup?: boolean }): Promise<Launched> {
    const { host, files, pod } = this.#parts;
    const { keepsGroup = false, stdin } = options;
    const [env, cwd] = [this.#env, this.#cwd];
    if (host.mounting.how === 'rewrite')
      return launch({ words: this.#mapped(words), cwd, env, stdin }, host.guard, { keepsGroup });
    const inside = await sandboxed(words, {
      unshare: host.mounting.unshare,
      root: files.root,
      hostname: hostnameOf(pod),
      mounts: [{ mountPath: '/etc/hosts', source: files.hosts, isReadOnly: false }, ...this.#mounts],
      cwd,
      path: env['PATH'] ?? '',
    });
    return launch({ words: inside, cwd: '/', env, stdin }, host.guard, { keepsGroup });
  }

  #mapped(words: readonly string[]): string[] {
    if (this.#parts.host.mounting.how === 'namespace') return [...words];
    return words.map((word) => mapPaths(word, this.#mounts));
  }
}

/** Where in-cluster configuration looks for the API. */
function apiVariables({ api }: Host): Record<string, string> {
  if (api === undefined) return {};
  const port = String(api.port);
  return { KUBERNETES_SERVICE_HOST: api.ip, KUBERNETES_SERVICE_PORT: port, KUBERNETES_SERVICE_PORT_HTTPS: port };
}

/** Where on this machine a place is that a program sees. */
function realPlace(place: string, mounts: readonly Mount[]): string {
  const holder = mounts
    .filter(({ mountPath }) => place === mountPath || place.startsWith(`${mountPath}/`))
    .reduce<Mount | undefined>(
      (best, one) => (best && best.mountPath.length >= one.mountPath.length ? best : one),
      undefined,
    );
  return holder === undefined ? place : path.join(holder.source, place.slice(holder.mountPath.length));
}
