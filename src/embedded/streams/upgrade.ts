import type { IncomingMessage } from 'node:http';
import { type Duplex, PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { isJsonObject, type JsonObject, type Resource } from '../../resource/index.ts';
import type { Api } from '../api/api.ts';
import type { PodAccess, PodProcess } from '../api/pod-access.ts';
import { addressOf, isTrue } from '../api/request.ts';
import { ApiError, badRequest, notFound } from '../api/status.ts';
import type { User } from '../auth/user.ts';
import { type CommandStreams, streamsOverWebSocket, tellSize } from './channels.ts';
import { forwardChannels } from './forward-channels.ts';
import { serveSpdy } from './spdy.ts';

/** What an upgraded request may do, checked before anything is opened. */
export interface UpgradeParts {
  api: Api;
  /** The node, once there is one. */
  pods(): PodAccess | undefined;
  /** Who asks, if they may; throws what the answer says otherwise. */
  admit(request: IncomingMessage, resource: { namespace: string; name: string; subresource: string }): User;
}

const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const tunnel = 'SPDY/3.1+portforward.k8s.io';

/** Answers `exec`, `attach` and `portforward` requests, which leave HTTP for streams of their own. */
export function upgradeHandler(parts: UpgradeParts) {
  const webSockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => [...protocols, tunnel].find((name) => offered.has(name)) ?? false,
  });
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    try {
      const url = new URL(request.url ?? '/', 'https://localhost');
      const address = addressOf(url.pathname);
      const { resource, namespace = '', name = '', subresource = '' } = address ?? {};
      if (resource !== 'pods' || !['exec', 'attach', 'portforward'].includes(subresource))
        throw badRequest('this request cannot be upgraded');
      parts.admit(request, { namespace, name, subresource });
      const pod = parts.api.store.get('/pods', namespace, name)?.object;
      if (pod === undefined) throw notFound({ group: '', resource: 'pods' }, name);
      const node = parts.pods();
      if (node === undefined) throw new ApiError(500, 'InternalError', 'no node runs the pods of this cluster');
      const container = subresource === 'portforward' ? '' : containerOf(pod, url.searchParams.get('container'));
      const open = (streams: CommandStreams) =>
        runCommand(node, pod, container, subresource, url.searchParams, streams);
      const upgrade = (request.headers.upgrade ?? '').toLowerCase();
      if (upgrade === 'websocket')
        webSockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
          if (subresource === 'portforward' && webSocket.protocol !== tunnel) {
            forwardChannels(node, pod, url.searchParams.getAll('ports').map(Number), webSocket);
          } else if (subresource === 'portforward') forwardPorts(node, pod, createWebSocketStream(webSocket));
          else void open(streamsOverWebSocket(webSocket));
        });
      else if (upgrade === 'spdy/3.1') {
        const wanted = (request.headers['x-stream-protocol-version'] ?? '') as string;
        acceptSpdy(
          socket,
          wanted.split(',').map((item) => item.trim()),
        );
        if (head.length > 0) socket.unshift(head);
        if (subresource === 'portforward') forwardPorts(node, pod, socket);
        else commandOverSpdy(socket, url.searchParams, (streams) => void open(streams));
      } else throw badRequest('unable to upgrade: unknown protocol');
    } catch (error) {
      refuse(socket, error);
    }
  };
}

function refuse(socket: Duplex, error: unknown): void {
  const known = error instanceof ApiError ? error : new ApiError(500, 'InternalError', String(error));
  const body = JSON.stringify(known.toStatus());
  socket.end(
    `HTTP/1.1 ${known.code} Error\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function acceptSpdy(socket: Duplex, wanted: readonly string[]): void {
  const protocol =
    wanted.find((name) => name === 'v4.channel.k8s.io' || name === 'portforward.k8s.io') ?? wanted[0] ?? '';
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
}

/** The container a request is about: the one it names, the pod's default one, or the only one. */
export function containerOf(pod: Resource, named: string | null): string {
  const spec = (pod['spec'] ?? {}) as JsonObject;
  const names = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    ((spec[list] ?? []) as JsonObject[]).map(({ name }) => String(name)),
  );
  const main = ((spec['containers'] ?? []) as JsonObject[]).map(({ name }) => String(name));
  if (named) {
    if (!names.includes(named)) throw badRequest(`container ${named} is not valid for pod ${pod.metadata.name}`);
    return named;
  }
  const preferred = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (preferred !== undefined && names.includes(preferred)) return preferred;
  if (main.length === 1) return main[0] as string;
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${main.join(' ')}]`,
  );
}

