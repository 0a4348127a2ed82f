import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import type { Resource } from '../../src/resource/index.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { clusterFailureOf } from '../support/failure.ts';
import { type FaultProxy, startFaultProxy } from '../support/proxy.ts';

const namespace = 'cluster-faults';
const object = (name: string): Resource => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { long: 'x'.repeat(20_000) },
});
const refOf = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
describe.skipIf(!controlPlaneAvailable)('a connection that misbehaves', () => {
  let plane: ControlPlane;
  let direct: Cluster;
  let proxy: FaultProxy;
  let cluster: Cluster;
  beforeAll(async () => {
    plane = await sharedControlPlane();
    direct = await plane.cluster();
    await direct.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { fieldManager: 'test' },
    );
    await direct.apply(object('there'), { fieldManager: 'test' });
  });
  beforeEach(async () => {
    proxy = await startFaultProxy(plane);
    cluster = await connect({ kubeconfig: proxy.kubeconfig });
    return async () => {
      await cluster.close();
      await proxy.close();
    };
  });
  afterAll(() => plane?.down());

  test('passes through when nothing is wrong', async () => {
    expect((await cluster.get(refOf('there'))).metadata.name).toBe('there');
    expect(proxy.requests).toEqual([{ method: 'GET', path: `/api/v1/namespaces/${namespace}/configmaps/there` }]);
  });

  test('reading waits as long as the server asks and comes back', async () => {
    proxy.inject({ status: 429, retryAfter: 1, times: 1 });
    const start = performance.now();
    await cluster.get(refOf('there'));
    expect(performance.now() - start).toBeGreaterThan(950);
    expect(proxy.requests).toHaveLength(2);
  });

  test('writing is left to the caller, who learns when to come back', async () => {
    proxy.inject({ status: 429, retryAfter: 7, times: 1 });
    const error = await clusterFailureOf(cluster.create(object('busy')));
    expect(error).toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429, retryAfterSeconds: 7 });
    expect(error.message).toBe(`Cannot create ConfigMap ${namespace}/busy: the server has too many requests`);
    expect(proxy.requests).toHaveLength(1);
  });

  test('503 without Retry-After is an error at once', async () => {
    proxy.inject({ status: 503 });
    const error = await clusterFailureOf(cluster.get(refOf('there')));
    expect(error).toMatchObject({ code: 'SERVER_UNAVAILABLE', status: 503, reason: 'ServiceUnavailable' });
  });

  test('a read whose answer was cut in half is asked for again', async () => {
    proxy.inject({ cut: 'half', times: 2 });
    const read = await cluster.get(refOf('there'));
    expect(read['data']).toEqual({ long: 'x'.repeat(20_000) });
    expect(proxy.requests).toHaveLength(3);
  });

  test('a write whose answer was lost is an error that says so, and was done', async () => {
    proxy.inject({ cut: 'after', times: 1 });
    const error = await clusterFailureOf(cluster.create(object('unheard')));
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', status: 0 });
    expect((await direct.get(refOf('unheard'))).metadata.name).toBe('unheard');
    await direct.delete(refOf('unheard'));
  });

  test('the next request after a lost connection opens a new one', async () => {
    proxy.inject({ cut: 'before', times: 1 });
    await clusterFailureOf(cluster.apply(object('there'), { fieldManager: 'test' }));
    await cluster.apply(object('there'), { fieldManager: 'test' });
  });

  test('a call that takes too long ends with its timeout', async () => {
    proxy.inject({ delay: 5000 });
    const error = await clusterFailureOf(cluster.get(refOf('there'), { timeout: 200 }));
    expect(error.message).toBe(`Cannot get ConfigMap ${namespace}/there: cluster proxy did not answer within 0.2 s`);
  });

  test('a call that is aborted rejects with the reason of its signal', async () => {
    proxy.inject({ delay: 5000 });
    const reason = new Error('stopped by the user');
    const controller = new AbortController();
    const call = cluster.get(refOf('there'), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(call).rejects.toBe(reason);
  });

  test('a watch survives cut connections without a gap', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace };
    for await (const event of cluster.watch(collection, {
      signal: stop.signal,
      fieldSelector: 'metadata.name=watched',
    })) {
      if (event.type === 'BOOKMARK') continue;
      seen.push(event.type);
      if (seen.length === 1) await direct.apply(object('watched'), { fieldManager: 'test' });
      if (seen.length === 2) {
        proxy.cutAll();
        await direct.delete(refOf('watched'));
      }
      if (seen.length === 3) stop.abort();
    }
    expect(seen).toEqual(['RELISTED', 'ADDED', 'DELETED']);
  });
});
