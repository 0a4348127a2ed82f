import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Guard } from '../../../src/embedded/node/process/guard.ts';
import { launch } from '../../../src/embedded/node/process/launch.ts';
import { birthOf } from '../../../src/run.ts';
import { makeBed } from './bed.ts';

/** A node in a process of its own, with one pod that writes the number of a child of its program. */
const program = `
  import { makeBed } from '${path.resolve(import.meta.dirname, 'bed.ts')}';
  const bed = await makeBed();
  await bed.create(\`
apiVersion: v1
kind: Pod
metadata: { name: stays }
spec:
  containers: [{ name: main, image: busybox, command: [sh, -c, "sleep 1000 & echo $!; echo $$$$; wait"] }]\`);
  await bed.podWhen('stays', ({ status }) => status.phase === 'Running');
  let text = '';
  for await (const chunk of bed.node.logs({ metadata: { namespace: 'default', name: 'stays' } }, 'main', { follow: true })) {
    text += Buffer.from(chunk).toString();
    if (text.split('\\n').length === 3) break;
  }
  process.stdout.write(bed.directory + '\\n' + text);
  setInterval(() => {}, 1000);
`;

test('a node that is killed leaves no process behind', async () => {
  const node = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of node.stdout) {
    text += chunk;
    if (text.split('\n').length === 4) break;
  }
  const [directory = '', ...numbers] = text.trim().split('\n');
  const pids = numbers.map(Number);
  for (const pid of pids) expect(await birthOf(pid)).toBeDefined();
  node.kill('SIGKILL');
  await once(node, 'exit');
  for (const pid of pids) await expect.poll(() => birthOf(pid)).toBeUndefined();
  await rm(directory, { recursive: true });
});

test('what even the guard could not end is ended by the next start', async () => {
  await using directory = await mkdtempDisposable(path.join(os.tmpdir(), 'slipway-guard-'));
  const guard = await Guard.start(directory.path);
  const left = await launch({ words: ['sleep', '1000'], cwd: '/', env: { PATH: '/usr/bin:/bin' } }, guard);
  const next = await Guard.start(directory.path);
  expect(await left.exited).toEqual({ exitCode: 137, signal: 9 });
  next.close();
  guard.close();
});

test('a pod goes on after the node was away: restarted, and its former run read', async () => {
  await using bed = await makeBed();
  await bed.create(`
apiVersion: v1
kind: Pod
metadata: { name: back }
spec:
  terminationGracePeriodSeconds: 1
  containers: [{ name: main, image: busybox, command: [sh, -c, "echo run; exec sleep 1000"] }]`);
  const before = await bed.podWhen('back', ({ status }) => status.phase === 'Running');
  await expect.poll(() => bed.logs('back')).toBe('run\n');
  await bed.restart();
  const after = await bed.podWhen(
    'back',
    ({ status }) => status.containerStatuses[0]?.restartCount === 1 && status.containerStatuses[0].ready,
  );
  expect(after.status.containerStatuses[0]?.lastState.terminated).toMatchObject({ exitCode: 255, reason: 'Unknown' });
  expect(after.status.podIP).toBe(before.status.podIP);
  expect(await bed.logs('back', 'main', { previous: true })).toBe('run\n');
});

test('a pod that is over stays over, with its log, whatever happens to its object', async () => {
  await using bed = await makeBed();
  await bed.create(`
apiVersion: v1
kind: Pod
metadata: { name: over }
spec:
  restartPolicy: Never
  containers: [{ name: main, image: busybox, command: [sh, -c, "echo done"] }]`);
  await bed.podWhen('over', ({ status }) => status.phase === 'Succeeded');
  await bed.restart();
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'over' };
  await bed.cluster.patch(ref, { type: 'merge', body: { metadata: { labels: { touched: 'yes' } } } });
  await bed.create(`
apiVersion: v1
kind: Pod
metadata: { name: later }
spec:
  restartPolicy: Never
  containers: [{ name: main, image: busybox, command: ["true"] }]`);
  await bed.podWhen('later', ({ status }) => status.phase === 'Succeeded');
  const { status } = await bed.pod('over');
  expect([status.phase, status.containerStatuses[0]?.state.terminated?.reason]).toEqual(['Succeeded', 'Completed']);
  expect(await bed.logs('over')).toBe('done\n');
  await bed.cluster.delete(ref);
  await bed.gone('over');
});
