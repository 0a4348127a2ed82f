import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { UserError } from '../../errors.ts';
import type { Access } from '../access.ts';
import type { PortOfPod } from '../cluster.ts';
import { ClusterError } from '../errors.ts';
import { dial } from './dial.ts';
import { networkFailure } from './network-failure.ts';

/** `v4.channel.k8s.io`: each message begins with its channel, here 0 for data and 1 for the node's error. */
const protocol = 'v4.channel.k8s.io';
const dataChannel = 0;

/** A connection to a port of a pod, over a WebSocket of its own. It ends as a whole: no half is closed alone. */
export async function forwardPort(access: Access, pod: PortOfPod, signal?: AbortSignal): Promise<Duplex> {
  signal?.throwIfAborted();
  const { WebSocket } = await import('ws');
  const identity = await access.credentials.current(signal);
  const base = access.server.pathname.replace(/\/$/, '');
  const place = `${base}/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}`;
  try {
    const socket = await dial(access, identity, ['http/1.1']);
    // The connection is there and encrypted already: the scheme says only that nothing more is to be done for that.
    const webSocket = new WebSocket(`ws://${access.server.host}${place}/portforward?ports=${pod.port}`, [protocol], {
      headers: { 'user-agent': 'slipway', ...(identity.headers as Record<string, string>) },
      createConnection: () => socket,
      perMessageDeflate: false,
    });
    // Before it is open: the first message may come with the answer.
    const stream = new PortStream(webSocket);
    await opened(webSocket, access, pod, signal);
    return stream;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw error instanceof UserError ? error : networkFailure(error, access);
  }
}

async function opened(webSocket: WebSocket, access: Access, pod: PortOfPod, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => webSocket.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  webSocket.once('open', resolve).once('error', reject);
  webSocket.once('unexpected-response', (request, response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () => {
      reject(refused(access, pod, response.statusCode ?? 0, text));
      request.destroy();
    });
  });
  try {
    await promise;
  } finally {
    signal?.removeEventListener('abort', stop);
    // A later error closes the stream; it must not end the process.
    webSocket.on('error', () => undefined);
  }
}

function refused(access: Access, pod: PortOfPod, status: number, text: string): ClusterError {
  let why = `the server answered ${status}`;
  try {
    why = (JSON.parse(text) as { message?: string }).message ?? why;
  } catch {
    // A proxy answers in its own words, which say less than the number.
  }
  const what = `port ${pod.port} of pod ${pod.namespace}/${pod.name}`;
  return new ClusterError('FORWARD_REFUSED', `Cannot reach ${what} in cluster ${access.name}: ${why}`, {
    status,
    reason: 'ForwardRefused',
  });
}

class PortStream extends Duplex {
  readonly #webSocket: WebSocket;
  /** The first message of each channel only repeats the port. */
  readonly #greeted = new Set<number>();

  constructor(webSocket: WebSocket) {
    super({ allowHalfOpen: false });
    this.#webSocket = webSocket;
    webSocket.on('message', (message: Buffer) => this.#receive(message));
    webSocket.on('close', () => {
      this.push(null);
      this.destroy();
    });
  }

  #receive(message: Buffer): void {
    const channel = message[0] as number;
    const rest = message.subarray(1);
    if (!this.#greeted.has(channel)) {
      this.#greeted.add(channel);
      return;
    }
    if (channel !== dataChannel) this.destroy(new Error(rest.toString().trim()));
    else if (!this.push(rest)) this.#webSocket.pause();
  }

  override _read(): void {
    this.#webSocket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#webSocket.send(Buffer.concat([Buffer.from([dataChannel]), chunk]), done);
  }

  override _final(done: () => void): void {
    this.#webSocket.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#webSocket.terminate();
    done(error);
  }
}
