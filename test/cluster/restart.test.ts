import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster, WatchEvent } from '../../src/cluster/index.ts';
import type { Resource } from '../../src/resource/index.ts';
import { type ControlPlane, controlPlaneAvailable, startControlPlane } from '../support/control-plane.ts';
import { clusterFailureOf } from '../support/failure.ts';

const namespace = 'default';
const configMap = (name: string, value: string): Resource => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { value },
});
const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace };

/** Follows a collection as a consumer does: replaces its state on RELISTED and applies the rest. */
function follow(cluster: Cluster, signal: AbortSignal) {
  const state = new Map<string, unknown>();
  const events: WatchEvent['type'][] = [];
  let changed = Promise.withResolvers<void>();
  const work = (async () => {
    for await (const event of cluster.watch(collection, { signal })) {
      events.push(event.type);
      if (event.type === 'RELISTED') state.clear();
      for (const object of event.type === 'RELISTED' ? event.items : [event.object]) {
        if (event.type === 'DELETED') state.delete(object.metadata.name);
        else if (event.type !== 'BOOKMARK') state.set(object.metadata.name, object['data']);
      }
      changed.resolve();
      changed = Promise.withResolvers();
    }
  })();
  const until = async (condition: () => boolean) => {
    while (!condition()) await changed.promise;
  };
  return { state, events, until, work };
}

describe.skipIf(!controlPlaneAvailable)('an API server that comes and goes', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  beforeAll(async () => {
    plane = await startControlPlane();
    cluster = await plane.cluster();
  });
  afterAll(() => plane?.down());

  test('a watch goes on after the server was killed and started again', { timeout: 60_000 }, async () => {
    const stop = new AbortController();
    const { state, until, work } = follow(cluster, stop.signal);
    await cluster.create(configMap('before', '1'));
    await until(() => state.has('before'));
    await plane.kill('kube-apiserver');

    const start = performance.now();
    const error = await clusterFailureOf(cluster.get({ ...collection, name: 'before' }));
    expect(error.code).toBe('CLUSTER_UNREACHABLE');
    expect(error.message).toBe(
      `Cannot reach cluster test at ${cluster.server}: connection refused; nothing listens there`,
    );
    expect(error.suggestions).toEqual(['check that cluster test is running, or choose another with --context']);
    expect(performance.now() - start).toBeLessThan(5000);

    await plane.start('kube-apiserver');
    await cluster.update(configMap('before', '2'));
    await cluster.create(configMap('after', '1'));
    await until(() => state.has('after'));
    expect(state.get('before')).toEqual({ value: '2' });
    stop.abort();
    await work;
  });

  test('a watch whose history was compacted away lists again', { timeout: 60_000 }, async () => {
    const old = (await cluster.list(collection)).resourceVersion;
    await cluster.create(configMap('later', '1'));
    // A restarted server has an empty watch cache, so that what etcd no longer has is lost for good.
    await plane.stop('kube-apiserver');
    await plane.start('kube-apiserver');
    const events: WatchEvent['type'][] = [];
    const stop = new AbortController();
    for await (const event of cluster.watch(collection, { signal: stop.signal, resourceVersion: '1' })) {
      events.push(event.type);
      if (event.type === 'RELISTED') {
        expect(event.items.map(({ metadata }) => metadata.name)).toContain('later');
        expect(Number(event.resourceVersion)).toBeGreaterThan(Number(old));
        stop.abort();
      }
    }
    expect(events.at(-1)).toBe('RELISTED');
  });
});
