import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import type { ProbeOutcome } from './probes.ts';
import type { ActionSpec, ContainerSpec } from './spec.ts';

/** The probes and hooks that go over the network. The host is the pod's address unless the action names one. */
export async function overNetwork(
  spec: ContainerSpec,
  action: ActionSpec,
  podIP: string,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const { httpGet, tcpSocket, grpc } = action;
  if (httpGet !== undefined) return get(spec, httpGet, podIP, signal);
  if (tcpSocket !== undefined) return connect(tcpSocket.host ?? podIP, portOf(spec, tcpSocket.port), signal);
  if (grpc !== undefined) return checkHealth(podIP, grpc.port, grpc.service ?? '', signal);
  return { ok: true, message: '' };
}

/** A number, or the name of one of the container's ports; NaN where there is none of that name. */
function portOf(spec: ContainerSpec, port: number | string): number {
  if (typeof port === 'number') return port;
  return spec.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port);
}

function get(
  spec: ContainerSpec,
  action: NonNullable<ActionSpec['httpGet']>,
  podIP: string,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const { path = '/', scheme = 'HTTP', httpHeaders = [], host = podIP } = action;
  const port = portOf(spec, action.port);
  const url = `${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close' };
  for (const { name, value } of httpHeaders) headers[name.toLowerCase()] = value;
  return new Promise((resolve) => {
    // Probes do not check certificates: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
    const options = { headers, signal, agent: false, rejectUnauthorized: false };
    const request = (scheme === 'HTTPS' ? https : http).get(url, options, (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      const ok = status >= 200 && status < 400;
      resolve({ ok, message: ok ? '' : `HTTP probe failed with statuscode: ${status}` });
    });
    request.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ ok: false, message: `Get "${url}": ${reasonOf(error, host, port, signal)}` }),
    );
  });
}

function connect(host: string, port: number, signal: AbortSignal): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve({ ok: true, message: '' });
    });
    socket.once('error', (error) => resolve({ ok: false, message: reasonOf(error, host, port, signal) }));
  });
}

/** The kubelet's words, which are Go's. */
function reasonOf(error: NodeJS.ErrnoException, host: string, port: number, signal: AbortSignal): string {
  if (signal.aborted) return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  if (error.code === 'ECONNREFUSED') return `dial tcp ${host}:${port}: connect: connection refused`;
  if (error.code === 'ECONNRESET') return 'EOF';
  return error.message;
}

/** https://github.com/grpc/grpc/blob/master/doc/health-checking.md, by hand: one message each way, of one field. */
function checkHealth(host: string, port: number, service: string, signal: AbortSignal): Promise<ProbeOutcome> {
  const { promise, resolve } = Promise.withResolvers<ProbeOutcome>();
  const fail = (message: string) => resolve({ ok: false, message });
  const session = http2.connect(`http://${host}:${port}`);
  session.once('error', (error: NodeJS.ErrnoException) =>
    fail(`timeout: failed to connect service "${host}:${port}" within 1s: ${reasonOf(error, host, port, signal)}`),
  );
  const stream = session.request(
    {
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    },
    { signal },
  );
  const chunks: Buffer[] = [];
  let status = '';
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('trailers', (trailers) => {
    status = String(trailers['grpc-status'] ?? '');
  });
  stream.on('error', (error: NodeJS.ErrnoException) => fail(reasonOf(error, host, port, signal)));
  stream.on('end', () => {
    // A frame's five bytes, then field 1: the serving status, where 1 is SERVING.
    const answer = Buffer.concat(chunks).subarray(5);
    if (status === '12') fail('error: this server does not implement the grpc health protocol (grpc.health.v1.Health)');
    else if (answer[0] === 8 && answer[1] === 1) resolve({ ok: true, message: '' });
    else fail('service unhealthy (responded with "NOT_SERVING")');
  });
  const name = Buffer.from(service);
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([10, name.length]), name]);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([frame, message]));
  return promise.finally(() => session.destroy());
}
