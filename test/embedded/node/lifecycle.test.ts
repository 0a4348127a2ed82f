import { expect, test } from 'vitest';
import { makeBed } from './bed.ts';

const shell = (name: string, script: string, more = '') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 2
  ${more || 'restartPolicy: Never'}
  containers:
  - name: main
    image: busybox:1.36
    command: ["sh", "-c", ${JSON.stringify(script)}]
`;

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
