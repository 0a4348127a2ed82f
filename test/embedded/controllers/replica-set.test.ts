import { describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { countsOf, shapeOf } from './shape.ts';
import { worlds } from './worlds.ts';

const replicaSet = (name: string, spec = '') => `
  apiVersion: apps/v1
  kind: ReplicaSet
  metadata: { name: ${name} }
  spec:
    selector: { matchLabels: { app: ${name} } }
    ${spec}
    template:
      metadata: { labels: { app: ${name} } }
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: main, image: 'busybox:1' }] }`;
const of = (name: string) => (objects: Resource[]) => objects.filter((one) => one.metadata.labels?.['app'] === name);

describe.each(worlds)('ReplicaSets of %s', (_, make) => {
  const world = make();
  const ready = (name: string, count: number) =>
    world.settled(
      'apps/v1',
      'ReplicaSet',
      name,
      (set) => countsOf(set)['readyReplicas'] === count && countsOf(set)['replicas'] === count,
    );
  const label = (name: string, labels: JsonObject) =>
    world.cluster.patch(
      { apiVersion: 'v1', kind: 'Pod', name, namespace: world.namespace },
      { type: 'merge', body: { metadata: { labels } } },
    );

  const patch = (name: string, body: JsonObject) =>
    world.cluster.patch(
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, namespace: world.namespace },
      { type: 'merge', body },
    );

  test('adopt pods that they select, and let go of those they do not select any more', async () => {
    await world.create(`
      apiVersion: v1
      kind: Pod
      metadata: { name: stray, labels: { app: adopting } }
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: main, image: 'busybox:1' }] }`);
    await world.create(replicaSet('adopting', 'replicas: 2'));
    await ready('adopting', 2);
    expect(shapeOf(await world.get('v1', 'Pod', 'stray')).owners).toEqual(['ReplicaSet adopting controller blocks']);
    await label('stray', { app: 'free' });
    await ready('adopting', 2);
    const free = await world.settled('v1', 'Pod', 'stray', (pod) => pod.metadata.ownerReferences === undefined);
    expect(free.metadata.deletionTimestamp).toBeUndefined();
  });

  test('replace pods that are deleted or have failed', async () => {
    await world.create(replicaSet('constant', 'replicas: 1'));
    await ready('constant', 1);
    const [first] = of('constant')(await world.until('v1', 'Pod', (all) => all));
    const ref = { apiVersion: 'v1', kind: 'Pod', name: first?.metadata.name ?? '', namespace: world.namespace };
    await world.cluster.delete(ref);
    const second = await world.until('v1', 'Pod', (all) =>
      of('constant')(all).find((pod) => pod.metadata.uid !== first?.metadata.uid),
    );
    await ready('constant', 1);
    await world.cluster.patch(
      { ...ref, name: second.metadata.name },
      { type: 'merge', body: { status: { phase: 'Failed' } } },
      { subresource: 'status' },
    );
    await world.until('v1', 'Pod', (all) =>
      of('constant')(all).find((pod) => pod.metadata.uid !== second.metadata.uid),
    );
    await ready('constant', 1);
  });

  test('delete first what costs least', async () => {
    await world.create(replicaSet('shrinking', 'replicas: 3'));
    await ready('shrinking', 3);
    const pods = of('shrinking')(await world.until('v1', 'Pod', (all) => all));
    const costs = [10, -5, 0];
    for (const [index, pod] of pods.entries()) {
      await world.cluster.patch(
        { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, namespace: world.namespace },
        {
          type: 'merge',
          body: { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': String(costs[index]) } } },
        },
      );
    }
    await patch('shrinking', { spec: { replicas: 1 } });
    const left = await world.until('v1', 'Pod', (all) => {
      const mine = of('shrinking')(all);
      return mine.length === 1 ? mine : undefined;
    });
    expect(left[0]?.metadata.name).toBe(pods[0]?.metadata.name);
  });

  test('say why pods cannot be made', async () => {
    const name = 'refused';
    await world.create(
      replicaSet(name, 'replicas: 2').replace(
        'spec: { terminationGracePeriodSeconds',
        'spec: { serviceAccountName: nobody, terminationGracePeriodSeconds',
      ),
    );
    const set = await world.settled(
      'apps/v1',
      'ReplicaSet',
      name,
      (one) => (one['status'] as JsonObject)['conditions'] !== undefined,
    );
    const [condition] = (set['status'] as { conditions: JsonObject[] }).conditions;
    expect(condition).toMatchObject({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' });
    const why = `error looking up service account ${world.namespace}/nobody: serviceaccount "nobody" not found`;
    expect(String(condition?.['message'])).toContain(why);
    const said = await world.events(name, 'FailedCreate');
    expect(said[0]).toMatch(/^Warning FailedCreate: Error creating: pods "refused-/);
    await world.create('{ apiVersion: v1, kind: ServiceAccount, metadata: { name: nobody } }');
    // Both wait ever longer after a failure: a change of the set brings them back at once.
    await patch(name, { metadata: { annotations: { again: 'now' } } });
    const well = await ready(name, 2);
    expect((well['status'] as JsonObject)['conditions']).toBeUndefined();
  });
});
