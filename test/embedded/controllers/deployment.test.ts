import { describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { conditionsOf, countsOf, hasCondition, shapeOf } from './shape.ts';
import { kubectlAvailable, worlds } from './worlds.ts';

const deployment = (name: string, spec = '', pod = '') => `
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, annotations: { note: hello } }
  spec:
    selector: { matchLabels: { app: ${name} } }
    ${spec}
    template: { metadata: { labels: { app: ${name} }, annotations: { ${pod} } }, spec: { containers: [{ name: main, image: 'busybox:1' }] } }`;

const of = (name: string) => (objects: Resource[]) => objects.filter((one) => one.metadata.labels?.['app'] === name);
const replicas = (set: Resource) => (set['spec'] as JsonObject)['replicas'];
const isDone = (found: Resource) => {
  const { updatedReplicas, replicas: all, availableReplicas, observedGeneration } = countsOf(found);
  const wanted = replicas(found);
  return (
    observedGeneration === found.metadata.generation &&
    (wanted === 0 || (updatedReplicas === wanted && all === wanted && availableReplicas === wanted))
  );
};

describe.each(worlds)('Deployments of %s', (_, make) => {
  const world = make();
  const patch = (name: string, body: JsonObject) =>
    world.cluster.patch(
      { apiVersion: 'apps/v1', kind: 'Deployment', name, namespace: world.namespace },
      { type: 'strategic', body },
    );
  const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } } });
  const behave = (name: string) => ({ spec: { template: { metadata: { annotations: { 'test/behaviour': name } } } } });
  const done = (name: string) => world.settled('apps/v1', 'Deployment', name, isDone);
  const sets = async (name: string) => of(name)(await world.until('apps/v1', 'ReplicaSet', (all) => all));
  const pods = async (name: string) => of(name)(await world.until('v1', 'Pod', (all) => all));

  test('makes a replica set, which makes pods', async () => {
    await world.create(deployment('plain', 'replicas: 2'));
    const found = await world.settled(
      'apps/v1',
      'Deployment',
      'plain',
      (one) => isDone(one) && conditionsOf(one).some((condition) => condition.includes('NewReplicaSetAvailable')),
    );
    const [set] = await sets('plain');
    const name = set?.metadata.name ?? '';
    expect(conditionsOf(found).sort()).toEqual([
      'Available=True MinimumReplicasAvailable: Deployment has minimum availability.',
      `Progressing=True NewReplicaSetAvailable: ReplicaSet "${name}" has successfully progressed.`,
    ]);
    expect(countsOf(found)).toEqual({
      availableReplicas: 2,
      observedGeneration: 1,
      readyReplicas: 2,
      replicas: 2,
      terminatingReplicas: 0,
      updatedReplicas: 2,
    });
    expect(found.metadata.annotations).toEqual({ note: 'hello', 'deployment.kubernetes.io/revision': '1' });
    expect(name).toMatch(/^plain-[a-z0-9]+$/);
    expect(set?.metadata.annotations).toEqual({
      note: 'hello',
      'deployment.kubernetes.io/desired-replicas': '2',
      'deployment.kubernetes.io/max-replicas': '3',
      'deployment.kubernetes.io/revision': '1',
    });
    expect(shapeOf(set as Resource)).toEqual({
      labels: { app: 'plain', 'pod-template-hash': 'HASH' },
      owners: ['Deployment plain controller blocks'],
      finalizers: [],
    });
    expect(countsOf(set as Resource)).toEqual({
      availableReplicas: 2,
      fullyLabeledReplicas: 2,
      observedGeneration: 1,
      readyReplicas: 2,
      replicas: 2,
      terminatingReplicas: 0,
    });
    const [pod] = await pods('plain');
    expect(pod?.metadata.name).toMatch(new RegExp(`^${name}-[a-z0-9]{5}$`));
    expect(shapeOf(pod as Resource)).toEqual({
      labels: { app: 'plain', 'pod-template-hash': 'HASH' },
      owners: [`ReplicaSet ${name} controller blocks`],
      finalizers: [],
    });
    expect(await world.events('plain', 'ScalingReplicaSet')).toEqual([
      `Normal ScalingReplicaSet: Scaled up replica set ${name} from 0 to 2`,
    ]);
    const said = await world.events(name, 'SuccessfulCreate');
    expect(said[0]).toMatch(new RegExp(`^Normal SuccessfulCreate: Created pod: ${name}-`));
  });

  test.skipIf(!kubectlAvailable)('rolls a new template out, and kubectl takes it back', async () => {
    await world.create(deployment('rolling', 'replicas: 3'));
    await done('rolling');
    await patch('rolling', image('busybox:2'));
    await done('rolling');
    const before = await sets('rolling');
    expect(
      before.map((set) => [set.metadata.annotations?.['deployment.kubernetes.io/revision'], replicas(set)]).sort(),
    ).toEqual([
      ['1', 0],
      ['2', 3],
    ]);
    const undo = await world.kubectl('rollout', 'undo', 'deployment/rolling');
    expect(undo).toMatchObject({ exitCode: 0, stdout: 'deployment.apps/rolling rolled back' });
    const status = await world.kubectl('rollout', 'status', 'deployment/rolling', '--timeout=15s');
    expect(status.stdout).toContain('successfully rolled out');
    const after = await sets('rolling');
    expect(after).toHaveLength(2);
    expect(
      after.map((set) => [set.metadata.annotations?.['deployment.kubernetes.io/revision'], replicas(set)]).sort(),
    ).toEqual([
      ['2', 0],
      ['3', 3],
    ]);
    const history = await world.kubectl('rollout', 'history', 'deployment/rolling');
    expect(
      history.stdout
        .trim()
        .split('\n')
        .slice(2)
        .map((line) => line.split(/\s+/)[0]),
    ).toEqual(['2', '3']);
  });

  test('keeps enough pods of the old template while the new one does not get ready, and is scaled meanwhile', async () => {
    await world.create(deployment('broken', 'replicas: 4'));
    await done('broken');
    await patch('broken', behave('never-ready'));
    const shape = (all: Resource[]) => of('broken')(all).map(replicas).sort().join(' ');
    await world.until('apps/v1', 'ReplicaSet', (all) => (shape(all) === '2 3' ? true : undefined));
    const stuck = await world.settled(
      'apps/v1',
      'Deployment',
      'broken',
      (one) => countsOf(one)['updatedReplicas'] === 2,
    );
    expect(countsOf(stuck)).toMatchObject({
      availableReplicas: 3,
      readyReplicas: 3,
      replicas: 5,
      unavailableReplicas: 2,
    });
    // Both templates share what is added: 8 pods and a surge of 2 make 10, from 3 and 2.
    await patch('broken', { spec: { replicas: 8 } });
    await world.until('apps/v1', 'ReplicaSet', (all) => (shape(all) === '4 6' ? true : undefined));
    await patch('broken', behave('well'));
    await done('broken');
  });

  test('says when a rollout takes too long', async () => {
    await world.create(deployment('slow', 'progressDeadlineSeconds: 1', 'test/behaviour: never-ready'));
    const found = await world.settled('apps/v1', 'Deployment', 'slow', hasCondition('Progressing', 'False'));
    const [set] = await sets('slow');
    expect(conditionsOf(found).sort()).toEqual([
      'Available=False MinimumReplicasUnavailable: Deployment does not have minimum availability.',
      `Progressing=False ProgressDeadlineExceeded: ReplicaSet "${set?.metadata.name}" has timed out progressing.`,
    ]);
  });

  test('with Recreate, starts new pods when the old ones are gone', async () => {
    await world.create(deployment('recreated', 'strategy: { type: Recreate }\n    replicas: 2'));
    await done('recreated');
    const seen: string[] = [];
    const watching = world.until('v1', 'Pod', (all) => {
      const mine = of('recreated')(all);
      seen.push([...new Set(mine.map((pod) => pod.metadata.labels?.['pod-template-hash']))].join(' '));
      const images = mine.map((pod) => (pod['spec'] as { containers: { image: string }[] }).containers[0]?.image);
      return images.length === 2 && images.every((one) => one === 'busybox:2') ? true : undefined;
    });
    await patch('recreated', image('busybox:2'));
    await watching;
    expect(seen.filter((hashes) => hashes.includes(' '))).toEqual([]);
    await done('recreated');
  });

  test('does nothing about a new template while it is paused', async () => {
    await world.create(deployment('paused', 'replicas: 1'));
    await done('paused');
    await patch('paused', { spec: { paused: true } });
    await patch('paused', image('busybox:2'));
    const paused = await world.settled('apps/v1', 'Deployment', 'paused', hasCondition('Progressing', 'Unknown'));
    expect(conditionsOf(paused).sort()[1]).toBe('Progressing=Unknown DeploymentPaused: Deployment is paused');
    await patch('paused', { spec: { replicas: 2 } });
    await world.until('apps/v1', 'ReplicaSet', (all) =>
      of('paused')(all).some((set) => replicas(set) === 2) ? true : undefined,
    );
    expect(await sets('paused')).toHaveLength(1);
    await patch('paused', { spec: { paused: false } });
    await done('paused');
    expect(await sets('paused')).toHaveLength(2);
  });

  test('forgets old replica sets beyond revisionHistoryLimit', async () => {
    await world.create(deployment('forgetful', 'revisionHistoryLimit: 1'));
    for (const version of [2, 3, 4]) {
      await done('forgetful');
      await patch('forgetful', image(`busybox:${version}`));
    }
    await done('forgetful');
    const left = await world.until('apps/v1', 'ReplicaSet', (all) =>
      of('forgetful')(all).length === 2 ? of('forgetful')(all) : undefined,
    );
    expect(left.map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision']).sort()).toEqual([
      '3',
      '4',
    ]);
  });

  test('lets its replica set and pods live when it is deleted as --cascade=orphan, and adopts them again', async () => {
    await world.create(deployment('orphaning'));
    await done('orphaning');
    const [set] = await sets('orphaning');
    const [pod] = await pods('orphaning');
    await world.remove('apps/v1', 'Deployment', 'orphaning', 'Orphan');
    await world.gone('apps/v1', 'Deployment', 'orphaning');
    const orphan = await world.settled(
      'apps/v1',
      'ReplicaSet',
      set?.metadata.name ?? '',
      (one) => one.metadata.ownerReferences === undefined,
    );
    expect(orphan.metadata.uid).toBe(set?.metadata.uid);
    await world.create(deployment('orphaning'));
    await done('orphaning');
    expect((await sets('orphaning')).map(shapeOf)).toMatchObject([
      { owners: ['Deployment orphaning controller blocks'] },
    ]);
    expect((await pods('orphaning')).map((one) => one.metadata.uid)).toEqual([pod?.metadata.uid]);
  });

  test('goes last when it is deleted as --cascade=foreground', async () => {
    await world.create(deployment('foreground', 'replicas: 2'));
    await done('foreground');
    await world.remove('apps/v1', 'Deployment', 'foreground', 'Foreground');
    await world.gone('apps/v1', 'Deployment', 'foreground');
    expect(await sets('foreground')).toEqual([]);
    expect(await pods('foreground')).toEqual([]);
  });

  test('takes everything with it when it is deleted', async () => {
    await world.create(deployment('background', 'replicas: 2'));
    await done('background');
    await world.remove('apps/v1', 'Deployment', 'background');
    await world.until('apps/v1', 'ReplicaSet', (all) => (of('background')(all).length === 0 ? true : undefined));
    await world.until('v1', 'Pod', (all) => (of('background')(all).length === 0 ? true : undefined));
  });
});
