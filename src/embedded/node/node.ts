import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Cluster } from '../../cluster/index.ts';
import { UserError } from '../../errors.ts';
import { recordEvents } from '../controllers/events.ts';
import { Mirrors } from '../controllers/mirror.ts';
import { type Access, accessTo } from './access.ts';
import { type Clock, realClock } from './clock.ts';
import { Configuration } from './configuration.ts';
import type { Host } from './host.ts';
import { type ImageRow, images } from './images.ts';
import { machineStatus } from './machine.ts';
import { Addresses } from './network/addresses.ts';
import { ServiceProxy } from './network/proxy.ts';
import { Services } from './network/services.ts';
import { Guard } from './process/guard.ts';
import { findMounting, type Mounting } from './process/sandbox.ts';
import { PythonEnvironments } from './python.ts';
import { heartbeat, type NodeFacts, nodeName, register } from './registration.ts';
import type { Surroundings } from './surroundings.ts';
import { Workers } from './workers.ts';

export interface NodeOptions {
  /** Where pods live; everything the node writes is below it. */
  directory: string;
  /** Stops the node and what runs on it. */
  signal: AbortSignal;
  /** The machine's environment. Programs of pods get its PATH and LANG, nothing else. */
  env: Readonly<Record<string, string | undefined>>;
  now?: () => Date;
  /** For tests: time that passes quicker than it does. */
  clock?: Clock;
  /** Default: the name of the host. */
  name?: string;
  /** What runs here and how; default: the allow list of `images.ts`. */
  images?: readonly ImageRow[];
  /** The Python of the machine, a name or a path; default `python3`. */
  python?: string;
  /** Where pods reach the API, for example `https://127.0.0.1:6443`. */
  api?: string;
  /** How volumes are shown to programs; default: as well as the system allows. */
  mounting?: Mounting;
  /** Told of failures that do not stop the node. */
  onError?: (what: string, error: unknown) => void;
}

/** A running node, and the way into its pods. */
export interface NodeHandle extends Access {
  readonly name: string;
  /** Resolves when the signal was aborted and nothing runs any more. */
  readonly done: Promise<void>;
}

/** Registers this machine as a node and runs the pods that are bound to it. */
export async function startNode(cluster: Cluster, options: NodeOptions): Promise<NodeHandle> {
  const { directory, signal, clock = realClock(options.now), name = nodeName(), onError = () => undefined } = options;
  if (process.platform === 'win32') {
    throw new UserError('NODE_PLATFORM', 'Cannot run pods on Windows: it has no process groups to hold them', {
      suggestions: ['use the Windows Subsystem for Linux'],
    });
  }
  await mkdir(path.join(directory, 'pods'), { recursive: true, mode: 0o700 });
  const mirrors = new Mirrors(cluster);
  const pods = mirrors.of('v1', 'Pod');
  const machine = await machineStatus(directory);
  const host = await openHost(mirrors, machine['allocatable'] as Record<string, string>, options);
  const how = host.mounting.how === 'namespace' ? 'mount-namespace' : 'path-rewriting';
  const facts: NodeFacts = {
    name,
    hostIP: '127.0.0.1',
    annotations: {
      'slipway.dev/volumes': how,
      'slipway.dev/pod-addresses': host.addresses.isMany ? 'one-each' : 'shared',
    },
    machine: () => machineStatus(directory),
  };
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
  const workers = new Workers(around, host);
  pods.onChange((now, before) => workers.follow(now, before));
  host.services.onChange(() => workers.networkChanged());
  await mirrors.follow(signal, (error) => onError('watch', error));
  signal.throwIfAborted();
  await removeLeftBehind(directory, new Set(pods.all().map(({ metadata }) => metadata.uid ?? '')));
  await register(cluster, facts, clock, signal);
  const beating = heartbeat(cluster, facts, clock, { signal, onError });
  const done = stopped(signal).then(async () => {
    await Promise.all([beating, workers.shutDown()]);
    await host.proxy.close();
    host.guard.close();
  });
  return { name, done, ...accessTo(workers, clock) };
}

async function openHost(
  mirrors: Mirrors,
  allocatable: Readonly<Record<string, string>>,
  options: NodeOptions,
): Promise<Host> {
  const { directory, env, onError = () => undefined } = options;
  const addresses = new Addresses(directory);
  const url = options.api === undefined ? undefined : new URL(options.api);
  const api = url === undefined ? undefined : { ip: url.hostname, port: Number(url.port || 443) };
  const services = new Services(mirrors, api);
  return {
    directory,
    guard: await Guard.start(path.join(directory, 'processes')),
    mounting: options.mounting ?? (await findMounting(directory)),
    images: options.images ?? images,
    python: new PythonEnvironments(path.join(directory, 'python'), options.python ?? 'python3', env),
    addresses,
    services,
    proxy: new ServiceProxy(services, addresses, onError),
    env: { PATH: env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', LANG: env['LANG'] ?? 'C.UTF-8' },
    api,
    allocatable,
  };
}

/** Directories of pods that were removed while no node ran. */
async function removeLeftBehind(directory: string, known: ReadonlySet<string>): Promise<void> {
  for (const uid of await readdir(path.join(directory, 'pods')))
    if (!known.has(uid)) await rm(path.join(directory, 'pods', uid), { recursive: true, force: true });
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
