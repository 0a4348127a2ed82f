import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Cluster, clusterOver } from '../../../src/cluster/index.ts';
import { openCluster, startControllers } from '../../../src/embedded/index.ts';
import type { Resource } from '../../../src/resource/index.ts';

/** A cluster without nodes, whose controllers have a clock that can be set. */
async function start(): Promise<{ cluster: Cluster; advance: (milliseconds: number) => void }> {
  let ahead = 0;
  const stopping = new AbortController();
  const embedded = await openCluster();
  const cluster = clusterOver(embedded.transport);
  const controllers = startControllers(cluster, {
    signal: stopping.signal,
    directory: path.join(os.tmpdir(), 'slipway-never-made'),
    certificate: '',
    now: () => new Date(Date.now() + ahead),
  });
  onTestFinished(async () => {
    stopping.abort();
    await controllers.done;
    await embedded.close();
  });
  await controllers.ready;
  return {
    cluster,
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}

const pod = { apiVersion: 'v1', kind: 'Pod' };

async function next(cluster: Cluster, wish: (pods: Map<string, Resource>) => boolean): Promise<Map<string, Resource>> {
  const pods = new Map<string, Resource>();
  const stop = new AbortController();
  try {
    for await (const event of cluster.watch(pod, { signal: stop.signal })) {
      if (event.type === 'RELISTED') for (const item of event.items) pods.set(item.metadata.name, item);
      else if (event.type === 'DELETED') pods.delete(event.object.metadata.name);
      else if (event.type !== 'BOOKMARK') pods.set(event.object.metadata.name, event.object);
      if (wish(pods)) return pods;
    }
  } finally {
    stop.abort();
  }
  throw new Error('The watch ended');
}

const create = (cluster: Cluster, name: string, spec: object, metadata: object = {}) =>
  cluster.create({
    ...pod,
    metadata: { name, namespace: 'default', ...metadata },
    spec: { automountServiceAccountToken: false, containers: [{ name: 'main', image: 'busybox:1' }], ...spec },
  });

test('pods of a node that has been gone for a while are declared failed and removed', async () => {
  const { cluster, advance } = await start();
  await create(cluster, 'left', { nodeName: 'gone' }, { finalizers: ['example.com/look'] });
  const ref = { ...pod, namespace: 'default', name: 'left' };
  advance(30_000);
  await cluster.patch(ref, { type: 'merge', body: { metadata: { labels: { look: 'early' } } } });
  const before = await next(cluster, (pods) => pods.get('left')?.metadata.labels?.['look'] === 'early');
  expect(before.get('left')?.metadata.deletionTimestamp).toBeUndefined();
  advance(30_000);
  await cluster.patch(ref, { type: 'merge', body: { metadata: { labels: { look: 'late' } } } });
  const after = await next(cluster, (pods) => pods.get('left')?.metadata.deletionTimestamp !== undefined);
  const status = after.get('left')?.['status'] as { phase: string; conditions: object[] };
  expect(status.phase).toBe('Failed');
  expect(status.conditions).toContainEqual(
    expect.objectContaining({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByPodGC',
      message: 'PodGC: node no longer exists',
    }),
  );
  await cluster.patch(ref, { type: 'merge', body: { metadata: { finalizers: null } } });
  await next(cluster, (pods) => !pods.has('left'));
});

test('a pod that is deleted before it has a node fails, so that its owner can count it', async () => {
  const { cluster } = await start();
  await create(cluster, 'unborn', {}, { finalizers: ['example.com/look'] });
  await cluster.delete({ ...pod, namespace: 'default', name: 'unborn' });
  const pods = await next(
    cluster,
    (all) => (all.get('unborn')?.['status'] as { phase?: string } | undefined)?.phase === 'Failed',
  );
  expect(pods.get('unborn')?.metadata.deletionTimestamp).toBeDefined();
});
