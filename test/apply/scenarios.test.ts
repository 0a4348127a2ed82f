import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDeletePlan, makePlan } from '../../src/apply/index.ts';
import { readInventory } from '../../src/apply/inventory.ts';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { apply, carryOut, keepHome, lines, objects, owner, told, unique } from './stack.ts';

/** Situations from the end-to-end suites of kapp (K), cli-utils (U) and others (A), and from defects of other tools. */
describe.skipIf(!controlPlaneAvailable)('situations that other tools know', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let name: string;
  let releaseHome: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    plane = await sharedControlPlane();
    cluster = await plane.cluster();
    releaseHome = await keepHome(cluster);
    name = unique('situations');
    await plane.kubectl(['create', 'namespace', name]);
  });
  afterAll(async () => {
    await releaseHome?.();
    await plane?.kubectl(['delete', 'namespace', name, '--wait=false']);
    await plane?.down();
  });

  const map = (which: string, more = '') =>
    `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${which}, namespace: ${name}${more} } }\n---\n`;
  const gone = async (of: ReturnType<typeof owner>) => carryOut(cluster, await makeDeletePlan(cluster, of));

  test('K1: create, update and delete in one run', async () => {
    const of = owner(unique('k1'));
    await apply(cluster, of, objects(map('k1-old') + map('k1-kept')));
    const { plan, result } = await apply(
      cluster,
      of,
      objects(map('k1-new') + map('k1-kept', ', labels: { changed: "yes" }')),
    );
    expect(lines(plan)).toEqual([
      `create ConfigMap ${name}/k1-new`,
      `delete ConfigMap ${name}/k1-old`,
      `update ConfigMap ${name}/k1-kept: metadata.labels.changed undefined → "yes"`,
    ]);
    expect(result).toMatchObject({ ok: true, created: 1, updated: 1, deleted: 1 });
    await gone(of);
  });

  test('K14: status, aggregated roles and what controllers add are no drift', async () => {
    const of = owner(unique('k14'));
    const desired = objects(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: ${name}-all }
aggregationRule: { clusterRoleSelectors: [{ matchLabels: { for: ${name} } }] }
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: ${name}-part, labels: { for: ${name} } }
rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]
---
apiVersion: v1
kind: Service
metadata: { name: k14, namespace: ${name} }
spec: { selector: { app: k14 }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: k14, namespace: ${name} }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`);
    await apply(cluster, of, desired);
    await expect
      .poll(
        async () =>
          (await cluster.get({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: `${name}-all` }))[
            'rules'
          ],
      )
      .toHaveLength(1);
    expect((await makePlan(cluster, of, desired)).empty).toBe(true);
    expect(
      (await carryOut(cluster, await makeDeletePlan(cluster, of, { withData: ['volumes'] }))).result,
    ).toMatchObject({ ok: true, residue: [] });
  }, 60_000);

  test('K16: a broken APIService keeps nobody from applying and deleting what has nothing to do with it', async () => {
    const of = owner(unique('k16'));
    const input = JSON.stringify({
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1.${name}.example.com` },
      spec: {
        group: `${name}.example.com`,
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { namespace: name, name: 'nobody' },
      },
    });
    await plane.kubectl(['apply', '-f', '-'], { input });
    expect((await apply(cluster, of, objects(map('k16')))).result.ok).toBe(true);
    expect((await gone(of)).result).toMatchObject({ ok: true, deleted: 1, residue: [] });
    await plane.kubectl(['delete', 'apiservice', `v1.${name}.example.com`]);
  }, 60_000);

  test('K17: objects of a definition that drops a served version are still tracked and removed', async () => {
    const of = owner(unique('k17'));
    const group = `${name}.example.com`;
    const page = (served: boolean, version: string) =>
      objects(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.${group} }
spec:
  group: ${group}
  scope: Namespaced
  names: { kind: Thing, plural: things, singular: thing }
  versions:
  - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }
  - { name: v1beta1, served: ${served}, storage: false, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }
---
${version === '' ? '' : `{ apiVersion: ${group}/${version}, kind: Thing, metadata: { name: t, namespace: ${name} }, spec: { a: 1 } }`}`);
    expect((await apply(cluster, of, page(true, 'v1beta1'))).result).toMatchObject({ ok: true, created: 2 });
    expect((await apply(cluster, of, page(false, 'v1'))).result).toMatchObject({ ok: true });
    expect((await makePlan(cluster, of, page(false, 'v1'))).empty).toBe(true);
    expect((await gone(of)).result).toMatchObject({ ok: true, deleted: 2, residue: [] });
  }, 60_000);

  test('U3: an empty set is a plan that does nothing', async () => {
    const { plan, result } = await apply(cluster, owner(unique('u3')), []);
    expect([plan.empty, result.ok]).toEqual([true, true]);
  });

  test('U4: an object that asks to be kept loses its owner and nothing else', async () => {
    const of = owner(unique('u4'));
    await apply(cluster, of, objects(map('u4', ', annotations: { slipway.dev/deletion: keep }') + map('u4-other')));
    const { plan } = await apply(cluster, of, objects(map('u4-other')));
    expect(lines(plan)).toEqual([`keep ConfigMap ${name}/u4 (it is annotated slipway.dev/deletion=keep)`]);
    const live = await cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: name, name: 'u4' });
    expect(live.metadata.labels).toBeUndefined();
    expect((await readInventory(cluster, of))?.members.map(({ id }) => id.name)).toEqual(['u4-other']);
    await gone(of);
  });

  test('U12: a namespace that the stack still uses is not removed with its own entry', async () => {
    const of = owner(unique('u12'));
    const space = unique('u12');
    const inside = `{ apiVersion: v1, kind: ConfigMap, metadata: { name: inside, namespace: ${space} } }\n`;
    await apply(
      cluster,
      of,
      objects(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${space} } }\n---\n${inside}`),
    );
    const { plan } = await apply(cluster, of, objects(inside));
    expect(lines(plan)).toEqual([`keep Namespace ${space} (the stack still uses it)`]);
    expect((await gone(of)).result).toMatchObject({ ok: true, deleted: 2 });
  }, 60_000);

  test('U14: what the inventory names and somebody else removed is not missed', async () => {
    const of = owner(unique('u14'));
    await apply(cluster, of, objects(map('u14') + map('u14-other')));
    await plane.kubectl(['-n', name, 'delete', 'configmap', 'u14']);
    const { result } = await apply(cluster, of, objects(map('u14-other')));
    expect(result).toMatchObject({ ok: true, deleted: 0, failed: 0 });
    expect((await gone(of)).result).toMatchObject({ ok: true, deleted: 1 });
  });

  test('U15: a finalizer that nobody serves is named, the inventory stays, and the delete ends later', async () => {
    const of = owner(unique('u15'));
    await apply(cluster, of, objects(map('u15', ', finalizers: [example.com/guard]') + map('u15-other')));
    const { events, result } = await carryOut(cluster, await makeDeletePlan(cluster, of), { timeout: 5_000 });
    expect(result).toMatchObject({ ok: false, failed: 1, deleted: 1 });
    expect(told(events, 'failed')).toEqual([
      `ConfigMap ${name}/u15: TIMEOUT ConfigMap ${name}/u15 is still not gone: held by finalizer example.com/guard`,
    ]);
    expect((await readInventory(cluster, of))?.members.map(({ id }) => id.name)).toEqual(['u15']);
    await plane.kubectl([
      '-n',
      name,
      'patch',
      'configmap',
      'u15',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    ]);
    expect((await gone(of)).result).toMatchObject({ ok: true });
    await expect(makeDeletePlan(cluster, of)).rejects.toMatchObject({ code: 'NOT_INSTALLED' });
  }, 60_000);

  test('A5: somebody who is no administrator applies a Role and its binding in one set', async () => {
    const user = unique('a5');
    const space = unique('a5-space');
    await plane.kubectl(['create', 'namespace', space]);
    await plane.kubectl(['-n', space, 'create', 'serviceaccount', user]);
    await plane.kubectl([
      '-n',
      space,
      'create',
      'rolebinding',
      user,
      '--clusterrole=admin',
      `--serviceaccount=${space}:${user}`,
    ]);
    await plane.kubectl([
      '-n',
      'slipway-system',
      'create',
      'role',
      user,
      '--verb=*',
      '--resource=configmaps,secrets,leases.coordination.k8s.io',
    ]);
    await plane.kubectl([
      '-n',
      'slipway-system',
      'create',
      'rolebinding',
      user,
      `--role=${user}`,
      `--serviceaccount=${space}:${user}`,
    ]);
    const token = (await plane.kubectl(['-n', space, 'create', 'token', user])).stdout.trim();
    const config = JSON.parse((await plane.kubectl(['config', 'view', '--raw', '-o', 'json'])).stdout);
    config.users[0].user = { token };
    await writeFile(`${plane.dir}/${user}`, JSON.stringify(config));
    const limited = await connect({ kubeconfig: `${plane.dir}/${user}` });
    const desired = objects(`
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: read, namespace: ${space} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: read }
subjects: [{ kind: ServiceAccount, name: ${user}, namespace: ${space} }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: read, namespace: ${space} }
rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]
`);
    const of = owner(user);
    expect((await apply(limited, of, desired)).result).toMatchObject({ ok: true, created: 2 });
    expect((await makePlan(limited, of, desired)).empty).toBe(true);
    const { result } = await carryOut(limited, await makeDeletePlan(limited, of));
    expect(result).toMatchObject({ ok: true, deleted: 2 });
    await limited.close();
    await plane.kubectl(['delete', 'namespace', space, '--wait=false']);
    await plane.kubectl(['-n', 'slipway-system', 'delete', 'role,rolebinding', user]);
  }, 60_000);

  test('a protected object in a namespace that left the stack keeps its namespace', async () => {
    const of = owner(unique('protected'));
    const space = unique('protected');
    await apply(
      cluster,
      of,
      objects(`
{ apiVersion: v1, kind: Namespace, metadata: { name: ${space} } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: ${space} }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 3Gi } } }
`),
    );
    const plan = await makeDeletePlan(cluster, of);
    expect(lines(plan)).toEqual([
      `keep Namespace ${space} (PersistentVolumeClaim ${space}/data in it is kept)`,
      `keep PersistentVolumeClaim ${space}/data (it holds data (3Gi))`,
    ]);
    expect(plan.losses).toMatchObject([{ class: 'volumes', kind: 'PersistentVolumeClaim', size: '3Gi', count: 1 }]);
    const all = await makeDeletePlan(cluster, of, { withData: ['volumes'] });
    expect((await carryOut(cluster, all)).result).toMatchObject({ ok: true, deleted: 2, residue: [] });
  }, 60_000);

  test('the same stack in two environments: removing one leaves the other', async () => {
    const stack = unique('twice');
    await apply(cluster, owner(stack, 'dev'), objects(map('twice-dev')));
    await apply(cluster, owner(stack, 'prod'), objects(map('twice-prod')));
    await gone(owner(stack, 'dev'));
    expect((await makePlan(cluster, owner(stack, 'prod'), objects(map('twice-prod')))).empty).toBe(true);
    await gone(owner(stack, 'prod'));
  });

  test('two independent failures are both told, and the rest is applied', async () => {
    const of = owner(unique('failures'));
    const quota = `
apiVersion: v1
kind: ResourceQuota
metadata: { name: few, namespace: ${name} }
spec: { hard: { count/cronjobs.batch: "0" } }
`;
    await plane.kubectl(['apply', '-f', '-'], { input: quota });
    await expect
      .poll(
        async () =>
          (await cluster.get({ apiVersion: 'v1', kind: 'ResourceQuota', namespace: name, name: 'few' }))['status'],
      )
      .toMatchObject({ used: { 'count/cronjobs.batch': '0' } });
    const cron = (which: string) =>
      `{ apiVersion: batch/v1, kind: CronJob, metadata: { name: ${which}, namespace: ${name} }, spec: { schedule: "0 0 * * *", jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a }] } } } } } }\n---\n`;
    const error = await makePlan(cluster, of, objects(cron('one') + cron('two') + map('fine'))).catch(
      (cause: unknown) => cause,
    );
    const problems = (error as { problems: { message: string }[] }).problems.map(({ message }) => message);
    expect(problems).toEqual([
      expect.stringContaining('exceeded quota: few'),
      expect.stringContaining('exceeded quota: few'),
    ]);
    await plane.kubectl(['-n', name, 'delete', 'resourcequota', 'few']);
  });

  test('a plan stays empty for empty and odd values', async () => {
    const of = owner(unique('odd'));
    const desired = objects(`
apiVersion: v1
kind: ConfigMap
metadata: { name: odd, namespace: ${name}, annotations: { empty: "" } }
data: { empty: "", number: "007", text: "a\\nb" }
binaryData: { bytes: AAEC }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: odd, namespace: ${name} }
spec:
  replicas: 1
  selector: { matchLabels: { app: odd } }
  template:
    metadata: { labels: { app: odd }, creationTimestamp: null }
    spec:
      containers:
      - name: a
        image: a:1
        resources: { limits: { cpu: 1, memory: 1024Mi }, requests: { cpu: 0.5 } }
        ports: [{ containerPort: 53, protocol: UDP }, { containerPort: 53, protocol: TCP }]
        env: [{ name: EMPTY, value: "" }, { name: ZERO }]
      volumes: [{ name: scratch, emptyDir: {} }]
status: {}
`);
    expect((await apply(cluster, of, desired)).result.ok).toBe(true);
    expect((await makePlan(cluster, of, desired)).empty).toBe(true);
    await gone(of);
  });
});
