import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Resource } from '../../../src/resource/index.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    programs: ['ghcr.io/kubeflow/dashboard/profile-controller:v2.0.0'],
    definitions: ['profiles/crd.yaml', 'profiles/authorization-policies.yaml'],
  });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const appears = (apiVersion: string, kind: string, name: string, wish: (found: Resource | undefined) => boolean) =>
  stage.until(
    [{ apiVersion, kind }],
    async () => {
      const { items } = await stage.cluster.list({ apiVersion, kind });
      const found = items.find((item) => item.metadata.name === name);
      return wish(found) ? (found ?? 'gone') : undefined;
    },
    () => `${kind} ${name}`,
  );
const isThere = (found: Resource | undefined) => found !== undefined;

test('a profile is a namespace with accounts, rights, a policy and a quota', async () => {
  await stage.create(`
    apiVersion: kubeflow.org/v1
    kind: Profile
    metadata: { name: team-vision }
    spec:
      owner: { kind: User, name: ada@example.com }
      resourceQuotaSpec: { hard: { cpu: "20", persistentvolumeclaims: 10 } }
      plugins: [{ kind: AwsIamForServiceAccount, spec: { awsIamRole: "arn:aws:iam::1:role/team" } }]`);
  await appears('security.istio.io/v1beta1', 'AuthorizationPolicy', 'ns-owner-access-istio', isThere);
  const namespace = await stage.get('v1', 'Namespace', 'team-vision');
  expect(namespace.metadata).toMatchObject({
    annotations: { owner: 'ada@example.com' },
    labels: {
      'app.kubernetes.io/part-of': 'kubeflow-profile',
      'istio-injection': 'enabled',
      'katib.kubeflow.org/metrics-collector-injection': 'enabled',
      'pipelines.kubeflow.org/enabled': 'true',
      'pod-security.kubernetes.io/enforce': 'baseline',
      'serving.kubeflow.org/inferenceservice': 'enabled',
    },
    ownerReferences: [{ kind: 'Profile', name: 'team-vision', controller: true }],
  });
  const editor = await stage.get('v1', 'ServiceAccount', 'default-editor', 'team-vision');
  expect(editor.metadata.annotations).toEqual({ 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/team' });
  const bindings = await stage.cluster.list({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    namespace: 'team-vision',
  });
  const shown = bindings.items.map(({ metadata, roleRef, subjects }) => {
    const [subject] = subjects as { kind: string; name: string }[];
    return `${metadata.name}: ${subject?.kind} ${subject?.name} is ${(roleRef as { name: string }).name}`;
  });
  expect(shown.sort()).toEqual([
    'default-editor: ServiceAccount default-editor is kubeflow-edit',
    'default-viewer: ServiceAccount default-viewer is kubeflow-view',
    'namespaceAdmin: User ada@example.com is kubeflow-admin',
  ]);
  const quota = await stage.get('v1', 'ResourceQuota', 'kf-resource-quota', 'team-vision');
  expect(quota['spec']).toEqual({ hard: { cpu: '20', persistentvolumeclaims: '10' } });
});

test('a quota that is taken out of the profile is taken away', async () => {
  const ref = { apiVersion: 'kubeflow.org/v1', kind: 'Profile', name: 'team-vision' };
  await stage.cluster.patch(ref, { type: 'merge', body: { spec: { resourceQuotaSpec: null } } });
  await appears('v1', 'ResourceQuota', 'kf-resource-quota', (found) => found === undefined);
});

test('a namespace of somebody else is left alone, and the profile says so', async () => {
  await stage.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'taken' } });
  await stage.create(`
    apiVersion: kubeflow.org/v1
    kind: Profile
    metadata: { name: taken }
    spec: { owner: { kind: User, name: ada@example.com } }`);
  const failed = await appears('kubeflow.org/v1', 'Profile', 'taken', (found) => found?.['status'] !== undefined);
  expect(failed).toMatchObject({
    status: {
      conditions: [
        { type: 'Failed', message: 'namespace already exist, but not owned by profile creator ada@example.com' },
      ],
    },
  });
  expect((await stage.get('v1', 'Namespace', 'taken')).metadata.ownerReferences).toBeUndefined();
});

test('a deleted profile is let go', async () => {
  await stage.cluster.delete({ apiVersion: 'kubeflow.org/v1', kind: 'Profile', name: 'team-vision' });
  await appears('kubeflow.org/v1', 'Profile', 'team-vision', (found) => found === undefined);
  expect(stage.errors).toEqual([]);
});
