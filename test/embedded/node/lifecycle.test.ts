import { expect, test } from 'vitest';
import { realClock } from '../../../src/embedded/node/clock.ts';
import { birthOf } from '../../../src/run.ts';
import { makeBed } from './bed.ts';

const shell = (name: string, script: string, more = 'restartPolicy: Never', container = '') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  ${more}
  containers:
  - name: main
    image: busybox:1.36
    command: ["sh", "-c", ${JSON.stringify(script)}]
    ${container}
`;

/** Minutes pass in milliseconds. */
const hasty = () => {
  const clock = realClock();
  return { ...clock, sleep: (milliseconds: number, signal: AbortSignal) => clock.sleep(milliseconds / 1000, signal) };
};

test('a program that ends well completes its pod, and its output can be read', async () => {
  await using bed = await makeBed();
  await bed.create(shell('job', 'echo out; echo err >&2; hostname'));
  const pod = await bed.podWhen('job', ({ status }) => status.phase === 'Succeeded');
  expect(pod.status.containerStatuses[0]?.state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  expect(pod.status.conditions.map(({ type, status, reason }) => [type, status, reason])).toEqual([
    ['PodReadyToStartContainers', 'False', undefined],
    ['Initialized', 'True', 'PodCompleted'],
    ['Ready', 'False', 'PodCompleted'],
    ['ContainersReady', 'False', 'PodCompleted'],
    ['PodScheduled', 'True', undefined],
  ]);
  expect((await bed.logs('job')).split('\n').sort()).toEqual(['', 'err', 'job', 'out']);
  expect(bed.errors).toEqual([]);
});

test('a program that fails fails its pod, with its exit code, its signal and its last words', async () => {
  await using bed = await makeBed();
  await bed.create(shell('failing', 'echo because > /dev/termination-log; exit 3'));
  await bed.create(shell('killed', 'kill -9 $$$$'));
  const failed = await bed.podWhen('failing', ({ status }) => status.phase === 'Failed');
  expect(failed.status.containerStatuses[0]?.state.terminated).toMatchObject({
    exitCode: 3,
    reason: 'Error',
    message: 'because\n',
  });
  const killed = await bed.podWhen('killed', ({ status }) => status.phase === 'Failed');
  expect(killed.status.containerStatuses[0]?.state.terminated).toMatchObject({
    exitCode: 137,
    signal: 9,
    reason: 'Error',
  });
});

test('a program that is not there is a start error that says so', async () => {
  await using bed = await makeBed();
  await bed.create(shell('absent', '').replace('["sh", "-c", ""]', '["no-such-program"]'));
  const { status } = await bed.podWhen('absent', ({ status }) => status.phase === 'Failed');
  expect(status.containerStatuses[0]?.state.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' });
  expect(status.containerStatuses[0]?.state.terminated?.message).toContain(
    'exec: "no-such-program": executable file not found in $PATH',
  );
});

test('a program that keeps failing is restarted ever more slowly, and the run before can be read', async () => {
  await using bed = await makeBed({ clock: hasty() });
  await bed.create(shell('crashing', 'echo run; exit 1', 'restartPolicy: Always'));
  const { status } = await bed.podWhen(
    'crashing',
    ({
      status: {
        containerStatuses: [main],
      },
    }) => main?.restartCount === 3 && main.state.waiting !== undefined,
  );
  expect(status.phase).toBe('Running');
  expect(status.containerStatuses[0]?.state.waiting?.reason).toBe('CrashLoopBackOff');
  expect(status.containerStatuses[0]?.state.waiting?.message).toMatch(
    /^back-off 40s restarting failed container=main pod=crashing_default\([0-9a-f-]+\)$/,
  );
  expect(status.containerStatuses[0]?.lastState.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
  expect(await bed.logs('crashing', 'main', { previous: true })).toBe('run\n');
});

test('restartPolicy OnFailure runs a program until it ends well', async () => {
  await using bed = await makeBed({ clock: hasty() });
  const volume = 'restartPolicy: OnFailure\n  volumes: [{ name: data, emptyDir: {} }]';
  const mount = 'volumeMounts: [{ name: data, mountPath: /state }]';
  await bed.create(shell('stubborn', 'echo x >> /state/runs; test $(wc -l < /state/runs) -ge 3', volume, mount));
  const { status } = await bed.podWhen('stubborn', ({ status }) => status.phase === 'Succeeded');
  expect(status.containerStatuses[0]?.restartCount).toBe(2);
});

test('a deleted pod is asked to end, may tidy up, and is gone when it has', async () => {
  await using bed = await makeBed();
  await bed.create(
    shell('polite', 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.1; done', 'restartPolicy: Always'),
  );
  await bed.podWhen('polite', ({ status }) => status.conditions.some((c) => c.type === 'Ready' && c.status === 'True'));
  await expect.poll(() => bed.logs('polite')).toBe('up\n');
  const text = bed.logs('polite', 'main', { follow: true });
  await bed.cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'polite' });
  expect(await text).toBe('up\nbye\n');
  await bed.gone('polite');
});

test('a pod that does not end by itself is killed after its grace period', async () => {
  await using bed = await makeBed();
  await bed.create(
    shell(
      'deaf',
      'trap "" TERM; sh -c "trap \\"\\" TERM; sleep 1000" & echo $!; wait',
      'terminationGracePeriodSeconds: 1',
    ),
  );
  await bed.podWhen('deaf', ({ status }) => status.phase === 'Running');
  await expect.poll(() => bed.logs('deaf')).toMatch(/^\d+\n$/);
  const child = Number(await bed.logs('deaf'));
  const began = performance.now();
  await bed.cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'deaf' });
  await bed.gone('deaf');
  expect(performance.now() - began).toBeGreaterThan(900);
  expect(await birthOf(child)).toBeUndefined();
});

test('a deletion that is asked for again, with less grace, is quicker', async () => {
  await using bed = await makeBed();
  await bed.create(
    shell('slow', 'trap "" TERM; echo up; while :; do sleep 0.1; done', 'terminationGracePeriodSeconds: 600'),
  );
  await expect.poll(() => bed.logs('slow').catch(() => '')).toBe('up\n');
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'slow' };
  await bed.cluster.delete(ref);
  await bed.cluster.delete(ref, { gracePeriodSeconds: 1 });
  await bed.gone('slow');
});

test('init containers run one after the other before the rest; a sidecar keeps running and ends last', async () => {
  await using bed = await makeBed();
  await bed.create(`
