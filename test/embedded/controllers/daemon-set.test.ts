import { describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { countsOf, shapeOf } from './shape.ts';
import { kubectlAvailable, worlds } from './worlds.ts';

const daemonSet = (name: string, pod = '', spec = '') => `
  apiVersion: apps/v1
  kind: DaemonSet
  metadata: { name: ${name} }
  spec:
    selector: { matchLabels: { app: ${name} } }
    ${spec}
    template: { metadata: { labels: { app: ${name} } }, spec: { ${pod} containers: [{ name: main, image: 'busybox:1' }] } }`;

const of = (name: string) => (objects: Resource[]) => objects.filter((one) => one.metadata.labels?.['app'] === name);
const nodeOf = (pod: Resource) => String((pod['spec'] as JsonObject)['nodeName']);

describe.each(worlds)('DaemonSets of %s', (_, make) => {
  const world = make();
  const ready = (name: string, count: number) =>
    world.settled('apps/v1', 'DaemonSet', name, (set) => {
      const { numberReady, updatedNumberScheduled = 0, observedGeneration } = countsOf(set);
      return (
        numberReady === count && updatedNumberScheduled === count && observedGeneration === set.metadata.generation
      );
    });

  test('runs one pod on each node', async () => {
    await world.create(daemonSet('everywhere'));
    const set = await ready('everywhere', 2);
    expect(countsOf(set)).toEqual({
      currentNumberScheduled: 2,
      desiredNumberScheduled: 2,
      numberAvailable: 2,
      numberMisscheduled: 0,
      numberReady: 2,
      observedGeneration: 1,
      updatedNumberScheduled: 2,
    });
    const pods = of('everywhere')(await world.until('v1', 'Pod', (all) => all));
    expect(pods.map(nodeOf).sort()).toEqual(['node-0', 'node-1']);
    const pod = pods.find((one) => nodeOf(one) === 'node-1') as Resource;
    expect(shapeOf(pod)).toEqual({
      labels: { app: 'everywhere', 'controller-revision-hash': 'HASH', 'pod-template-generation': '1' },
      owners: ['DaemonSet everywhere controller blocks'],
      finalizers: [],
    });
    const { affinity, tolerations } = pod['spec'] as JsonObject;
    expect(affinity).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] }],
        },
      },
    });
    expect((tolerations as JsonObject[]).map(({ key, effect }) => `${key} ${effect}`).sort()).toEqual([
      'node.kubernetes.io/disk-pressure NoSchedule',
      'node.kubernetes.io/memory-pressure NoSchedule',
      'node.kubernetes.io/not-ready NoExecute',
      'node.kubernetes.io/pid-pressure NoSchedule',
      'node.kubernetes.io/unreachable NoExecute',
      'node.kubernetes.io/unschedulable NoSchedule',
    ]);
  });

  test('runs on the nodes that its template selects', async () => {
    await world.create(daemonSet('selective', `nodeSelector: { kubernetes.io/hostname: node-1 },`));
    const set = await ready('selective', 1);
    expect(countsOf(set)).toMatchObject({ desiredNumberScheduled: 1 });
    expect(of('selective')(await world.until('v1', 'Pod', (all) => all)).map(nodeOf)).toEqual(['node-1']);
  });

  test.skipIf(!kubectlAvailable)('rolls a new template out, node by node, and kubectl takes it back', async () => {
    await world.create(daemonSet('rolling', '', 'updateStrategy: { rollingUpdate: { maxUnavailable: 1 } }'));
    await ready('rolling', 2);
    const ref = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'rolling', namespace: world.namespace };
    const body = { spec: { template: { spec: { containers: [{ name: 'main', image: 'busybox:2' }] } } } };
    await world.cluster.patch(ref, { type: 'strategic', body });
    const updated = await ready('rolling', 2);
    expect(updated.metadata.generation).toBe(2);
    const revisions = of('rolling')(await world.until('apps/v1', 'ControllerRevision', (all) => all));
    expect(revisions.map((one) => one['revision']).sort()).toEqual([1, 2]);
    expect((await world.kubectl('rollout', 'undo', 'daemonset/rolling')).exitCode).toBe(0);
    await ready('rolling', 2);
    const pods = await world.until('v1', 'Pod', (all) => {
      const mine = of('rolling')(all).filter((pod) => pod.metadata.deletionTimestamp === undefined);
      return mine.length === 2 ? mine : undefined;
    });
    const images = pods.map((pod) => (pod['spec'] as { containers: JsonObject[] }).containers[0]?.['image']);
    expect(images).toEqual(['busybox:1', 'busybox:1']);
  });
});