async function runCommand(
  node: PodAccess,
  pod: Resource,
  container: string,
  subresource: string,
  query: URLSearchParams,
  streams: CommandStreams,
): Promise<void> {
  const ended = new AbortController();
  const options = {
    stdin: isTrue(query.get('stdin')),
    stdout: isTrue(query.get('stdout')),
    stderr: isTrue(query.get('stderr')),
    tty: isTrue(query.get('tty')),
    signal: ended.signal,
  };
  streams.stdin.on('close', () => ended.abort());
  try {
    const running: PodProcess =
      subresource === 'exec'
        ? await node.exec(pod, container, query.getAll('command'), options)
        : await node.attach(pod, container, options);
    streams.onResize((columns, rows) => running.resize(columns, rows));
    if (options.stdin) pipeline(streams.stdin, running.stdin).catch(() => {});
    const outputs = Promise.all([
      pipeline(running.stdout, streams.stdout, { end: false }),
      pipeline(running.stderr, streams.stderr, { end: false }),
    ]).catch(() => {});
    const { exitCode } = await running.done;
    await outputs;
    streams.finish(exitCode === 0 ? { metadata: {}, status: 'Success' } : failed(exitCode));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    streams.finish({ metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500 });
  }
}

function failed(exitCode: number): JsonObject {
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** A command whose streams are SPDY streams: it begins when all that were asked for are open. */
function commandOverSpdy(connection: Duplex, query: URLSearchParams, begin: (streams: CommandStreams) => void): void {
  const isTerminal = isTrue(query.get('tty'));
  const expected = ['error', 'stdin', 'stdout', ...(isTerminal ? [] : ['stderr'])].filter(
    (name) => name === 'error' || isTrue(query.get(name)),
  );
  const open = new Map<string, Duplex>();
  const sizes: ((columns: number, rows: number) => void)[] = [];
  let begun = false;
  serveSpdy(connection, ({ headers, stream }) => {
    const kind = headers['streamtype'] ?? '';
    stream.on('error', () => stream.destroy());
    if (kind !== 'resize') open.set(kind, stream);
    else
      stream.on('data', (text: Buffer) => {
        for (const listener of sizes) tellSize(text, listener);
      });
    if (begun || !expected.every((name) => open.has(name))) return;
    begun = true;
    begin({
      stdin: open.get('stdin') ?? new PassThrough(),
      stdout: open.get('stdout') ?? new PassThrough().resume(),
      stderr: open.get('stderr') ?? new PassThrough().resume(),
      onResize: (listener) => sizes.push(listener),
      finish: (status) => {
        const isSuccess = isJsonObject(status) && status['status'] === 'Success';
        open.get('error')?.end(isSuccess ? '' : JSON.stringify(status));
        for (const [name, stream] of open) if (name !== 'error') stream.end();
        setImmediate(() => connection.end());
      },
    });
  });
}

/** Each connection is a pair of streams: one for data, one that says what went wrong. */
function forwardPorts(node: PodAccess, pod: Resource, connection: Duplex): void {
  connection.on('error', () => connection.destroy());
  const errors = new Map<string, Duplex>();
  serveSpdy(connection, ({ headers, stream }) => {
    const id = headers['requestid'] ?? '';
    stream.on('error', () => stream.destroy());
    if (headers['streamtype'] === 'error') {
      errors.set(id, stream);
      return;
    }
    const port = Number(headers['port']);
    void join(node, pod, port, stream).then((problem) => {
      const error = errors.get(id);
      errors.delete(id);
      error?.end(problem === undefined ? '' : `an error occurred forwarding ${port}: ${problem}`);
      stream.end();
    });
  });
}

/** Joins a stream with a port of a pod until one side ends; the result is what went wrong. */
async function join(node: PodAccess, pod: Resource, port: number, stream: Duplex): Promise<string | undefined> {
  try {
    const target = await node.portForward(pod, port);
    await Promise.all([
      pipeline(stream, target, { end: true }),
      pipeline(target, stream, { end: false }).finally(() => stream.destroyed || stream.end()),
    ]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
