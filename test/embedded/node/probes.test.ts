import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { overNetwork } from '../../../src/embedded/node/actions.ts';
import { makeBed } from './bed.ts';

const pod = (name: string, script: string, probes: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 1
  volumes: [{ name: data, emptyDir: {} }]
  containers:
  - name: main
    image: busybox
    command: ["sh", "-c", ${JSON.stringify(script)}]
    volumeMounts: [{ name: data, mountPath: /data }]
    ${probes}
`;
const live = 'trap "exit 0" TERM; while :; do sleep 0.05; done';

test('a pod is ready as long as its readiness probe passes', async () => {
  await using bed = await makeBed();
  await bed.create(
    pod(
      'moody',
      live,
      'readinessProbe: { exec: { command: [test, -e, /data/ok] }, periodSeconds: 1, failureThreshold: 1 }',
    ),
  );
  const { status } = await bed.podWhen('moody', (one) => one.status.phase === 'Running');
  expect(status.containerStatuses[0]).toMatchObject({ ready: false, started: true });
  expect(status.conditions.find(({ type }) => type === 'Ready')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [main]',
  });
  const run = async (...command: string[]) => {
    const name = { metadata: { namespace: 'default', name: 'moody' } };
    await (await bed.node.exec(name, 'main', command, { stdin: false, tty: false })).done;
  };
  await run('touch', '/data/ok');
  await bed.podWhen('moody', (one) => one.status.containerStatuses[0]?.ready === true);
  await run('rm', '/data/ok');
  await bed.podWhen('moody', (one) => one.status.containerStatuses[0]?.ready === false);
  expect((await bed.pod('moody')).status.containerStatuses[0]?.restartCount).toBe(0);
});

test('a container whose liveness probe fails is restarted', async () => {
  await using bed = await makeBed();
  await bed.create(
    pod(
      'sick',
      `echo run; ${live}`,
      'livenessProbe: { exec: { command: [sh, -c, "echo too bad; false"] }, periodSeconds: 1, failureThreshold: 2 }',
    ),
  );
  await bed.podWhen('sick', (one) => one.status.containerStatuses[0]?.restartCount === 1);
  expect(await bed.events('sick')).toEqual(
    expect.arrayContaining([
      'Unhealthy: Liveness probe failed: too bad\n',
      'Killing: Container main failed liveness probe, will be restarted',
    ]),
  );
});

test('nothing else is asked before the startup probe has passed', async () => {
  await using bed = await makeBed();
  const probes = `startupProbe: { exec: { command: [test, -e, /data/up] }, periodSeconds: 1, failureThreshold: 30 }
    livenessProbe: { exec: { command: [test, -e, /data/up] }, periodSeconds: 1, failureThreshold: 1 }`;
  await bed.create(pod('slow', `sleep 1.5; touch /data/up; ${live}`, probes));
  await bed.podWhen(
    'slow',
    (one) => one.status.containerStatuses[0]?.started === false && one.status.phase === 'Running',
  );
  const { status } = await bed.podWhen('slow', (one) => one.status.containerStatuses[0]?.ready === true);
  expect(status.containerStatuses[0]).toMatchObject({ started: true, restartCount: 0 });
});

test('a command that takes too long has failed', async () => {
  await using bed = await makeBed();
  await bed.create(
    pod('lazy', live, 'readinessProbe: { exec: { command: [sleep, "100"] }, timeoutSeconds: 1, periodSeconds: 1 }'),
  );
  await expect
    .poll(() => bed.events('lazy'), { timeout: 5000 })
    .toContainEqual('Unhealthy: Readiness probe failed: command timed out: "sleep 100" timed out after 1s');
});

const container = { name: 'main', image: 'busybox', ports: [{ name: 'web', containerPort: 1 }] };
const never = new AbortController().signal;

test('over HTTP, 200 to 399 is well, and what is not says what it was', async () => {
  const { createServer: createHttp } = await import('node:http');
  const seen: string[] = [];
  const server = createHttp((request, response) => {
    seen.push(`${request.headers['user-agent']} ${request.headers['x-mine']} ${request.url}`);
    response.writeHead(Number(request.url?.slice(1))).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const get = (path: string) =>
    overNetwork(
      container,
      { httpGet: { path, port, httpHeaders: [{ name: 'X-Mine', value: 'yes' }] } },
      '127.0.0.1',
      never,
    );
  expect(await get('/204')).toEqual({ ok: true, message: '' });
  expect(await get('302')).toEqual({ ok: true, message: '' });
  expect(await get('/503')).toEqual({ ok: false, message: 'HTTP probe failed with statuscode: 503' });
  expect(seen[0]).toBe('kube-probe/1.36 yes /204');
  expect(await overNetwork(container, { tcpSocket: { port } }, '127.0.0.1', never)).toEqual({ ok: true, message: '' });
  await new Promise((resolve) => server.close(resolve));
  expect(await get('/')).toEqual({
    ok: false,
    message: `Get "http://127.0.0.1:${port}/": dial tcp 127.0.0.1:${port}: connect: connection refused`,
  });
  expect(await overNetwork(container, { tcpSocket: { port: 'web' } }, '127.0.0.1', never)).toEqual({
    ok: false,
    message: 'dial tcp 127.0.0.1:1: connect: connection refused',
  });
});

test('over gRPC, a server says of a service that it serves', async () => {
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const service = Buffer.concat(chunks).subarray(7).toString();
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      const isKnown = service === 'model' && headers[':path'] === '/grpc.health.v1.Health/Check';
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, isKnown ? 1 : 2]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const check = (service?: string) =>
    overNetwork(container, { grpc: { port, ...(service === undefined ? {} : { service }) } }, '127.0.0.1', never);
  expect(await check('model')).toEqual({ ok: true, message: '' });
  expect(await check()).toEqual({ ok: false, message: 'service unhealthy (responded with "NOT_SERVING")' });
  server.close();
});
