import { describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { worlds } from './worlds.ts';

const pod = (name: string, spec = '', resources = '') => `
  apiVersion: v1
  kind: Pod
  metadata: { name: ${name} }
  spec:
    terminationGracePeriodSeconds: 0
    containers: [{ name: main, image: 'busybox:1', resources: { ${resources} } }]
    ${spec}`;
const nodeOf = (one: Resource) => (one['spec'] as JsonObject)['nodeName'];
const scheduled = (one: Resource) =>
  ((one['status'] as { conditions?: JsonObject[] }).conditions ?? []).find(({ type }) => type === 'PodScheduled');

describe.each(worlds)('The scheduler of %s', (_, make) => {
  const world = make();
  const refused = async (name: string) => {
    const found = await world.settled('v1', 'Pod', name, (one) => scheduled(one)?.['status'] === 'False');
    return `${scheduled(found)?.['reason']}: ${scheduled(found)?.['message']}`;
  };
  const remove = (name: string) =>
    world.cluster.delete({ apiVersion: 'v1', kind: 'Pod', name, namespace: world.namespace });

  test('gives a pod a node and says so', async () => {
    await world.create(pod('plain'));
    const found = await world.settled('v1', 'Pod', 'plain', (one) => nodeOf(one) !== undefined);
    expect(scheduled(found)).toMatchObject({ status: 'True' });
    expect(await world.events('plain', 'Scheduled')).toContain(
      `Normal Scheduled: Successfully assigned ${world.namespace}/plain to ${nodeOf(found)}`,
    );
  });

  test('goes by labels and affinity', async () => {
    await world.create(pod('labelled', 'nodeSelector: { kubernetes.io/hostname: node-1 }'));
    const term = `{ matchExpressions: [{ key: kubernetes.io/hostname, operator: NotIn, values: [node-1] }] }`;
    await world.create(
      pod(
        'averse',
        `affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [${term}] } } }`,
      ),
    );
    expect(nodeOf(await world.settled('v1', 'Pod', 'labelled', (one) => nodeOf(one) !== undefined))).toBe('node-1');
    expect(nodeOf(await world.settled('v1', 'Pod', 'averse', (one) => nodeOf(one) !== undefined))).toBe('node-0');
  });

  // What follows the first sentence is the real scheduler's word on preemption.
  test.each([
    [
      'selector',
      'nodeSelector: { disk: none }',
      '',
      "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
    ],
    ['cpu', '', `requests: { cpu: '500' }`, '0/2 nodes are available: 2 Insufficient cpu.'],
    [
      'greedy',
      '',
      `requests: { cpu: '500', memory: 5Ti }`,
      '0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory.',
    ],
    ['gpu', '', `limits: { nvidia.com/gpu: '9' }`, '0/2 nodes are available: 2 Insufficient nvidia.com/gpu.'],
    ['strange', '', `limits: { example.com/chip: '1' }`, '0/2 nodes are available: 2 Insufficient example.com/chip.'],
  ])('says why no node can take the pod %s', async (name, spec, resources, message) => {
    await world.create(pod(name, spec, resources));
    expect((await refused(name)).replace(/\. (no new claims|preemption).*$/, '.')).toBe(`Unschedulable: ${message}`);
    const said = await world.events(name, 'FailedScheduling');
    expect(said[0]).toContain(`Warning FailedScheduling: ${message}`);
    await remove(name);
  });

  test('waits for scheduling gates', async () => {
    await world.create(pod('gated', 'schedulingGates: [{ name: example.com/wait }]'));
    expect(await refused('gated')).toBe('SchedulingGated: Scheduling is blocked due to non-empty scheduling gates');
    await world.cluster.patch(
      { apiVersion: 'v1', kind: 'Pod', name: 'gated', namespace: world.namespace },
      { type: 'merge', body: { spec: { schedulingGates: null } } },
    );
    await world.settled('v1', 'Pod', 'gated', (one) => nodeOf(one) !== undefined);
  });

  test('takes up a pod when another makes room for it', async () => {
    const here = 'nodeSelector: { kubernetes.io/hostname: node-1 }';
    await world.create(pod('first', here, `limits: { nvidia.com/gpu: '6' }`));
    await world.settled('v1', 'Pod', 'first', (one) => nodeOf(one) !== undefined);
    await world.create(pod('second', here, `limits: { nvidia.com/gpu: '6' }`));
    expect(await refused('second')).toMatch(/1 Insufficient nvidia.com\/gpu/);
    await remove('first');
    await world.settled('v1', 'Pod', 'second', (one) => nodeOf(one) === 'node-1');
    await remove('second');
  });
});
