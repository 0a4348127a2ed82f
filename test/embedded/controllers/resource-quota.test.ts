import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/resource/index.ts';
import { conditionsOf, countsOf } from './shape.ts';
import { worlds } from './worlds.ts';

const pod = (name: string, spec = '') => `
  apiVersion: v1
  kind: Pod
  metadata: { name: ${name}, labels: { app: ${name} } }
  spec:
    terminationGracePeriodSeconds: 0
    containers:
    - name: main
      image: busybox:1
      resources: { requests: { cpu: 250m, memory: 64Mi }, limits: { cpu: '1', memory: 128Mi } }
    ${spec}`;

describe.each(worlds)('ResourceQuotas of %s', (_, make) => {
  const world = make();

  test('say how much of them is used', async () => {
    await world.create(pod('first'));
    await world.create(`
      apiVersion: v1
      kind: ResourceQuota
      metadata: { name: all }
      spec:
        hard:
          pods: '10'
          requests.cpu: '4'
          limits.memory: 1Gi
          requests.memory: 1Gi
          count/deployments.apps: '5'
          configmaps: '9'
          services: '5'
          services.nodeports: '2'
          persistentvolumeclaims: '3'
          requests.storage: 1Gi
          count/ingresses.networking.k8s.io: '1'`);
    const used = (wish: JsonObject) =>
      world.settled('v1', 'ResourceQuota', 'all', (quota) => {
        const now = (quota['status'] as { used?: JsonObject } | undefined)?.used ?? {};
        return Object.entries(wish).every(([name, value]) => now[name] === value);
      });
    const quota = await used({ pods: '1' });
    const { hard, used: now } = quota['status'] as { hard: JsonObject; used: JsonObject };
    expect(hard).toEqual((quota['spec'] as JsonObject)['hard']);
    expect(now).toEqual({
      configmaps: '1',
      'count/deployments.apps': '0',
      'count/ingresses.networking.k8s.io': '0',
      'limits.memory': '128Mi',
      persistentvolumeclaims: '0',
      pods: '1',
      'requests.cpu': '250m',
      'requests.memory': '64Mi',
      'requests.storage': '0',
      services: '0',
      'services.nodeports': '0',
    });
    await world.create(pod('second'));
    await world.create(
      `{ apiVersion: v1, kind: Service, metadata: { name: out }, spec: { type: NodePort, ports: [{ port: 80 }] } }`,
    );
    await world.create(`
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 10Mi } } }`);
    await used({
      pods: '2',
      'requests.cpu': '500m',
      'limits.memory': '256Mi',
      services: '1',
      'services.nodeports': '1',
      persistentvolumeclaims: '1',
      'requests.storage': '10Mi',
    });
    await world.cluster.delete({ apiVersion: 'v1', kind: 'Pod', name: 'first', namespace: world.namespace });
    await used({ pods: '1', 'requests.cpu': '250m' });
  });

  test('count only what is in their scope', async () => {
    await world.create(`
      apiVersion: v1
      kind: ResourceQuota
      metadata: { name: scoped }
      spec: { hard: { pods: '10' }, scopes: [Terminating] }`);
    const used = (pods: string) =>
      world.settled(
        'v1',
        'ResourceQuota',
        'scoped',
        (one) => (one['status'] as { used?: JsonObject } | undefined)?.used?.['pods'] === pods,
      );
    await used('0');
    await world.create(pod('limited', 'activeDeadlineSeconds: 600'));
    const quota = await used('1');
    expect(quota['status']).toEqual({ hard: { pods: '10' }, used: { pods: '1' } });
  });
});

describe.each(worlds)('PodDisruptionBudgets of %s', (_, make) => {
  const world = make();
  const deployment = (replicas: number, name: string) => `
    apiVersion: apps/v1
    kind: Deployment
    metadata: { name: ${name} }
    spec:
      replicas: ${replicas}
      selector: { matchLabels: { app: ${name} } }
      template: { metadata: { labels: { app: ${name} } }, spec: { containers: [{ name: main, image: 'busybox:1' }] } }`;
  const budget = (name: string, app: string, spec: string) => `
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: { name: ${name} }
    spec: { selector: { matchLabels: { app: ${app} } }, ${spec} }`;
  const settled = (name: string, healthy: number) =>
    world.settled(
      'policy/v1',
      'PodDisruptionBudget',
      name,
      (one) => countsOf(one)['currentHealthy'] === healthy && countsOf(one)['expectedPods'] !== undefined,
    );

  test('say how many pods may go', async () => {
    await world.create(deployment(3, 'three'));
    await world.create(budget('at-least', 'three', 'minAvailable: 2'));
    await world.create(budget('at-most', 'three', `maxUnavailable: '50%'`));
    await world.create(budget('nobody', 'none', 'minAvailable: 1'));
    const least = await settled('at-least', 3);
    expect(countsOf(least)).toEqual({
      currentHealthy: 3,
      desiredHealthy: 2,
      disruptionsAllowed: 1,
      expectedPods: 3,
      observedGeneration: 1,
    });
    expect(conditionsOf(least)).toEqual(['DisruptionAllowed=True SufficientPods: ']);
    const most = await settled('at-most', 3);
    expect(countsOf(most)).toMatchObject({ desiredHealthy: 1, disruptionsAllowed: 2, expectedPods: 3 });
    const none = await settled('nobody', 0);
    expect(countsOf(none)).toMatchObject({ desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 0 });
    expect(conditionsOf(none)).toEqual(['DisruptionAllowed=False InsufficientPods: ']);
    expect(await world.events('nobody', 'NoPods')).toEqual(['Normal NoPods: No matching pods found']);
  });
});

describe.each(worlds)('Aggregated roles of %s', (_, make) => {
  const world = make();

  test('have the rules of all roles that they select', async () => {
    const label = `${world.namespace}.example.com/part`;
    const role = (name: string, resource: string) => `
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: { name: ${world.namespace}-${name}, labels: { ${label}: 'true' } }
      rules: [{ apiGroups: [''], resources: [${resource}], verbs: [get] }]`;
    await world.create(role('one', 'pods'));
    await world.create(`
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: { name: ${world.namespace}-whole }
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { ${label}: 'true' } }] }`);
    const resources = (wish: string) =>
      world.settled(
        'rbac.authorization.k8s.io/v1',
        'ClusterRole',
        `${world.namespace}-whole`,
        (one) =>
          ((one['rules'] ?? []) as { resources: string[] }[]).flatMap((rule) => rule.resources).join(' ') === wish,
      );
    await resources('pods');
    await world.create(role('two', 'secrets'));
    await resources('pods secrets');
    const kind = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
    await world.cluster.delete({ ...kind, name: `${world.namespace}-one` });
    const left = await resources('secrets');
    expect(left['rules']).toEqual([{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]);
    for (const name of ['two', 'whole']) await world.cluster.delete({ ...kind, name: `${world.namespace}-${name}` });
  });
});
