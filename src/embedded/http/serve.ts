import type { IncomingMessage, ServerResponse as NodeResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { UserError } from '../../errors.ts';
import type { ServerRequest, ServerResponse } from '../api/request.ts';
import type { Handler } from '../api/server.ts';
import type { Identity } from './identity.ts';

/** A server on loopback. */
export interface Listener {
  /** `https://127.0.0.1:PORT` */
  url: string;
  close(): Promise<void>;
}

/** Larger bodies are refused, as the real server does. */
const largestBody = 3 * 1024 * 1024;
/** Larger answers are compressed for clients that can read it. */
const compressedFrom = 128 * 1024;

/** Serves requests over HTTPS on 127.0.0.1 alone. Port 0 takes a free one. */
export async function listen(
  handle: Handler,
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
  identity: Identity,
  port: number,
): Promise<Listener> {
  const { authority, server: pair } = identity;
  const server = createServer(
    { key: pair.key, cert: pair.certificate + authority.certificate, minVersion: 'TLSv1.2', keepAliveTimeout: 120_000 },
    (request, response) => {
      void respond(handle, request, response);
    },
  );
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket));
    upgrade(request, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portTaken(port, error) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }),
  };
}

function portTaken(port: number, cause: unknown): UserError {
  return new UserError(
    'EMBEDDED_PORT_TAKEN',
    `Cannot start the embedded cluster: port ${port} is taken by another program`,
    {
      suggestions: ['choose another port, or 0 for a free one'],
      cause,
    },
  );
}

async function respond(handle: Handler, request: IncomingMessage, response: NodeResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const body = await readAll(request);
    if (body === undefined) {
      response.writeHead(413, { 'content-type': 'text/plain' }).end('limit is 3145728');
      return;
    }
    await write(request, response, await handle(toServerRequest(request, body, gone.signal)), gone.signal);
  } catch {
    // The client is gone, or sent what is no request: there is nobody to tell.
    response.destroy();
  }
}

export function toServerRequest(request: IncomingMessage, body: Uint8Array, signal: AbortSignal): ServerRequest {
  const url = new URL(request.url ?? '/', 'https://localhost');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return { method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, headers, body, signal };
}

async function readAll(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largestBody) return undefined;
    parts.push(part);
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

async function write(
  request: IncomingMessage,
  response: NodeResponse,
  { status, headers, body }: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const common = { 'cache-control': 'no-cache, private', ...headers };
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    response.writeHead(status, common);
    response.flushHeaders();
    await pipeline(Readable.from(body), response, { signal });
    return;
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const zip = bytes.length >= compressedFrom && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const sent = zip ? gzipSync(bytes, { level: 1 }) : bytes;
  response.writeHead(status, {
    ...common,
    ...(zip ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : {}),
    ...(status === 304 ? {} : { 'content-length': String(sent.length) }),
  });
  response.end(request.method === 'HEAD' || status === 304 ? undefined : sent);
}