apiVersion: v1
kind: Pod
metadata: { name: staged }
spec:
  restartPolicy: Never
  volumes: [{ name: data, emptyDir: {} }]
  initContainers:
  - { name: one, image: busybox, command: [sh, -c, echo one >> /data/order], volumeMounts: [{ name: data, mountPath: /data }] }
  - name: side
    image: busybox
    restartPolicy: Always
    command: [sh, -c, 'echo side >> /data/order; trap "cat /data/order; exit 0" TERM; while :; do sleep 0.05; done']
    startupProbe: { exec: { command: [test, -e, /data/order] }, periodSeconds: 1 }
    volumeMounts: [{ name: data, mountPath: /data }]
  - { name: two, image: busybox, command: [sh, -c, echo two >> /data/order], volumeMounts: [{ name: data, mountPath: /data }] }
  containers:
  - { name: main, image: busybox, command: [sh, -c, echo main >> /data/order], volumeMounts: [{ name: data, mountPath: /data }] }
`);
  const { status } = await bed.podWhen('staged', ({ status }) => status.phase === 'Succeeded');
  expect(status.initContainerStatuses.map(({ name, state }) => [name, state.terminated?.exitCode])).toEqual([
    ['one', 0],
    ['side', 0],
    ['two', 0],
  ]);
  expect(await bed.logs('staged', 'side')).toBe('one\nside\ntwo\nmain\n');
});

test('an init container that fails for good fails the pod, and the others never start', async () => {
  await using bed = await makeBed();
  await bed.create(`
apiVersion: v1
kind: Pod
metadata: { name: stuck }
spec:
  restartPolicy: Never
  initContainers: [{ name: first, image: busybox, command: [sh, -c, exit 4] }]
  containers: [{ name: main, image: busybox, command: [sh, -c, echo never] }]
`);
  const { status } = await bed.podWhen('stuck', ({ status }) => status.phase === 'Failed');
  expect(status.containerStatuses[0]?.state.waiting?.reason).toBe('PodInitializing');
  expect(status.conditions.find(({ type }) => type === 'Initialized')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: 'containers with incomplete status: [first]',
  });
});

test('a pod that takes longer than it may is ended', async () => {
  await using bed = await makeBed();
  await bed.create(shell('long', 'exec sleep 1000', 'activeDeadlineSeconds: 1'));
  const { status } = await bed.podWhen('long', ({ status }) => status.phase === 'Failed');
  expect(status.reason).toBe('DeadlineExceeded');
});

test('hooks run after the start and before the end', async () => {
  await using bed = await makeBed();
  const hooks = `lifecycle:
      postStart: { exec: { command: [sh, -c, echo hello > /hooks/start] } }
      preStop: { exec: { command: [sh, -c, echo bye > /hooks/stop] } }
    volumeMounts: [{ name: data, mountPath: /hooks }]`;
  const volume = `terminationGracePeriodSeconds: 5\n  volumes: [{ name: data, hostPath: { path: ${bed.directory}/hooks } }]`;
  await bed.create(shell('hooked', 'exec sleep 1000', volume, hooks));
  await bed.podWhen('hooked', ({ status }) => status.containerStatuses[0]?.ready === true);
  const { readFile } = await import('node:fs/promises');
  expect(await readFile(`${bed.directory}/hooks/start`, 'utf8')).toBe('hello\n');
  await bed.cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'hooked' });
  await bed.gone('hooked');
  expect(await readFile(`${bed.directory}/hooks/stop`, 'utf8')).toBe('bye\n');
});

test('the events tell the story of a container', async () => {
  await using bed = await makeBed();
  await bed.create(shell('told', 'exec sleep 1000', 'terminationGracePeriodSeconds: 1'));
  await bed.podWhen('told', ({ status }) => status.phase === 'Running');
  await bed.cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'told' });
  await bed.gone('told');
  expect(await bed.events('told')).toEqual([
    'Pulled: Container image "busybox:1.36" already present on machine',
    'Created: Created container: main',
    'Started: Started container main',
    'Killing: Stopping container main',
  ]);
});
