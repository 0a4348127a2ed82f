import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { makeBed } from './bed.ts';

const pod = (name: string, script: string, more = '') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 1
  restartPolicy: Never
  volumes: [{ name: data, emptyDir: {} }]
  containers:
  - name: main
    image: busybox
    command: ["sh", "-c", ${JSON.stringify(script)}]
    volumeMounts: [{ name: data, mountPath: /data }]
    ${more}
`;

test('logs are cut as they are asked for', async () => {
  await using bed = await makeBed();
  await bed.create(pod('talker', 'for i in 1 2 3 4; do echo line $i; done; echo problem >&2; printf rest'));
  await bed.podWhen('talker', ({ status }) => status.phase === 'Succeeded');
  const out = (options: Parameters<typeof bed.logs>[2]) => bed.logs('talker', 'main', { stream: 'Stdout', ...options });
  expect(await out({})).toBe('line 1\nline 2\nline 3\nline 4\nrest');
  expect(await out({ tailLines: 2 })).toBe('line 4\nrest');
  expect(await out({ tailLines: 0 })).toBe('');
  expect(await out({ limitBytes: 8 })).toBe('line 1\nl');
  expect(await out({ sinceTime: '2999-01-01T00:00:00Z' })).toBe('');
  expect(await out({ sinceSeconds: 600, tailLines: 1 })).toBe('rest');
  expect(await out({ timestamps: true, limitBytes: 38 })).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line 1\n$/);
  expect(await bed.logs('talker', 'main', { stream: 'Stderr' })).toBe('problem\n');
});

test('a command runs in the container: its volumes, its variables, its input', async () => {
  await using bed = await makeBed();
  await bed.create(
    pod('home', 'echo shared > /data/file; echo up; exec sleep 1000', 'env: [{ name: WORD, value: hello }]'),
  );
  await bed.podWhen('home', ({ status }) => status.phase === 'Running');
  await expect.poll(() => bed.logs('home')).toBe('up\n');
  const name = { metadata: { namespace: 'default', name: 'home' } };
  const stream = await bed.node.exec(name, 'main', ['sh', '-c', 'cat /data/file - ; echo $WORD >&2; exit 7'], {
    stdin: true,
    tty: false,
  });
  stream.stdin.end('typed\n');
  expect(await Promise.all([text(stream.stdout), text(stream.stderr), stream.done])).toEqual([
    'shared\ntyped\n',
    'hello\n',
    { exitCode: 7 },
  ]);
  await expect(bed.node.exec(name, 'main', ['no-such-program'], { stdin: false, tty: false })).rejects.toThrow(
    'executable file not found in $PATH',
  );
  await expect(bed.node.exec(name, 'other', ['true'], { stdin: false, tty: false })).rejects.toThrow(
    'container other is not valid for pod home',
  );
});

test('a terminal is one', async () => {
  await using bed = await makeBed();
  await bed.create(pod('screen', 'exec sleep 1000'));
  await bed.podWhen('screen', ({ status }) => status.phase === 'Running');
  const name = { metadata: { namespace: 'default', name: 'screen' } };
  const stream = await bed.node.exec(name, 'main', ['sh', '-c', 'test -t 0 && test -t 1 && echo "it is"; exit 3'], {
    stdin: true,
    tty: true,
  });
  expect([await text(stream.stdout), await stream.done]).toEqual(['it is\r\n', { exitCode: 3 }]);
});

test('what a command leaves running ends with its container', async () => {
  await using bed = await makeBed();
  await bed.create(pod('host', 'exec sleep 1000'));
  await bed.podWhen('host', ({ status }) => status.phase === 'Running');
  const name = { metadata: { namespace: 'default', name: 'host' } };
  const stream = await bed.node.exec(name, 'main', ['sh', '-c', 'sleep 1000 >/dev/null 2>&1 & echo $!'], {
    stdin: false,
    tty: false,
  });
  const child = Number(await text(stream.stdout));
  const { birthOf } = await import('../../../src/run.ts');
  expect(await birthOf(child)).toBeDefined();
  await bed.cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'host' });
  await bed.gone('host');
  await expect.poll(() => birthOf(child)).toBeUndefined();
});

test('attaching reads what is said from now on and writes to the standard input', async () => {
  await using bed = await makeBed();
  await bed.create(pod('parrot', 'echo before; while read -r line; do echo "got $line"; done', 'stdin: true'));
  await bed.podWhen('parrot', ({ status }) => status.phase === 'Running');
  await expect.poll(() => bed.logs('parrot')).toBe('before\n');
  const stream = await bed.node.attach({ metadata: { namespace: 'default', name: 'parrot' } }, 'main');
  const said = text(stream.stdout);
  stream.stdin.end('one\ntwo\n');
  expect(await said).toBe('got one\ngot two\n');
  expect(await stream.done).toEqual({ exitCode: 0 });
});

test('ports are forwarded to the address of the pod, and usage is counted', async () => {
  await using bed = await makeBed();
  const server = `require('net').createServer((s) => s.end('hi from ' + s.localAddress)).listen(7070, process.env.POD_IP)`;
  await bed.create(
    pod(
      'server',
      `exec ${process.execPath} -e "${server}"`,
      'readinessProbe: { tcpSocket: { port: 7070 }, periodSeconds: 1 }',
    ),
  );
  const { status } = await bed.podWhen('server', (one) => one.status.containerStatuses[0]?.ready === true);
  const socket = await bed.node.portForward({ metadata: { namespace: 'default', name: 'server' } }, 7070);
  expect(await text(socket)).toBe(`hi from ${status.podIP}`);
  await expect(bed.node.portForward({ metadata: { namespace: 'default', name: 'server' } }, 7071)).rejects.toThrow(
    'ECONNREFUSED',
  );
  const [usage] = await bed.node.stats();
  expect(usage?.containers[0]?.memoryBytes).toBeGreaterThan(10_000_000);
  expect(usage?.containers[0]?.cpuNanoseconds).toBeGreaterThan(0);
  socket.destroy();
  await once(socket, 'close');
});

test('a simulated container says that nothing runs', async () => {
  await using bed = await makeBed();
  await bed.create(
    'apiVersion: v1\nkind: Pod\nmetadata: { name: played }\nspec: { containers: [{ name: main, image: "ghcr.io/some/operator:v1" }] }',
  );
  const made = await bed.podWhen('played', ({ status }) => status.containerStatuses[0]?.ready === true);
  expect(made.metadata.annotations).toEqual({ 'slipway.dev/simulated': 'true' });
  const says = 'is simulated: nothing of the image ghcr.io/some/operator:v1 runs here';
  expect(await bed.logs('played')).toBe(`Container main ${says}.\n`);
  const name = { metadata: { namespace: 'default', name: 'played' } };
  await expect(bed.node.exec(name, 'main', ['sh'], { stdin: false, tty: false })).rejects.toThrow(says);
  await expect(bed.node.portForward(name, 80)).rejects.toThrow('nothing listens on port 80');
});
