import { readFileSync } from 'node:fs';
import path from 'node:path';
import { addAbortSignal } from 'node:stream';
import type { Cluster } from './cluster/index.ts';
import { UserError } from './errors.ts';
import { diskFiles, type Files } from './files.ts';
import { execaRun, type Run } from './run.ts';

/** Everything a command may reach of the world outside. Built once, by {@link makeContext}. */
export interface Context {
  /** The user's files; relative paths start at `cwd`. */
  readonly files: Files;
  /** This package's own files: the catalogue `manifests/` and the default `overlays/`. Read only. */
  readonly home: Files;
  readonly version: string;
  /** The directory of the program itself: `src/` in a checkout, `dist/` in a package. */
  readonly source: string;
  readonly run: Run;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => Date;
  /** Bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array;
  /** Aborted by the first Ctrl-C or SIGTERM, with a `UserError` of exit code 130 as the reason. */
  readonly signal: AbortSignal;
  /** All of stdin, once. */
  readonly readInput: () => Promise<string>;
  /** The names of the kubeconfig's contexts; none where it cannot be read. */
  readonly contexts: (kubeconfig?: string) => Promise<string[]>;
  readonly connect: (address: ClusterAddress) => Promise<Cluster>;
}

/** Where a cluster is: a context of a kubeconfig (the current one if none is named), or a local provider. */
export interface ClusterAddress {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  provider?: string | undefined;
  /** Of the provider's cluster; `default` if it is not given. */
  name?: string | undefined;
}

/**
 * The composition root: the only place that builds real ports, and the only handler of Ctrl-C. The second Ctrl-C ends
 * the process at once.
 */
export function makeContext(source: string): Context {
  const cwd = process.cwd();
  const root = path.resolve(source, '..');
  const { env } = process;
  const signal = signalOfInterrupts();
  return {
    files: diskFiles(cwd),
    home: diskFiles(root),
    version: (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }).version,
    source,
    run: execaRun(),
    env,
    cwd,
    now: () => new Date(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    signal,
    readInput: () => readAll(addAbortSignal(signal, process.stdin)),
    contexts: (kubeconfig) => contextNames(env, kubeconfig),
    connect: (address) => connect(address, env, signal),
  };
}

/** The one place where an address becomes a cluster. */
async function connect(
  { provider, name, kubeconfig, context }: ClusterAddress,
  env: Context['env'],
  signal: AbortSignal,
): Promise<Cluster> {
  const cluster = await import('./cluster/index.ts');
  if (provider !== undefined)
    return cluster.connect({ signal, kubeconfig: await kubeconfigOf(provider, name ?? 'default', env) });
  return cluster.connect({
    signal,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
}

/** The kubeconfig of this user's cluster of a provider; its current context is that cluster. */
async function kubeconfigOf(provider: string, name: string, env: Context['env']): Promise<string> {
  if (provider !== 'embedded') {
    throw new UserError(
      'PROVIDER_UNKNOWN',
      `Cannot find the cluster of ${provider}: only embedded clusters are known`,
      {
        exit: 2,
        suggestions: ['bind the environment to a context of your kubeconfig: slipway env bind ENV --context NAME'],
      },
    );
  }
  const { status } = await import('./local/index.ts');
  const { state, kubeconfig } = await status(name, { env });
  if (state === 'running') return kubeconfig;
  throw new UserError('CLUSTER_STOPPED', 'Cannot reach the embedded cluster: it does not run', {
    suggestions: [`start it: slipway cluster up${name === 'default' ? '' : ` --name ${name}`}`],
  });
}

async function contextNames(env: Context['env'], kubeconfig: string | undefined): Promise<string[]> {
  const { readContexts } = await import('./cluster/index.ts');
  const contexts = await readContexts({ env, ...(kubeconfig === undefined ? {} : { kubeconfig }) }).catch(() => []);
  return contexts.map((context) => context.name);
}

function signalOfInterrupts(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new UserError('INTERRUPTED', 'Stopped: interrupted', { exit: 130 }));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
  return new TextDecoder().decode(Buffer.concat(chunks));
}
