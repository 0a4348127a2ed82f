import { mkdtempDisposable, open, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { BackOff, goDuration } from '../../../src/embedded/node/back-off.ts';
import { LogFile } from '../../../src/embedded/node/logs/log-file.ts';
import { readLog } from '../../../src/embedded/node/logs/read.ts';
import { Addresses } from '../../../src/embedded/node/network/addresses.ts';
import { makeBed } from './bed.ts';

test('the machine is a node that is ready, says how it shows volumes, and renews its lease', async () => {
  await using bed = await makeBed();
  const node = await bed.cluster.get({ apiVersion: 'v1', kind: 'Node', name: 'here' });
  const status = node['status'] as {
    allocatable: Record<string, string>;
    conditions: { type: string; status: string }[];
  };
  expect(status.allocatable['cpu']).toBe(String(os.availableParallelism()));
  expect(status.allocatable['memory']).toBe(`${Math.floor(os.totalmem() / 1024)}Ki`);
  expect(status.conditions.find(({ type }) => type === 'Ready')?.status).toBe('True');
  expect(node.metadata.annotations?.['slipway.dev/volumes']).toMatch(/^(mount-namespace|path-rewriting)$/);
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'kube-node-lease', name: 'here' };
  await expect
    .poll(() => bed.cluster.get(lease).catch(() => undefined))
    .toMatchObject({ spec: { holderIdentity: 'here' } });
});

test('simulated pods: those that should run on are ready, those that should end have ended', async () => {
  await using bed = await makeBed();
  await bed.create(`
apiVersion: v1
kind: Pod
metadata: { name: runs }
spec:
  initContainers: [{ name: first, image: ghcr.io/some/setup }]
  containers: [{ name: main, image: nginx, readinessProbe: { httpGet: { port: 80 } } }]
---
apiVersion: v1
kind: Pod
metadata: { name: ends }
spec:
  restartPolicy: Never
  containers: [{ name: main, image: ghcr.io/some/job }]
`);
  const pod = await bed.podWhen('runs', ({ status }) => status.containerStatuses[0]?.ready === true);
  expect(pod.status.initContainerStatuses[0]?.state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  await bed.podWhen('ends', ({ status }) => status.phase === 'Succeeded');
  await bed.cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'runs' });
  await bed.gone('runs');
});

test('restarts wait 0, 10, 20 … 300 s, and start anew after ten quiet minutes', () => {
  const backOff = new BackOff();
  let now = 1e12;
  const next = (quiet: number) => {
    const delay = backOff.next(new Date(now)) / 1000;
    now += (delay + quiet) * 1000;
    return delay;
  };
  expect([1, 1, 1, 1, 1, 1, 1, 1].map(next)).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  now += 601_000;
  expect(next(1)).toBe(0);
  expect([goDuration(10_000), goDuration(80_000), goDuration(300_000)]).toEqual(['10s', '1m20s', '5m0s']);
});

test('a log that grows becomes two files, and whoever follows it misses nothing', async () => {
  await using directory = await mkdtempDisposable(path.join(os.tmpdir(), 'slipway-log-'));
  const file = path.join(directory.path, '0.log');
  const log = await LogFile.create(file, () => new Date(0), 400);
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}\n`);
  const following = (async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of readLog(file, log, { follow: true, now: new Date(0) })) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  })();
  for (const line of lines) await log.record('stdout', Readable.from([Buffer.from(line)]));
  await log.record('stderr', Readable.from([Buffer.from('no end')]));
  await log.close();
  expect(await following).toBe(`${lines.join('')}no end`);
  expect((await readFile(file, 'utf8')).split('\n').at(-2)).toBe('1970-01-01T00:00:00.000000000Z stderr P no end');
  await (await open(`${file}.1`)).close();
});

test('pods and Services of one cluster have addresses of their own where the machine has many', () => {
  const many = new Addresses('/some/where', true);
  const [one, two] = [many.take(undefined), many.take(undefined)];
  expect(one).toMatch(/^127\.\d+\.0\.2$/);
  expect(two).not.toBe(one);
  many.give(one);
  expect(many.take(one)).toBe(one);
  expect(many.take('10.0.0.1')).toMatch(/^127\./);
  expect(many.ofService('10.96.3.7')).toMatch(/^127\.\d+\.3\.7$/);
  const single = new Addresses('/some/where', false);
  expect([single.take(undefined), single.take(undefined), single.ofService('10.96.3.7')]).toEqual(
    Array(3).fill('127.0.0.1'),
  );
});
