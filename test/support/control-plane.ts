import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import { execaRun, type RunResult } from '../../src/run.ts';

/** Starts and stops the programs of a control plane; see the README beside it. */
const kube = path.resolve(import.meta.dirname, '../../../shared/kube/kube');

/** False in a plain clone: tests against a real API server are skipped there (`describe.skipIf`). */
export const controlPlaneAvailable: boolean = process.platform === 'linux' && existsSync(kube);

type Component = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

/** A real Kubernetes on loopback whose user is an administrator. */
export interface ControlPlane {
  /** Logs are in `log`, certificates in `pki`. */
  readonly dir: string;
  readonly kubeconfig: string;
  readonly context: string;
  /** Where the API server sends what it would send into the cluster: an HTTP `CONNECT` on this Unix socket. */
  readonly networkSocket: string;
  /** A new connection, closed with the control plane. */
  cluster(): Promise<Cluster>;
  kubectl(args: readonly string[], options?: { input?: string }): Promise<RunResult>;
  stop(component: Component): Promise<void>;
  /** With SIGKILL. */
  kill(component: Component): Promise<void>;
  /** With the arguments it had; an API server is awaited until it is ready. */
  start(component: Component): Promise<void>;
  /** Takes everything away. On the shared one it closes the connections of this file alone. */
  down(): Promise<void>;
}

/**
 * Starts a control plane: etcd and the API server, and with `nodes` controllers, the scheduler and simulated nodes.
 * It goes away with this process, however this process ends: a guard process holds it, whose only task is to take it
 * down when the pipe to us closes.
 */
export async function startControlPlane(options: { nodes?: number } = {}): Promise<ControlPlane> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'slipway-kube-'));
  const nodes = options.nodes === undefined ? [] : ['--nodes', String(options.nodes)];
  // Its own session, so that Ctrl-C in the terminal reaches us but not the guard.
  const guard = spawn('bash', ['-c', guardScript, kube, dir, ...nodes], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const problems: string[] = [];
  guard.stderr.setEncoding('utf8').on('data', (text: string) => problems.push(text));
  const ended = once(guard, 'exit');
  const answer = await Promise.race([once(guard.stdout.setEncoding('utf8'), 'data'), ended.then(() => undefined)]);
  if (answer === undefined || !String(answer[0]).startsWith('up')) {
    guard.stdin.end();
    throw new Error(`The control plane did not start: ${problems.join('')}`);
  }
  release(guard);
  return controlPlaneAt(dir, async () => {
    guard.ref();
    guard.stdin.end();
    await ended;
  });
}

/**
 * Ports are free when they are chosen, but another program may be quicker: then everything is started again.
 * `echo` is in parentheses, because a write to a closed pipe ends the shell that makes it. All are killed before
 * `down`, which waits for one after the other: an init process that reaps rarely would make that long.
 */
const guardScript = `
  clear() { cat "$1"/run/*.pid | xargs kill -KILL; "$kube" down "$1"; }
  up() {
    "$kube" up "$@" </dev/null >/dev/null & local pid=$!
    while kill -0 $pid; do
      sleep 0.2
      if grep -qs 'address already in use' "$1"/log/*.log; then kill $pid; wait $pid; clear "$1"; return 75; fi
    done 2>/dev/null
    wait $pid || { tail -n 2 "$1"/log/*.log >&2; return 1; }
  }
  kube=$0
  for attempt in 1 2 3; do up "$@"; code=$?; [ $code = 75 ] || break; done
  ([ $code = 0 ] && echo up || echo failed)
  cat >/dev/null
  clear "$1" 2>/dev/null`;

/** The guard must not keep a finished test run waiting: its pipes close with us. */
function release(guard: ChildProcess): void {
  guard.unref();
  for (const stream of guard.stdio) if (stream instanceof net.Socket) stream.unref();
}

/** What a control plane can be asked, wherever it was started. */
function controlPlaneAt(dir: string, takeDown: () => Promise<void>): ControlPlane {
  const run = execaRun();
  const kubeconfig = path.join(dir, 'kubeconfig');
  const programs =
    process.env['KUBEBUILDER_ASSETS'] ??
    path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'kube-1.36.3');
  const clusters: Cluster[] = [];
  const kubectl: ControlPlane['kubectl'] = (args, given = {}) =>
    run(path.join(programs, 'kubectl'), ['--kubeconfig', kubeconfig, ...args], given);
  const act = async (...args: string[]) => {
    const result = await run(kube, args);
    if (result.exitCode !== 0) throw new Error(`kube ${args.join(' ')} failed: ${result.stderr}`);
  };
  return {
    dir,
    kubeconfig,
    context: 'test',
    networkSocket: path.join(dir, 'network.sock'),
    cluster: async () => {
      const cluster = await connect({ kubeconfig });
      clusters.push(cluster);
      return cluster;
    },
    kubectl,
    stop: (component) => act('stop', dir, component),
    kill: (component) => act('stop', dir, component, '--kill'),
    start: async (component) => {
      await act('start', dir, component);
      if (component === 'kube-apiserver')
        await until(async () => (await kubectl(['get', '--raw', '/readyz'])).exitCode === 0);
    },
    down: async () => {
      await Promise.all(clusters.map((cluster) => cluster.close()));
      await takeDown();
    },
  };
}

/** Asks again and again until the answer is yes. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('The API server did not become ready within 60 s');
    await sleep(100);
  }
}

/**
 * The control plane (two simulated nodes) that all files of a test run share. The first that asks has it started.
 * Others use it at the same time: make your own namespaces and unique names, and leave its components alone.
 */
export async function sharedControlPlane(): Promise<ControlPlane> {
  const { inject } = await import('vitest');
  const socket = net.connect(inject('controlPlaneSocket'));
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += chunk;
  const answer = JSON.parse(text) as { dir?: string; error?: string };
  if (answer.dir === undefined) throw new Error(answer.error);
  return controlPlaneAt(answer.dir, async () => undefined);
}
