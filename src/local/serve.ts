import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { clusterOver } from '../cluster/index.ts';
import { openCluster, serve, startControllers, startNode, startOperators } from '../embedded/index.ts';
import { UserError } from '../errors.ts';
import { birthOf } from '../run.ts';
import type { ServerMessage } from './embedded.ts';
import { clusterDirectory } from './home.ts';
import { findServer, recordFile, type ServerRecord } from './record.ts';

export interface ServeOptions {
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
  now: () => Date;
  /** Told of what failed and will be tried again. */
  log: (text: string) => void;
}

/** Is the embedded cluster of this name until the signal is aborted: API, controllers and node in this process. */
export async function serveCluster(name: string, options: ServeOptions): Promise<void> {
  try {
    await serveUntilStopped(name, options);
  } catch (error) {
    if (error instanceof UserError) {
      const { code, message, suggestions } = error;
      tell({ type: 'failed', code, message, suggestions: [...suggestions] });
    }
    throw error;
  }
}

async function serveUntilStopped(name: string, { env, signal, now, log }: ServeOptions): Promise<void> {
  const directory = clusterDirectory(env, name);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  if ((await findServer(directory)) !== undefined) {
    throw new UserError('CLUSTER_RUNNING', `Cannot start the cluster ${name}: it runs already`);
  }
  const onError = (who: string, key: string, error: unknown) =>
    log(`${now().toISOString()} ${who} ${key}: ${error instanceof Error ? error.message : String(error)}`);
  const embedded = await openCluster({ directory, now });
  const served = await serve(embedded);
  try {
    await writePrivate(path.join(directory, 'kubeconfig'), served.kubeconfig);
    const cluster = clusterOver(embedded.transport);
    const controllers = startControllers(cluster, {
      signal,
      directory: path.join(directory, 'volumes'),
      certificate: embedded.identity.authority.certificate,
      now,
      onError,
    });
    const operators = startOperators(cluster, { signal, now, onError });
    const node = await startNode(cluster, {
      directory: path.join(directory, 'node'),
      signal,
      env,
      now,
      api: served.url,
      onError: (what, error) => onError('node', what, error),
    });
    embedded.setNode(node);
    await Promise.all([controllers.ready, operators.ready]);
    await writePrivate(recordFile(directory), JSON.stringify(await describe(served.url, now)));
    tell({ type: 'ready' });
    await Promise.all([controllers.done, operators.done, node.done]);
  } finally {
    await served.close();
    await embedded.close();
    await rm(recordFile(directory), { force: true });
  }
}

async function describe(url: string, now: () => Date): Promise<ServerRecord> {
  return { pid: process.pid, began: (await birthOf(process.pid)) ?? '', url, started: now().toISOString() };
}

/** For the owner alone: these files give access to the cluster. */
async function writePrivate(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  await chmod(file, 0o600);
}

/** Tells the process that started us; nobody did, when a person runs this in the foreground. */
function tell(message: ServerMessage): void {
  process.send?.(message);
}
