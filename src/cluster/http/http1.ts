import http from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiResponse } from '../cluster.ts';
import { bodyOf, type Channel, flatHeaders, type WireRequest } from './channel.ts';

/** Connections for short requests; more only make a server's queue longer. */
const maxConnections = 32;

/** HTTP/1.1, for plain `http://` servers and for load balancers that do not speak HTTP/2. */
export function http1Channel(server: URL, dial: () => Promise<Duplex>): Channel {
  const short = new DialingAgent(dial, maxConnections);
  const long = new DialingAgent(dial, Number.POSITIVE_INFINITY);
  const sendOnce = (wire: WireRequest) => {
    const { promise, resolve, reject } = Promise.withResolvers<ApiResponse>();
    const { method, path, signal, body } = wire;
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = http.request({
      agent: wire.isLong ? long : short,
      method,
      path,
      headers: { host: server.host, ...wire.headers, ...length },
    });
    const stop = () => request.destroy(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    request.on('close', () => signal?.removeEventListener('abort', stop));
    request.on('response', (response) => {
      resolve({ status: response.statusCode ?? 0, headers: flatHeaders(response.headers), body: bodyOf(response) });
    });
    request.on('error', (error) => reject(Object.assign(error, { reused: request.reusedSocket })));
    request.end(body);
    return promise;
  };
  return {
    send: async (wire) => {
      try {
        return await sendOnce(wire);
      } catch (error) {
        // The server closed an idle connection at the moment it was taken again: nothing of this request was handled.
        const { code, reused } = error as { code?: string; reused?: boolean };
        if (reused !== true || (code !== 'ECONNRESET' && code !== 'EPIPE') || wire.method !== 'GET') throw error;
        return sendOnce(wire);
      }
    },
    close: () => {
      short.destroy();
      long.destroy();
    },
  };
}

class DialingAgent extends http.Agent {
  readonly #dial: () => Promise<Duplex>;

  constructor(dial: () => Promise<Duplex>, maxSockets: number) {
    super({ keepAlive: true, maxSockets });
    this.#dial = dial;
  }

  override createConnection(
    _options: http.ClientRequestArgs,
    callback: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#dial().then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, undefined as unknown as Duplex),
    );
  }
}
