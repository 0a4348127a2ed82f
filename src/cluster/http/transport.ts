import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { UserError } from '../../errors.ts';
import { unlessAborted } from '../abort.ts';
import type { Access, Identity } from '../access.ts';
import type { ApiRequest, ApiResponse, Transport } from '../cluster.ts';
import type { Channel } from './channel.ts';
import { dial } from './dial.ts';
import { networkFailure } from './network-failure.ts';

/**
 * Requests to the server of an access over one small pool of connections that are kept: HTTP/2 where the server speaks
 * it, HTTP/1.1 otherwise. Credentials are renewed once when the server answers 401.
 */
export function httpTransport(access: Access): Transport {
  let current: { identity: Identity; channel: Promise<Channel> } | undefined;
  let isClosed = false;

  /** A client certificate belongs to its connections: another certificate means other connections. */
  const channelFor = (identity: Identity): Promise<Channel> => {
    if (current !== undefined && current.identity.cert === identity.cert) return current.channel;
    const last = current;
    const channel = openChannel(access, identity);
    current = { identity, channel };
    channel.catch(() => {
      if (current?.channel === channel) current = undefined;
    });
    void last?.channel.then((old) => old.close());
    return channel;
  };

  const sendAs = async (identity: Identity, request: ApiRequest): Promise<ApiResponse> => {
    const channel = await unlessAborted(channelFor(identity), request.signal);
    return channel.send({
      method: request.method,
      path: pathOf(access.server, request),
      headers: { 'user-agent': 'slipway', ...request.headers, ...identity.headers },
      body: request.body,
      isLong: request.query?.['watch'] === true || request.query?.['follow'] === true,
      signal: request.signal,
    });
  };

  const explained = (error: unknown, signal: AbortSignal | undefined): unknown => {
    if (signal?.aborted) return signal.reason;
    return error instanceof UserError ? error : networkFailure(error, access);
  };

  return {
    name: access.name,
    server: access.server.href.replace(/\/$/, '').replace(/\/\/[^/@]*@/, '//'),
    send: async (request) => {
      const { signal } = request;
      signal?.throwIfAborted();
      if (isClosed) throw new Error(`The connection to cluster ${access.name} is closed`);
      try {
        const identity = await access.credentials.current(signal);
        let response = await sendAs(identity, request);
        if (response.status === 401 && access.credentials.renew !== undefined) {
          const fresh = await access.credentials.renew(identity, signal);
          if (fresh !== identity) {
            await response.body[Symbol.asyncIterator]().return?.();
            response = await sendAs(fresh, request);
          }
        }
        return { ...response, body: explainedBody(response.body, (error) => explained(error, signal)) };
      } catch (error) {
        throw explained(error, signal);
      }
    },
    forward: async (pod, signal) => {
      const { forwardPort } = await import('./forward.ts');
      return forwardPort(access, pod, signal);
    },
    close: async () => {
      isClosed = true;
      const channel = await current?.channel.catch(() => undefined);
      channel?.close();
    },
  };
}

/** The first connection tells what the server speaks, and is used. */
async function openChannel(access: Access, identity: Identity): Promise<Channel> {
  // Loaded while the server is awaited; nearly every server speaks it.
  const http2 = access.server.protocol === 'https:' ? import('./http2.ts') : undefined;
  let first: Socket | TLSSocket | undefined = await dial(access, identity);
  const protocol = 'alpnProtocol' in first ? first.alpnProtocol : undefined;
  const next = async () => {
    const socket = first ?? (await dial(access, identity));
    first = undefined;
    return socket.destroyed ? dial(access, identity) : socket;
  };
  if (protocol === 'h2' && http2 !== undefined) return (await http2).http2Channel(access.server, next);
  return (await import('./http1.ts')).http1Channel(access.server, next);
}

function pathOf(server: URL, { path, query = {} }: ApiRequest): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) parameters.append(name, String(item));
  }
  const base = server.pathname.replace(/\/$/, '');
  return parameters.size === 0 ? base + path : `${base}${path}?${parameters}`;
}

function explainedBody(
  body: AsyncIterable<Uint8Array>,
  explain: (error: unknown) => unknown,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      const inner = body[Symbol.asyncIterator]();
      return {
        next: async () => {
          try {
            return await inner.next();
          } catch (error) {
            throw explain(error);
          }
        },
        return: async () => (await inner.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}
