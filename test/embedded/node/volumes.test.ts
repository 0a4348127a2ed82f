import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { mapPaths } from '../../../src/embedded/node/process/mapping.ts';
import { below } from '../../../src/embedded/node/volumes/paths.ts';
import { makeBed } from './bed.ts';

test('mapPaths() puts real places where a text names a mount, and leaves look-alikes alone', () => {
  const mounts = [
    { mountPath: '/mnt/models', source: '/real/m' },
    { mountPath: '/mnt/models/cache', source: '/real/c' },
    { mountPath: '/data/', source: '/real/d' },
  ];
  expect(mapPaths('--model_dir=/mnt/models/x --cache /mnt/models/cache/y', mounts)).toBe(
    '--model_dir=/real/m/x --cache /real/c/y',
  );
  expect(mapPaths('/data;cat "/data/a":/data', mounts)).toBe('/real/d;cat "/real/d/a":/real/d');
  expect(mapPaths('/database /mnt/models2 /x/data ./data', mounts)).toBe('/database /mnt/models2 /x/data ./data');
});

test('a path that leads out of its volume is refused', () => {
  expect(below('/v', 'a/b')).toBe('/v/a/b');
  for (const path of ['../x', 'a/../../x', '/etc/passwd', '', 'a\0b'])
    expect(() => below('/v', path)).toThrow('must be relative');
});

const everything = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { a.txt: "one", b.txt: "two" }
---
apiVersion: v1
kind: Secret
metadata: { name: keys }
stringData: { key: s3cret }
---
apiVersion: v1
kind: Pod
metadata: { name: reader, labels: { app: demo } }
spec:
  restartPolicy: Never
  volumes:
  - { name: config, configMap: { name: settings, items: [{ key: a.txt, path: deep/a.txt }] } }
  - { name: all, configMap: { name: settings } }
  - { name: secret, secret: { secretName: keys, defaultMode: 0400 } }
  - { name: info, downwardAPI: { items: [{ path: labels, fieldRef: { fieldPath: metadata.labels } }] } }
  - { name: scratch, emptyDir: {} }
  containers:
  - name: main
    image: busybox
    command: [sh, -c]
    args:
    - |
      cat /etc/config/deep/a.txt; echo
      cat /workspace/only-b; echo
      cat /mnt/models/key; echo
      cat /etc/podinfo/labels; echo
      cat /var/run/secrets/kubernetes.io/serviceaccount/namespace; echo
      test -s /var/run/secrets/kubernetes.io/serviceaccount/token && echo token
      echo written > /scratch/deep/file; cat /scratch/deep/file
    workingDir: /scratch
    volumeMounts:
    - { name: config, mountPath: /etc/config }
    - { name: all, mountPath: /workspace/only-b, subPath: b.txt }
    - { name: secret, mountPath: /mnt/models, readOnly: true }
    - { name: info, mountPath: /etc/podinfo }
    - { name: scratch, mountPath: /scratch/deep, subPathExpr: $(HOSTNAME_OF_POD) }
    - { name: scratch, mountPath: /scratch }
    env: [{ name: HOSTNAME_OF_POD, valueFrom: { fieldRef: { fieldPath: metadata.name } } }]
`;

describe.each(['as the system allows', 'by rewriting paths'])(
  'volumes are where a program looks for them, %s',
  (how) => {
    const options = how === 'by rewriting paths' ? { mounting: { how: 'rewrite' as const } } : {};

    test('every kind of volume', async () => {
      await using bed = await makeBed(options);
      await bed.create(everything);
      await bed.podWhen('reader', ({ status }) => status.phase === 'Succeeded' || status.phase === 'Failed');
      expect(await bed.logs('reader')).toBe('one\ntwo\ns3cret\napp="demo"\ndefault\ntoken\nwritten\n');
    });

    test('a changed ConfigMap reaches a pod that runs', async () => {
      await using bed = await makeBed(options);
      await bed.create(`
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { a: one }
---
apiVersion: v1
kind: Pod
metadata: { name: watcher }
spec:
  restartPolicy: Never
  volumes: [{ name: config, configMap: { name: settings } }]
  containers:
  - name: main
    image: busybox
    command: [sh, -c, "cat /config/a; echo; until grep -q two /config/a; do sleep 0.05; done; cat /config/a"]
    volumeMounts: [{ name: config, mountPath: /config }]
`);
      await bed.podWhen('watcher', ({ status }) => status.phase === 'Running');
      await expect.poll(() => bed.logs('watcher')).toBe('one\n');
      const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'settings' };
      await bed.cluster.patch(ref, { type: 'merge', body: { data: { a: 'two' } } });
      await bed.podWhen('watcher', ({ status }) => status.phase === 'Succeeded');
      expect(await bed.logs('watcher')).toBe('one\ntwo');
    });

    test('a claim is the directory of its volume, and outlives the pod', async () => {
      await using bed = await makeBed(options);
      await bed.create(`
apiVersion: v1
kind: PersistentVolume
metadata: { name: disk, namespace: "" }
spec:
  capacity: { storage: 1Gi }
  accessModes: [ReadWriteOnce]
  hostPath: { path: ${bed.directory}/disk }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], volumeName: disk, storageClassName: "", resources: { requests: { storage: 1Gi } } }
---
apiVersion: v1
kind: Pod
metadata: { name: writer }
spec:
  restartPolicy: Never
  volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
  containers:
  - { name: main, image: busybox, command: [sh, -c, echo kept > /home/jovyan/file], volumeMounts: [{ name: data, mountPath: /home/jovyan }] }
`);
      await bed.podWhen('writer', ({ status }) => status.phase === 'Succeeded');
      await bed.cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'writer' });
      await bed.gone('writer');
      expect(await readFile(`${bed.directory}/disk/file`, 'utf8')).toBe('kept\n');
    });

    test('a symbolic link out of the volume is no subPath', async () => {
      await using bed = await makeBed(options);
      await bed.create(`
apiVersion: v1
kind: Pod
metadata: { name: escaping }
spec:
  restartPolicy: Never
  volumes: [{ name: data, emptyDir: {} }]
  initContainers:
  - { name: link, image: busybox, command: [sh, -c, ln -s /etc /data/out], volumeMounts: [{ name: data, mountPath: /data }] }
  containers:
  - { name: main, image: busybox, command: [cat, /data/passwd], volumeMounts: [{ name: data, mountPath: /data, subPath: out }] }
`);
      const { status } = await bed.podWhen(
        'escaping',
        (pod) => pod.status.containerStatuses[0]?.state.waiting?.reason === 'CreateContainerConfigError',
      );
      expect(status.containerStatuses[0]?.state.waiting?.message).toContain(
        'leads out of its volume by a symbolic link',
      );
    });
  },
);

test('a volume that cannot be made holds the pod and says why', async () => {
  await using bed = await makeBed();
  await bed.create(`
apiVersion: v1
kind: Pod
metadata: { name: held }
spec:
  volumes: [{ name: secret, secret: { secretName: absent } }]
  containers: [{ name: main, image: busybox, command: [sleep, "1000"], volumeMounts: [{ name: secret, mountPath: /s }] }]
`);
  await expect
    .poll(() => bed.events('held'))
    .toContain('FailedMount: MountVolume.SetUp failed for volume "secret" : secret "absent" not found');
  expect((await bed.pod('held')).status.phase).toBe('Pending');
});
