import { expect, test } from 'vitest';
import { expand } from '../../../src/embedded/node/environment/expand.ts';
import { makeBed } from './bed.ts';

test('variables in parentheses are expanded, doubled dollars are dollars, unknown names stay', () => {
  const variables = { A: 'one', B: '$(A)' };
  expect(expand('$(A)-$(B)-$(C)-$$(A)-$A-$', variables)).toBe('one-$(A)-$(C)-$(A)-$A-$');
});

test('a program gets what its spec names, and nothing of the environment of this one', async () => {
  await using bed = await makeBed({ env: { ...process.env, SECRET_OF_CALLER: 'leaked' } });
  await bed.create(`
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { mode: fast, other: "2" }
---
apiVersion: v1
kind: Secret
metadata: { name: keys }
stringData: { token: s3cret }
---
apiVersion: v1
kind: Pod
metadata: { name: env, labels: { app: demo } }
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: busybox
    command: [env]
    resources: { limits: { cpu: 1500m, memory: 64Mi } }
    envFrom:
    - { prefix: CM_, configMapRef: { name: settings } }
    - { secretRef: { name: absent, optional: true } }
    env:
    - { name: PLAIN, value: v }
    - { name: MADE, value: "$(PLAIN)/$(CM_mode)/$(UNKNOWN)" }
    - { name: MODE, valueFrom: { configMapKeyRef: { name: settings, key: mode } } }
    - { name: TOKEN, valueFrom: { secretKeyRef: { name: keys, key: token } } }
    - { name: NONE, valueFrom: { secretKeyRef: { name: keys, key: none, optional: true } } }
    - { name: NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
    - { name: APP, valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }
    - { name: IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
    - { name: CPU, valueFrom: { resourceFieldRef: { resource: limits.cpu } } }
    - { name: MIB, valueFrom: { resourceFieldRef: { resource: limits.memory, divisor: 1Mi } } }
`);
  const pod = await bed.podWhen('env', ({ status }) => status.phase === 'Succeeded');
  const lines = (await bed.logs('env')).trim().split('\n');
  const env = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  expect(env).toMatchObject({
    CM_mode: 'fast',
    CM_other: '2',
    PLAIN: 'v',
    MADE: 'v/fast/$(UNKNOWN)',
    MODE: 'fast',
    TOKEN: 's3cret',
    NAME: 'env',
    APP: 'demo',
    IP: pod.status.podIP,
    CPU: '2',
    MIB: '64',
    HOSTNAME: 'env',
  });
  expect(Object.keys(env)).not.toContain('NONE');
  expect(Object.keys(env)).not.toContain('SECRET_OF_CALLER');
});

test('a container waits for a ConfigMap that is not there, says so, and starts when it comes', async () => {
  await using bed = await makeBed();
  await bed.create(`
apiVersion: v1
kind: Pod
metadata: { name: waiting }
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: busybox
    command: [sh, -c, echo $MODE]
    env: [{ name: MODE, valueFrom: { configMapKeyRef: { name: settings, key: mode } } }]
`);
  const waiting = ({ status }: Awaited<ReturnType<typeof bed.pod>>) => status.containerStatuses[0]?.state.waiting;
  const pod = await bed.podWhen('waiting', (one) => waiting(one)?.reason === 'CreateContainerConfigError');
  expect(waiting(pod)?.message).toBe('configmap "settings" not found');
  await bed.create('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { mode: fast }');
  await bed.podWhen('waiting', ({ status }) => status.phase === 'Succeeded');
  expect(await bed.logs('waiting')).toBe('fast\n');
});
