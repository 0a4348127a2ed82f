import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../src/resource/index.ts';
import { conditionsOf } from './shape.ts';
import { worlds } from './worlds.ts';

const reference = ({ apiVersion, kind, metadata }: Resource, more = '') =>
  `{ apiVersion: ${apiVersion}, kind: ${kind}, name: ${metadata.name}, uid: ${metadata.uid}${more} }`;
const configMap = (name: string, metadata = '') =>
  `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name}, ${metadata} } }`;

describe.each(worlds)('Garbage collection of %s', (_, make) => {
  const world = make();
  const remove = (name: string, propagation: 'Background' | 'Foreground' | 'Orphan') =>
    world.cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace: world.namespace }, { propagation });
  const strip = (name: string) =>
    world.cluster.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', name, namespace: world.namespace },
      { type: 'merge', body: { metadata: { finalizers: null } } },
    );
  const own = async (name: string, metadata = '') => (await world.create(configMap(name, metadata)))[0] as Resource;

  test('deletes what has lost its last owner', async () => {
    const [one, other] = [await own('one'), await own('other')];
    await own('shared', `ownerReferences: [${reference(one)}, ${reference(other)}]`);
    await own('single', `ownerReferences: [${reference(one)}]`);
    await remove('one', 'Background');
    await world.gone('v1', 'ConfigMap', 'single');
    const shared = await world.settled(
      'v1',
      'ConfigMap',
      'shared',
      ({ metadata }) => metadata.ownerReferences?.length === 1,
    );
    expect(shared.metadata.ownerReferences?.[0]?.name).toBe('other');
    await remove('other', 'Background');
    await world.gone('v1', 'ConfigMap', 'shared');
  });

  test('deletes what names an owner that never was, or another of that name', async () => {
    const namesake = await own('namesake');
    await own('lost', 'ownerReferences: [{ apiVersion: v1, kind: ConfigMap, name: nobody, uid: 0f0f }]');
    await own(
      'mistaken',
      `ownerReferences: [{ apiVersion: v1, kind: ConfigMap, name: ${namesake.metadata.name}, uid: 0e0e }]`,
    );
    await world.gone('v1', 'ConfigMap', 'lost');
    await world.gone('v1', 'ConfigMap', 'mistaken');
  });

  test('in the foreground, an owner waits for what blocks it', async () => {
    const owner = await own('patient');
    const blocks = reference(owner, ', blockOwnerDeletion: true');
    await own('blocking', `finalizers: [example.com/hold], ownerReferences: [${blocks}]`);
    await remove('patient', 'Foreground');
    await world.settled('v1', 'ConfigMap', 'blocking', ({ metadata }) => metadata.deletionTimestamp !== undefined);
    const waiting = await world.get('v1', 'ConfigMap', 'patient');
    expect(waiting.metadata.finalizers).toEqual(['foregroundDeletion']);
    await strip('blocking');
    await world.gone('v1', 'ConfigMap', 'patient');
  });

  test('orphans what an owner leaves behind', async () => {
    const owner = await own('leaving');
    await own('left', `ownerReferences: [${reference(owner)}]`);
    await remove('leaving', 'Orphan');
    await world.gone('v1', 'ConfigMap', 'leaving');
    const left = await world.get('v1', 'ConfigMap', 'left');
    expect(left.metadata.ownerReferences).toBeUndefined();
    expect(left.metadata.deletionTimestamp).toBeUndefined();
  });

  test('follows owners that are in no namespace', async () => {
    const name = `${world.namespace}-owner`;
    const [owner] = await world.create(
      `{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: ${name} } }`,
    );
    await own('of-role', `ownerReferences: [${reference(owner as Resource)}]`);
    await world.cluster.delete({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name });
    await world.gone('v1', 'ConfigMap', 'of-role');
  });
});

// The real one takes note of new kinds every 30 s only.
describe.each(worlds.slice(0, 1))('Garbage collection of %s', (_, make) => {
  const world = make();
  const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  const own = async (name: string, metadata = '') => (await world.create(configMap(name, metadata)))[0] as Resource;

  test('follows custom kinds as they come and go', async () => {
    const group = 'gc.example.com';
    for (const round of ['first', 'second']) {
      await world.create(`
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: owners.${group} }
        spec:
          group: ${group}
          names: { plural: owners, singular: owner, kind: Owner, listKind: OwnerList }
          scope: Cluster
          versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]`);
      const isServed = (one: Resource) =>
        one.metadata.name === `owners.${group}` &&
        conditionsOf(one).some((text) => text.startsWith('Established=True'));
      await world.until(crd.apiVersion, crd.kind, (all) => all.find(isServed));
      const apiVersion = `${group}/v1`;
      const owner = await world.cluster.create({ apiVersion, kind: 'Owner', metadata: { name: round } });
      const owned = await own(round, `ownerReferences: [${reference(owner)}]`);
      const custom = await world.cluster.create({
        apiVersion,
        kind: 'Owner',
        metadata: {
          name: `${round}-owned`,
          ownerReferences: [{ apiVersion, kind: 'Owner', name: round, uid: owner.metadata.uid ?? '' }],
        },
      });
      expect([owned.kind, custom.kind]).toEqual(['ConfigMap', 'Owner']);
      await world.cluster.delete({ apiVersion, kind: 'Owner', name: round });
      await world.gone('v1', 'ConfigMap', round);
      await world.gone(apiVersion, 'Owner', `${round}-owned`);
      await world.cluster.delete({ ...crd, name: `owners.${group}` });
      await world.gone(crd.apiVersion, crd.kind, `owners.${group}`);
    }
  });
});

describe.each(worlds)('Namespaces of %s', (_, make) => {
  const world = make();

  test('have a service account and the certificate of the cluster, also when somebody deletes them', async () => {
    await world.settled('v1', 'ServiceAccount', 'default', () => true);
    const map = await world.settled('v1', 'ConfigMap', 'kube-root-ca.crt', () => true);
    expect((map['data'] as Record<string, string>)['ca.crt']).toMatch(/^-----BEGIN CERTIFICATE-----/);
    for (const [kind, name] of [
      ['ConfigMap', 'kube-root-ca.crt'],
      ['ServiceAccount', 'default'],
    ] as const) {
      const before = await world.get('v1', kind, name);
      await world.cluster.delete({ apiVersion: 'v1', kind, name, namespace: world.namespace });
      await world.settled('v1', kind, name, ({ metadata }) => metadata.uid !== before.metadata.uid);
    }
  });

  test('say what keeps them, and go when it is gone', async () => {
    const name = `${world.namespace}-ending`;
    await world.create(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${name} } }`);
    await world.cluster.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', namespace: name, finalizers: ['example.com/hold'] },
    });
    await world.cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'free', namespace: name } });
    await world.cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name });
    const ending = await world.until('v1', 'Namespace', (all) =>
      all.find(
        (one) =>
          one.metadata.name === name &&
          conditionsOf(one).some((text) => text.startsWith('NamespaceFinalizersRemaining=True')),
      ),
    );
    expect(conditionsOf(ending)).toEqual([
      'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered',
      'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed',
      'NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization',
      'NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances',
      'NamespaceFinalizersRemaining=True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ]);
    await world.cluster.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'held', namespace: name },
      { type: 'merge', body: { metadata: { finalizers: null } } },
    );
    await world.until('v1', 'Namespace', (all) => (all.some((one) => one.metadata.name === name) ? undefined : true));
  });
});
