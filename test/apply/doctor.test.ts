import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examine } from '../../src/apply/index.ts';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { objects, unique } from './stack.ts';

describe.skipIf(!controlPlaneAvailable)('examine()', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let name: string;

  beforeAll(async () => {
    plane = await sharedControlPlane();
    cluster = await plane.cluster();
    name = unique('doctor');
    await plane.kubectl(['create', 'namespace', name]);
  });
  afterAll(async () => {
    await plane?.kubectl(['delete', 'namespace', name, '--wait=false']);
    await plane?.down();
  });

  const told = async (yaml: string, options: Parameters<typeof examine>[2] = {}) =>
    (await examine(cluster, objects(yaml), { namespace: name, ...options })).map(
      ({ id, severity, message }) => `${severity} ${id}: ${message}`,
    );

  test('finds nothing to say about what fits', async () => {
    expect(await told(`{ apiVersion: v1, kind: ConfigMap, metadata: { name: c } }`)).toEqual([]);
  });

  test('says all that is wrong at once, the worst first', async () => {
    const findings = await told(
      `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { storageClassName: golden, accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: huge }
spec:
  replicas: 3
  template:
    spec:
      containers: [{ name: a, resources: { requests: { cpu: "100", memory: 1Gi, example.com/fpga: 2 } } }]
---
{ apiVersion: batch/v1beta1, kind: CronJob, metadata: { name: old } }
`,
      { tested: { min: '1.20', max: '1.30' } },
    );
    expect(findings).toEqual([
      'fatal API_VERSION: CronJob.batch old: the cluster serves CronJob in batch/v1, not in batch/v1beta1',
      expect.stringMatching(
        /^fatal STORAGE_CLASS: PersistentVolumeClaim data names StorageClass golden, which does not exist/,
      ),
      expect.stringMatching(/^warning CAPACITY: The plan asks for 300 CPU of cpu, and [\d.]+ CPU is free/),
      'warning DEVICES: No node offers example.com/fpga, and 6 of it are asked for',
      expect.stringMatching(
        /^note KUBERNETES_VERSION: The server is Kubernetes v1.36.3; the stack was tested up to 1.30/,
      ),
    ]);
  });

  test('finds webhooks and APIServices without a backend', async () => {
    const input = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: ${name} }
webhooks:
- name: left.example.com
  clientConfig: { service: { namespace: ${name}, name: nobody } }
  rules: [{ apiGroups: [nowhere.example.com], apiVersions: [v1], resources: [things], operations: [CREATE] }]
  sideEffects: None
  admissionReviewVersions: [v1]
`;
    await plane.kubectl(['apply', '-f', '-'], { input });
    const findings = await examine(cluster, []);
    expect(findings).toContainEqual({
      id: 'DEAD_WEBHOOK',
      severity: 'warning',
      message: `ValidatingWebhookConfiguration ${name} calls Service ${name}/nobody, which does not exist: what it checks cannot be written`,
      remedy: `If nothing needs it any more: kubectl delete validatingwebhookconfiguration ${name}`,
    });
    await plane.kubectl(['delete', 'validatingwebhookconfiguration', name]);
  });

  test('asks the server for every permission that an apply needs', async () => {
    await plane.kubectl(['-n', name, 'create', 'serviceaccount', 'reader']);
    await plane.kubectl([
      '-n',
      name,
      'create',
      'rolebinding',
      'reader',
      '--clusterrole=view',
      `--serviceaccount=${name}:reader`,
    ]);
    const token = (await plane.kubectl(['-n', name, 'create', 'token', 'reader'])).stdout.trim();
    const config = JSON.parse((await plane.kubectl(['config', 'view', '--raw', '-o', 'json'])).stdout);
    config.users[0].user = { token };
    await writeFile(`${plane.dir}/reader-${name}`, JSON.stringify(config));
    const reader = await connect({ kubeconfig: `${plane.dir}/reader-${name}` });
    const desired = objects(
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: c } }\n---\n{ apiVersion: v1, kind: Namespace, metadata: { name: n } }`,
    );
    const findings = await examine(reader, desired, { namespace: name });
    expect(findings.filter(({ id }) => id === 'PERMISSIONS').map(({ message }) => message)).toEqual([
      `You may not create, patch, delete configmaps in namespace ${name}`,
      'You may not get, list, create, patch, delete namespaces in the whole cluster',
    ]);
    await reader.close();
  });
});
