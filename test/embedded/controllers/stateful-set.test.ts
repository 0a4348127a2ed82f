import { describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { countsOf, shapeOf } from './shape.ts';
import { kubectlAvailable, worlds } from './worlds.ts';

const statefulSet = (name: string, spec = '', annotations = '') => `
  apiVersion: apps/v1
  kind: StatefulSet
  metadata: { name: ${name} }
  spec:
    serviceName: ${name}
    selector: { matchLabels: { app: ${name} } }
    ${spec}
    template:
      metadata: { labels: { app: ${name} }, annotations: { ${annotations} } }
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name: main, image: 'busybox:1' }] }`;

const of = (name: string) => (objects: Resource[]) =>
  objects
    .filter((one) => one.metadata.labels?.['app'] === name)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
const imageOf = (pod: Resource) => (pod['spec'] as { containers: { image: string }[] }).containers[0]?.image;
const isReady = (pod: Resource) =>
  (pod['status'] as { conditions?: { type: string; status: string }[] }).conditions?.some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  ) ?? false;

describe.each(worlds)('StatefulSets of %s', (_, make) => {
  const world = make();
  const patch = (name: string, body: JsonObject) =>
    world.cluster.patch(
      { apiVersion: 'apps/v1', kind: 'StatefulSet', name, namespace: world.namespace },
      { type: 'strategic', body },
    );
  const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } } });
  const ready = (name: string, count: number) =>
    world.settled('apps/v1', 'StatefulSet', name, (set) => {
      const { readyReplicas = 0, replicas, observedGeneration } = countsOf(set);
      return readyReplicas === count && replicas === count && observedGeneration === set.metadata.generation;
    });
  const images = (name: string, wish: string) =>
    world.until('v1', 'Pod', (all) => {
      const mine = of(name)(all);
      return mine.map((pod) => imageOf(pod)?.slice(-1)).join('') === wish && mine.every(isReady) ? mine : undefined;
    });

  test('makes pods one after the other, with names, labels and claims of their own', async () => {
    await world.create(
      statefulSet(
        'ordered',
        `replicas: 2
    volumeClaimTemplates:
    - { metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } } }`,
      ),
    );
    const created: string[] = [];
    await world.until('v1', 'Pod', (all) => {
      const mine = of('ordered')(all);
      for (const pod of mine) if (!created.includes(pod.metadata.name)) created.push(pod.metadata.name);
      // The second comes when the first is ready.
      if (mine.length === 2) expect(isReady(mine[0] as Resource)).toBe(true);
      return mine.length === 2 ? true : undefined;
    });
    expect(created).toEqual(['ordered-0', 'ordered-1']);
    const set = await ready('ordered', 2);
    const { currentRevision, updateRevision, ...counts } = countsOf(set);
    expect(counts).toEqual({
      availableReplicas: 2,
      collisionCount: 0,
      currentReplicas: 2,
      observedGeneration: 1,
      readyReplicas: 2,
      replicas: 2,
      updatedReplicas: 2,
    });
    expect(currentRevision).toBe(updateRevision);
    const pod = await world.get('v1', 'Pod', 'ordered-1');
    expect(shapeOf(pod)).toEqual({
      labels: {
        app: 'ordered',
        'apps.kubernetes.io/pod-index': '1',
        'controller-revision-hash': 'ordered-HASH',
        'statefulset.kubernetes.io/pod-name': 'ordered-1',
      },
      owners: ['StatefulSet ordered controller blocks'],
      finalizers: [],
    });
    const { hostname, subdomain, volumes } = pod['spec'] as {
      hostname: string;
      subdomain: string;
      volumes: JsonObject[];
    };
    expect({ hostname, subdomain }).toEqual({ hostname: 'ordered-1', subdomain: 'ordered' });
    expect(volumes[0]).toEqual({ name: 'data', persistentVolumeClaim: { claimName: 'data-ordered-1' } });
    const claim = await world.get('v1', 'PersistentVolumeClaim', 'data-ordered-1');
    expect(shapeOf(claim)).toEqual({
      labels: { app: 'ordered' },
      owners: [],
      finalizers: ['kubernetes.io/pvc-protection'],
    });
    const [revision] = of('ordered')(await world.until('apps/v1', 'ControllerRevision', (all) => all));
    expect(shapeOf(revision as Resource)).toEqual({
      labels: { app: 'ordered', 'controller.kubernetes.io/hash': 'HASH' },
      owners: ['StatefulSet ordered controller blocks'],
      finalizers: [],
    });
    const said = await world.events('ordered', 'SuccessfulCreate');
    expect(said.sort()).toEqual([
      'Normal SuccessfulCreate: Create Claim data-ordered-0 Pod ordered-0 in StatefulSet ordered success',
      'Normal SuccessfulCreate: Create Claim data-ordered-1 Pod ordered-1 in StatefulSet ordered success',
      'Normal SuccessfulCreate: Create Pod ordered-0 in StatefulSet ordered successful',
      'Normal SuccessfulCreate: Create Pod ordered-1 in StatefulSet ordered successful',
    ]);
    await patch('ordered', { spec: { replicas: 1 } });
    await world.gone('v1', 'Pod', 'ordered-1');
    expect(
      (await world.get('v1', 'PersistentVolumeClaim', 'data-ordered-1')).metadata.deletionTimestamp,
    ).toBeUndefined();
  });

  test('makes all pods at once with Parallel', async () => {
    await world.create(
      statefulSet('parallel', 'replicas: 3\n    podManagementPolicy: Parallel', 'test/behaviour: never-ready'),
    );
    await world.until('v1', 'Pod', (all) => (of('parallel')(all).length === 3 ? true : undefined));
  });

  test('waits for a pod that does not get ready', async () => {
    await world.create(statefulSet('waiting', 'replicas: 2', 'test/behaviour: never-ready'));
    await world.settled('apps/v1', 'StatefulSet', 'waiting', (set) => countsOf(set)['replicas'] === 1);
    expect(of('waiting')(await world.until('v1', 'Pod', (all) => all)).map((pod) => pod.metadata.name)).toEqual([
      'waiting-0',
    ]);
  });

  test('updates from the last pod down to the partition', async () => {
    await world.create(statefulSet('partial', 'replicas: 3\n    updateStrategy: { rollingUpdate: { partition: 2 } }'));
    await ready('partial', 3);
    await patch('partial', image('busybox:2'));
    await images('partial', '112');
    const set = await world.settled(
      'apps/v1',
      'StatefulSet',
      'partial',
      (one) => countsOf(one)['updatedReplicas'] === 1 && countsOf(one)['readyReplicas'] === 3,
    );
    expect(countsOf(set)).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
    expect(countsOf(set)['currentRevision']).not.toBe(countsOf(set)['updateRevision']);
    // A pod below the partition comes back as it was.
    await world.cluster.delete({ apiVersion: 'v1', kind: 'Pod', name: 'partial-0', namespace: world.namespace });
    const before = await world.until('v1', 'Pod', (all) => all);
    expect(before).toBeDefined();
    await images('partial', '112');
    await patch('partial', { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
    await images('partial', '222');
    const after = await world.settled(
      'apps/v1',
      'StatefulSet',
      'partial',
      (one) => countsOf(one)['currentRevision'] === countsOf(one)['updateRevision'],
    );
    expect(countsOf(after)).toMatchObject({ currentReplicas: 3, updatedReplicas: 3 });
  });

  test('leaves pods to their owner with OnDelete', async () => {
    await world.create(statefulSet('manual', 'replicas: 2\n    updateStrategy: { type: OnDelete }'));
    await ready('manual', 2);
    await patch('manual', image('busybox:2'));
    await world.settled(
      'apps/v1',
      'StatefulSet',
      'manual',
      (set) => countsOf(set)['observedGeneration'] === set.metadata.generation,
    );
    await world.cluster.delete({ apiVersion: 'v1', kind: 'Pod', name: 'manual-0', namespace: world.namespace });
    await images('manual', '21');
  });

  test.skipIf(!kubectlAvailable)(
    'stops at a broken revision, and is repaired by undo and the removal of the broken pod',
    async () => {
      await world.create(statefulSet('broken', 'replicas: 2'));
      await ready('broken', 2);
      await patch('broken', { spec: { template: { metadata: { annotations: { 'test/behaviour': 'never-ready' } } } } });
      await world.until('v1', 'Pod', (all) => {
        const [first, second] = of('broken')(all);
        const isBroken = second?.metadata.annotations?.['test/behaviour'] === 'never-ready';
        return isBroken && first !== undefined && isReady(first) ? true : undefined;
      });
      expect((await world.kubectl('rollout', 'undo', 'statefulset/broken')).exitCode).toBe(0);
      await world.cluster.delete({ apiVersion: 'v1', kind: 'Pod', name: 'broken-1', namespace: world.namespace });
      const set = await ready('broken', 2);
      expect(set).toBeDefined();
      await world.settled('apps/v1', 'StatefulSet', 'broken', (one) => countsOf(one)['currentReplicas'] === 2);
      const status = await world.kubectl('rollout', 'status', 'statefulset/broken', '--timeout=10s');
      expect(status).toMatchObject({ exitCode: 0 });
    },
  );
});
