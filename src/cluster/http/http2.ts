import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { unlessAborted } from '../abort.ts';
import type { ApiResponse } from '../cluster.ts';
import { bodyOf, type Channel, connectionLost, flatHeaders, type WireRequest } from './channel.ts';

/** One connection carries this many requests, which is what kube-apiserver grants; the next ones open another. */
const streamsPerSession = 100;
const maxSessions = 8;
/** Bytes in flight before a list has to wait for the reader. */
const window = 4 * 1024 * 1024;
/** Milliseconds without a byte, after which the connection is asked whether it still lives; and for its answer. */
const [quiet, pong] = [30_000, 10_000];

interface Session {
  http2: ClientHttp2Session;
  active: number;
  /** No new requests: closed, failed, or the server says goodbye. */
  isLeaving: boolean;
}

/** HTTP/2: every request and every watch is a stream of one connection, so one TLS handshake serves a whole run. */
export function http2Channel(server: URL, dial: () => Promise<Socket>): Channel {
  const sessions = new Set<Session>();
  let connecting: Promise<void> | undefined;
  let freed = Promise.withResolvers<void>();

  const connect = async () => {
    const socket = await dial();
    const session = await startSession(server, socket);
    sessions.add(session);
    session.http2.once('close', () => sessions.delete(session));
  };
  /** A place on a connection; `leave` gives it back. */
  const acquire = async (signal: AbortSignal | undefined): Promise<Session> => {
    for (;;) {
      for (const session of sessions) {
        if (session.isLeaving || session.active >= limitOf(session)) continue;
        if (session.active++ === 0) session.http2.ref();
        return session;
      }
      const serving = [...sessions].filter((session) => !session.isLeaving);
      if (serving.length >= maxSessions) await unlessAborted(freed.promise, signal);
      else {
        connecting ??= connect().finally(() => {
          connecting = undefined;
        });
        await unlessAborted(connecting, signal);
      }
    }
  };
  const leave = (session: Session) => {
    // A connection that nobody uses must not keep the process alive.
    if (--session.active === 0) session.http2.unref();
    freed.resolve();
    freed = Promise.withResolvers<void>();
  };

  return {
    send: async (request) => {
      for (let attempt = 1; ; attempt++) {
        const session = await acquire(request.signal);
        try {
          return await sendOn(session, request, () => leave(session));
        } catch (error) {
          if (attempt === 3 || !wasNeverHandled(error)) throw error;
          session.isLeaving = true;
        }
      }
    },
    close: () => {
      for (const session of sessions) session.http2.destroy();
      sessions.clear();
    },
  };
}

async function startSession(server: URL, socket: Socket): Promise<Session> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const client = http2.connect(server.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: window },
  });
  const session: Session = { http2: client, active: 0, isLeaving: false };
  const leave = () => {
    session.isLeaving = true;
  };
  client
    .once('connect', resolve)
    .once('error', reject)
    .once('close', () => reject(connectionLost()));
  client.on('goaway', leave).on('close', leave).on('error', leave);
  await promise;
  client.setLocalWindowSize(4 * window);
  client.setTimeout(quiet, () => {
    if (session.active === 0 || client.destroyed) return;
    const timer = setTimeout(() => client.destroy(connectionLost()), pong);
    const isSent = client.ping(() => clearTimeout(timer));
    if (!isSent) clearTimeout(timer);
  });
  client.unref();
  return session;
}

function sendOn({ http2: client }: Session, request: WireRequest, onClose: () => void): Promise<ApiResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<ApiResponse>();
  const { method, path, headers, body, signal } = request;
  let stream: ClientHttp2Stream;
  try {
    stream = client.request({ ':method': method, ':path': path, ...headers }, { endStream: body === undefined });
  } catch (error) {
    onClose();
    throw error;
  }
  const stop = () => stream.destroy(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  stream.once('response', (answer) => {
    // Node ends the stream of a lost connection as if its answer were whole; only the code tells.
    const body = bodyOf(stream, () => stream.rstCode === http2.constants.NGHTTP2_NO_ERROR);
    resolve({ status: answer[':status'] ?? 0, headers: flatHeaders(answer), body });
  });
  stream.on('error', reject);
  stream.once('close', () => {
    signal?.removeEventListener('abort', stop);
    onClose();
    reject(Object.assign(connectionLost(), { rstCode: stream.rstCode }));
  });
  if (body !== undefined) stream.end(body);
  return promise;
}

function limitOf({ http2: client }: Session): number {
  return Math.min(client.remoteSettings?.maxConcurrentStreams ?? streamsPerSession, streamsPerSession);
}

/** RFC 9113 §8.7: a refused stream, and one that was asked for after the goodbye, may be sent again safely. */
function wasNeverHandled(error: unknown): boolean {
  const { code, rstCode } = error as { code?: string; rstCode?: number };
  return (
    code === 'ERR_HTTP2_GOAWAY_SESSION' ||
    code === 'ERR_HTTP2_INVALID_SESSION' ||
    (code === 'ERR_HTTP2_STREAM_ERROR' && rstCode === http2.constants.NGHTTP2_REFUSED_STREAM)
  );
}
