import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import http2, { type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlPlane } from './control-plane.ts';

/** What happens to a request instead of, or before, its normal course. */
type Fault = {
  /** Which requests; all by default. */
  when?: (request: SeenRequest) => boolean;
  /** How many of them; all by default. */
  times?: number;
} & (
  | { status: 429 | 500 | 503 | 504; retryAfter?: number }
  /** Milliseconds; then its normal course. */
  | { delay: number }
  /** The connection ends before the API server hears of the request. */
  | { cut: 'before' }
  /** The API server does what was asked, but the answer is lost. */
  | { cut: 'after' }
  /** Half of the answer arrives. */
  | { cut: 'half' }
);

interface SeenRequest {
  method: string;
  /** With the query. */
  path: string;
}

/** In front of an API server: passes everything on, except what faults say. */
export interface FaultProxy {
  /** For connections through it, as the administrator. */
  readonly kubeconfig: string;
  readonly url: string;
  /** All requests so far, in the order in which they came, those with faults included. */
  readonly requests: readonly SeenRequest[];
  /** Adds a fault; the first that fits is taken. Returns what takes it away again. */
  inject(fault: Fault): () => void;
  /** Ends all connections, watches too. New ones are welcome. */
  cutAll(): void;
  close(): Promise<void>;
}

/** Starts a proxy before the API server of a control plane, on loopback, with the server's own certificate. */
export async function startFaultProxy(plane: ControlPlane): Promise<FaultProxy> {
  const pki = (name: string) => readFile(path.join(plane.dir, 'pki', name));
  const [ca, cert, key, adminCert, adminKey] = await Promise.all(
    ['ca.crt', 'apiserver.crt', 'apiserver.key', 'admin.crt', 'admin.key'].map(pki),
  );
  const upstream = new URL(/server: "([^"]+)"/.exec(await readFile(plane.kubeconfig, 'utf8'))?.[1] as string);
  const agent = new https.Agent({ ca, cert: adminCert, key: adminKey, keepAlive: true });
  const faults: { fault: Fault; left: number }[] = [];
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();

  const take = (seen: SeenRequest): Fault | undefined => {
    const found = faults.find(({ fault, left }) => left > 0 && (fault.when?.(seen) ?? true));
    if (found !== undefined) found.left--;
    return found?.fault;
  };

  const answer = async (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const seen = { method: request.method, path: request.url };
    requests.push(seen);
    const fault = take(seen);
    const cut = fault !== undefined && 'cut' in fault ? fault.cut : undefined;
    if (fault !== undefined && 'status' in fault) return refuse(response, fault);
    if (fault !== undefined && 'delay' in fault) await sleep(fault.delay);
    if (cut === 'before') return hangUp(request);

    const onward = https.request(upstream, {
      agent,
      method: request.method,
      path: request.url,
      headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => passesOn(name))),
    });
    request.pipe(onward);
    onward.on('error', () => hangUp(request));
    response.on('close', () => onward.destroy());
    onward.on('response', (reply) => {
      if (cut === 'after') return void reply.resume().on('end', () => hangUp(request));
      const headers = Object.entries(reply.headers).filter(([name]) => passesOn(name) && name !== 'content-length');
      response.writeHead(reply.statusCode ?? 502, Object.fromEntries(headers));
      if (cut === 'half') return void sendHalf(reply, response).then(() => hangUp(request));
      reply.on('error', () => hangUp(request));
      reply.pipe(response);
    });
  };

  const server = http2.createSecureServer({ cert, key, allowHTTP1: true }, (request, response) => {
    answer(request, response).catch(() => hangUp(request));
  });
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
  });
  server.on('sessionError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = path.join(plane.dir, `proxy-${(server.address() as AddressInfo).port}`);
  await writeFile(kubeconfig, kubeconfigFor(url, ca as Buffer), { mode: 0o600 });
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    kubeconfig,
    url,
    requests,
    inject: (fault) => {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      faults.push(entry);
      return () => {
        entry.left = 0;
      };
    },
    cutAll,
    close: async () => {
      cutAll();
      agent.destroy();
      server.close();
    },
  };
}

/** Headers of HTTP/2 itself and of one connection stay on their side. */
const passesOn = (name: string) => !name.startsWith(':') && !['connection', 'transfer-encoding', 'host'].includes(name);

function refuse(response: Http2ServerResponse, fault: { status: number; retryAfter?: number }): void {
  const reasons: Record<number, string> = {
    429: 'TooManyRequests',
    500: 'InternalError',
    503: 'ServiceUnavailable',
    504: 'Timeout',
  };
  response.writeHead(fault.status, {
    'content-type': 'application/json',
    ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
  });
  const message = 'injected fault';
  response.end(
    JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message,
      reason: reasons[fault.status],
      code: fault.status,
    }),
  );
}

/** The whole connection, and with it every other request on it: what a cable that is pulled does. */
function hangUp(request: Http2ServerRequest): void {
  const connection = request.stream?.session?.socket ?? request.socket;
  request.stream?.session?.destroy();
  connection?.destroy();
}

async function sendHalf(reply: AsyncIterable<Uint8Array>, response: Http2ServerResponse): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of reply) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const { promise, resolve } = Promise.withResolvers<void>();
  response.write(body.subarray(0, Math.ceil(body.length / 2)), () => resolve());
  await promise;
}

function kubeconfigFor(server: string, ca: Buffer): string {
  return `apiVersion: v1
kind: Config
current-context: proxy
clusters: [{ name: proxy, cluster: { server: "${server}", certificate-authority-data: ${ca.toString('base64')} } }]
users: [{ name: anyone, user: {} }]
contexts: [{ name: proxy, context: { cluster: proxy, user: anyone } }]
`;
}
