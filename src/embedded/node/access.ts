import net from 'node:net';
import { type Duplex, Writable } from 'node:stream';
import type { Resource } from '../../resource/index.ts';
import type { PodAccess, PodProcess, StreamOptions } from '../api/pod-access.ts';
import type { Clock } from './clock.ts';
import { type LogOptions, readLog } from './logs/read.ts';
import type { Launched } from './process/launch.ts';
import { resizeTerminal } from './process/terminal.ts';
import { type Usage, usageOf } from './process/usage.ts';
import type { ContainerStatus } from './spec.ts';
import type { PodWorker } from './worker.ts';
import type { Workers } from './workers.ts';

/** What names a pod: its namespace and its name. */
export type PodName = Pick<Resource, 'metadata'>;

export interface PodUsage {
  namespace: string;
  name: string;
  uid: string;
  containers: (Usage & { name: string })[];
}

/** What the API server asks a node for. Every call throws {@link AccessError} where the kubelet would refuse. */
export interface Access extends PodAccess {
  logs(pod: PodName, container: string, options?: LogOptions): AsyncIterable<Uint8Array>;
  exec(
    pod: PodName,
    container: string,
    command: readonly string[],
    options: Pick<StreamOptions, 'stdin' | 'tty'>,
  ): Promise<PodProcess>;
  attach(pod: PodName, container: string): Promise<PodProcess>;
  portForward(pod: PodName, port: number): Promise<Duplex>;
  /** CPU and memory of what runs here. */
  stats(): Promise<PodUsage[]>;
}

/** What cannot be had from a pod; `status` is the HTTP status that says so. */
export class AccessError extends Error {
  readonly status: 400 | 404 | 500;

  constructor(status: AccessError['status'], message: string) {
    super(message);
    this.status = status;
  }
}

export function accessTo(workers: Workers, clock: Clock): Access {
  const podOf = ({ metadata: { namespace = 'default', name } }: PodName): PodWorker => {
    const worker = workers.find(namespace, name);
    if (worker === undefined) throw new AccessError(404, `pods ${JSON.stringify(name)} not found on this node`);
    return worker;
  };
  const running = (pod: PodName, container: string) => {
    const worker = podOf(pod);
    const found = containerOf(worker, pod, container);
    if (worker.runtime.simulated.includes(container)) throw simulatedError(pod, container, found.spec.image);
    if (found.status.state.running === undefined)
      throw new AccessError(500, `container not found (${JSON.stringify(container)})`);
    return { worker, found };
  };
  return {
    logs: (pod, container, options = {}) => {
      const worker = podOf(pod);
      return logsOf(worker, container, containerOf(worker, pod, container).status, options, clock.now());
    },
    exec: async (pod, container, command, options) => {
      const { worker, found } = running(pod, container);
      try {
        return processOf(await worker.runtime.execute(found.spec, command, options));
      } catch (error) {
        throw new AccessError(500, (error as Error).message);
      }
    },
    attach: async (pod, container) => {
      const { worker, found } = running(pod, container);
      const present = worker.runtime.present(container);
      if (present === undefined) throw new AccessError(500, `cannot attach to ${container}`);
      const { launched, log } = present;
      const heard = log.listen();
      return {
        stdin: (found.spec.stdin === true ? launched.stdin : null) ?? deaf(),
        ...heard,
        resize: () => undefined,
        done: launched.exited,
      };
    },
    portForward: async (pod, port) => {
      const worker = podOf(pod);
      const simulated = worker.pod.spec.containers.every(({ name }) => worker.runtime.simulated.includes(name));
      if (simulated)
        throw new AccessError(500, `pod ${pod.metadata.name} is simulated: nothing listens on port ${port}`);
      return connect(worker.runtime.address ?? '', port);
    },
    stats: async () => {
      const real = workers.all().map((worker) => ({ worker, pids: worker.pids() }));
      const usage = await usageOf(real.flatMap(({ pids }) => pids.map(({ pid }) => pid)));
      return real.map(({ worker: { pod, uid }, pids }) => ({
        namespace: pod.metadata.namespace ?? 'default',
        name: pod.metadata.name,
        uid,
        containers: pids.map(({ name, pid }) => ({
          name,
          ...(usage.get(pid) ?? { cpuNanoseconds: 0, memoryBytes: 0 }),
        })),
      }));
    },
  };
}

function containerOf(worker: PodWorker, { metadata: { name } }: PodName, container: string) {
  const found = worker.container(container);
  if (found === undefined) throw new AccessError(400, `container ${container} is not valid for pod ${name}`);
  return found;
}

function simulatedError({ metadata: { name } }: PodName, container: string, image: string): AccessError {
  return new AccessError(
    400,
    `container ${container} of pod ${name} is simulated: nothing of the image ${image} runs here`,
  );
}

async function* logsOf(
  worker: PodWorker,
  container: string,
  status: ContainerStatus,
  options: LogOptions,
  now: Date,
): AsyncGenerator<Uint8Array> {
  const { runtime, pod } = worker;
  if (runtime.simulated.includes(container)) {
    yield Buffer.from(`Container ${container} is simulated: nothing of the image ${status.image} runs here.\n`);
    return;
  }
  const { restartCount, state, lastState } = status;
  const hasRun = state.running !== undefined || state.terminated !== undefined;
  if (options.previous === true && lastState.terminated === undefined)
    throw new AccessError(
      400,
      `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} not found`,
    );
  if (!hasRun && lastState.terminated === undefined)
    throw new AccessError(
      400,
      `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)} is waiting to start: ${state.waiting?.reason ?? 'ContainerCreating'}`,
    );
  // A run's log has the number of restarts before it; while the next run is waited for, the last one is the previous one.
  const isOlder = options.previous === true && state.waiting === undefined;
  const file = runtime.files.logFile(container, isOlder ? restartCount - 1 : restartCount);
  const live = runtime.present(container)?.log;
  yield* readLog(file, live?.path === file ? live : undefined, { ...options, now });
}

function processOf(launched: Launched): PodProcess {
  const { stdin, stdout, stderr, exited, pid } = launched;
  return {
    stdin: stdin ?? deaf(),
    stdout,
    stderr,
    resize: (columns, rows) => void resizeTerminal(pid, columns, rows),
    done: exited,
  };
}

/** Takes everything and passes nothing on. */
const deaf = () => new Writable({ write: (_chunk, _encoding, done) => done() });

function connect(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, allowHalfOpen: true });
    socket.once('error', (error) =>
      reject(new AccessError(500, `failed to connect to ${host}:${port} inside the pod: ${error.message}`)),
    );
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
