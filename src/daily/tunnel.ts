import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, ClusterError } from '../cluster/index.ts';
import { UserError } from '../errors.ts';

/** Which pod answers now; undefined while none is ready. */
export type FindPod = () => Promise<{ namespace: string; name: string; port: number } | undefined>;

export interface Tunnel {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  close(): void;
}

export interface TunnelOptions {
  signal: AbortSignal;
  /** A free one by default. */
  port?: number | undefined;
  /** Told when connections cannot be made, and when they can again. */
  onState?: (state: { open: boolean; reason?: string }) => void;
}

/** How long a connection waits for a pod that answers, in milliseconds. */
const patience = 15_000;

/**
 * A port on this machine's loopback that leads to whichever pod is ready: each connection is made anew, so that it
 * outlives restarts and lost connections to the server.
 */
export async function openTunnel(cluster: Cluster, findPod: FindPod, options: TunnelOptions): Promise<Tunnel> {
  const { signal, onState = () => undefined } = options;
  const open = new Set<net.Socket>();
  const server = net.createServer((local) => {
    open.add(local);
    local.setNoDelay(true);
    local.on('close', () => open.delete(local)).on('error', () => local.destroy());
    connect(cluster, findPod, signal, onState).then(
      (remote) => {
        local.pipe(remote).pipe(local);
        remote.on('error', () => local.destroy()).on('close', () => local.destroy());
        local.on('close', () => remote.destroy());
      },
      () => local.destroy(),
    );
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => {
      throw new UserError(
        'PORT_TAKEN',
        `Cannot listen on port ${options.port} of this machine: ${(error as Error).message}`,
        {
          suggestions: ['choose another port, or none for a free one'],
        },
      );
    }),
  ]);
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  signal.addEventListener('abort', close, { once: true });
  const { port } = server.address() as net.AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, close };
}

/** Tries again until a pod answers; a user who waits is told why once. */
async function connect(
  cluster: Cluster,
  findPod: FindPod,
  signal: AbortSignal,
  onState: NonNullable<TunnelOptions['onState']>,
) {
  const deadline = performance.now() + patience;
  let told = false;
  for (;;) {
    let reason = 'no pod is ready';
    try {
      const pod = await findPod();
      if (pod !== undefined) {
        const connection = await cluster.forward(pod, { signal });
        if (told) onState({ open: true });
        return connection;
      }
    } catch (error) {
      if (!(error instanceof ClusterError) || error.status === 403) throw error;
      reason = error.message;
    }
    if (!told) onState({ open: false, reason });
    told = true;
    if (performance.now() > deadline) throw new Error(reason);
    await sleep(500, undefined, { signal });
  }
}
