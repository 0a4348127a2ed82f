import { connect, createServer, type Server } from 'node:net';
import { PassThrough } from 'node:stream';
import { load } from 'js-yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { clusterOver } from '../../../src/cluster/index.ts';
import {
  type EmbeddedCluster,
  openCluster,
  type PodAccess,
  type PodProcess,
  type Served,
  serve,
} from '../../../src/embedded/index.ts';
import type { Resource } from '../../../src/resource/index.ts';

/** A node whose commands print what they are, echo what they read, and end with the code that they are told. */
const node: PodAccess = {
  async *logs(_pod, container, { tailLines }) {
    yield Buffer.from(`${container} ${tailLines}\n`);
  },
  exec: async (_pod, container, [code, ...words], { stdin }): Promise<PodProcess> => {
    const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
    output.write(`${container}: ${words.join(' ')}\n`);
    errors.end('errors\n');
    if (stdin) input.pipe(output);
    else output.end();
    const exitCode = Number(code);
    const done = new Promise<{ exitCode: number }>((resolve) => output.on('end', () => resolve({ exitCode })));
    return { stdin: input, stdout: output, stderr: errors, resize: () => {}, done };
  },
  attach: async () => {
    throw new Error('container "c" is simulated: there is nothing to attach to');
  },
  portForward: async (_pod, port) => connect(port, '127.0.0.1'),
};

let embedded: EmbeddedCluster;
let served: Served;
let echo: Server;
let ca: Buffer;
let token: string;

beforeAll(async () => {
  embedded = await openCluster();
  served = await serve(embedded);
  embedded.setNode(node);
  const config = load(served.kubeconfig) as {
    clusters: [{ cluster: { 'certificate-authority-data': string } }];
    users: [{ user: { token: string } }];
  };
  ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64');
  token = config.users[0].user.token;
  const cluster = clusterOver(embedded.transport);
  await cluster.create({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'default' },
  });
  const spec = { nodeName: 'here', containers: [{ name: 'c', image: 'i' }] };
  await cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec,
  } as unknown as Resource);
  await cluster.close();
  echo = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  echo.close();
  await served.close();
  await embedded.close();
});

interface Ended {
  stdout: string;
  stderr: string;
  status: { status?: string; message?: string; details?: { causes: { message: string }[] } };
}

function run(path: string, input?: string): Promise<Ended> {
  const url = `${served.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/p/${path}`;
  const socket = new WebSocket(url, ['v5.channel.k8s.io', 'v4.channel.k8s.io'], {
    ca,
    headers: { authorization: `Bearer ${token}` },
  });
  const received: Record<number, string> = {};
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('unexpected-response', (_request, response) => reject(new Error(`status ${response.statusCode}`)));
    socket.on('open', () => {
      if (input === undefined) return;
      socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(input)]));
      socket.send(Buffer.from([255, 0]));
    });
    socket.on('message', (data: Buffer) => {
      received[data[0] as number] = (received[data[0] as number] ?? '') + data.subarray(1).toString();
    });
    socket.on('close', () =>
      resolve({
        stdout: received[1] ?? '',
        stderr: received[2] ?? '',
        status: JSON.parse(received[3] ?? '{}') as Ended['status'],
      }),
    );
  });
}

test('a command prints and ends well', async () => {
  const { stdout, stderr, status } = await run('exec?command=0&command=hello&command=you&stdout=1&stderr=1');
  expect({ stdout, stderr }).toEqual({ stdout: 'c: hello you\n', stderr: 'errors\n' });
  expect(status.status).toBe('Success');
});

test('a command reads until its input ends', async () => {
  const { stdout } = await run('exec?command=0&command=cat&stdin=1&stdout=1&stderr=1', 'line\n');
  expect(stdout).toBe('c: cat\nline\n');
});

test('the exit code comes back', async () => {
  const { status } = await run('exec?command=3&command=x&stdout=1&stderr=1');
  expect(status).toMatchObject({ status: 'Failure', details: { causes: [{ message: '3' }] } });
});

test('what the node cannot do is said', async () => {
  const { status } = await run('attach?stdout=1');
  expect(status.message).toBe('container "c" is simulated: there is nothing to attach to');
});

test('a container that is not there is refused before anything is opened', async () => {
  await expect(run('exec?command=0&container=none&stdout=1')).rejects.toThrow('status 400');
});

test('without permission nothing is opened', async () => {
  token = `${token}x`;
  await expect(run('exec?command=0&stdout=1')).rejects.toThrow('status 401');
  token = token.slice(0, -1);
});

test('logs are text', async () => {
  const cluster = clusterOver(embedded.transport);
  const path = '/api/v1/namespaces/default/pods/p/log';
  const response = await cluster.request({ method: 'GET', path, query: { tailLines: 7 } });
  const parts: Uint8Array[] = [];
  for await (const part of response.body) parts.push(part);
  expect(Buffer.concat(parts).toString()).toBe('c 7\n');
  const wrong = await cluster.request({ method: 'GET', path, query: { tailLines: -1 } });
  expect(wrong.status).toBe(422);
  await cluster.close();
});
