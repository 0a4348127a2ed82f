import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import type { LocalCluster } from './cluster.ts';
import { clusterDirectory, clustersDirectory } from './home.ts';
import { findServer } from './record.ts';

export interface EmbeddedOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** The words that start this program, without its arguments. */
  program: readonly string[];
  signal: AbortSignal;
}

/** What the server tells its starter over the pipe between them. */
export type ServerMessage =
  | { type: 'ready' }
  | { type: 'failed'; code: string; message: string; suggestions: string[] };

/** Makes the cluster run in the background, if it does not already; resolves when its API answers. */
export async function up(name: string, options: EmbeddedOptions): Promise<LocalCluster> {
  const directory = clusterDirectory(options.env, name);
  if ((await findServer(directory)) === undefined) await startServer(name, directory, options);
  return status(name, options);
}

/** Stops the cluster's processes and keeps its data. Answers false if nothing ran. */
export async function down(name: string, options: EmbeddedOptions): Promise<boolean> {
  const server = await findServer(clusterDirectory(options.env, name));
  if (server === undefined) return false;
  process.kill(server.pid, 'SIGTERM');
  await untilGone(clusterDirectory(options.env, name), options.signal);
  return true;
}

/** Stops the cluster and removes everything it ever wrote. Answers false if there was no such cluster. */
export async function remove(name: string, options: EmbeddedOptions): Promise<boolean> {
  const directory = clusterDirectory(options.env, name);
  const known = (await list(options)).some((cluster) => cluster.name === name);
  await down(name, options);
  await rm(directory, { recursive: true, force: true });
  await removeIfEmpty(clustersDirectory(options.env));
  await removeIfEmpty(path.dirname(clustersDirectory(options.env)));
  return known;
}

export async function status(name: string, options: Pick<EmbeddedOptions, 'env'>): Promise<LocalCluster> {
  const directory = clusterDirectory(options.env, name);
  const server = await findServer(directory);
  return {
    name,
    provider: 'embedded',
    state: server === undefined ? 'stopped' : 'running',
    directory,
    kubeconfig: path.join(directory, 'kubeconfig'),
    ...(server === undefined ? {} : { url: server.url, pid: server.pid, started: server.started }),
  };
}

/** All embedded clusters of this user, by name. */
export async function list(options: Pick<EmbeddedOptions, 'env'>): Promise<LocalCluster[]> {
  const names = await readdir(clustersDirectory(options.env)).catch(() => []);
  return Promise.all(names.sort().map((name) => status(name, options)));
}

/** The directories above go with the last cluster. */
async function removeIfEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch(() => undefined);
}

async function startServer(name: string, directory: string, { program, env, signal }: EmbeddedOptions): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const logFile = path.join(directory, 'server.log');
  const log = await open(logFile, 'w', 0o600);
  try {
    const [executable, ...words] = [...program, 'cluster', 'serve', name];
    const child = spawn(executable as string, words, {
      // Its own session: it outlives the terminal that started it.
      detached: true,
      cwd: directory,
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    });
    await ready(child, logFile, signal);
  } finally {
    await log.close();
  }
}

async function ready(child: ChildProcess, logFile: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => {
    child.kill();
    reject(signal.reason);
  };
  signal.addEventListener('abort', stop, { once: true });
  child.on('error', reject);
  child.on('exit', () => reject(undefined));
  child.on('message', (message: ServerMessage) => {
    if (message.type === 'ready') resolve();
    else reject(new UserError(message.code, message.message, { suggestions: message.suggestions }));
  });
  try {
    await promise;
  } catch (error) {
    if (error !== undefined) throw error;
    const last = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-3).join(' | ');
    throw new UserError('CLUSTER_START', `Cannot start the embedded cluster: ${last || 'its process ended'}`, {
      suggestions: [`read its log: ${logFile}`],
    });
  } finally {
    signal.removeEventListener('abort', stop);
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** The server is not our child any more, so its end can only be asked for. */
async function untilGone(directory: string, signal: AbortSignal): Promise<void> {
  while ((await findServer(directory)) !== undefined) await sleep(25, undefined, { signal });
}
