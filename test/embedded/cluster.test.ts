import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, clusterOver, connect, type WatchEvent } from '../../src/cluster/index.ts';
import { type EmbeddedCluster, openCluster, type Served, serve } from '../../src/embedded/index.ts';
import type { Resource } from '../../src/resource/index.ts';

const map = (name: string, data: Record<string, string>): Resource => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});
const maps = { apiVersion: 'v1', kind: 'ConfigMap' };

describe('in process', () => {
  let embedded: EmbeddedCluster;
  let cluster: Cluster;
  beforeAll(async () => {
    embedded = await openCluster();
    cluster = clusterOver(embedded.transport);
  });
  afterAll(async () => {
    await cluster.close();
    await embedded.close();
  });

  test('an object is created, read, changed and deleted', async () => {
    await cluster.create(map('a', { x: '1' }));
    const ref = { ...maps, namespace: 'default', name: 'a' };
    expect(await cluster.get(ref)).toMatchObject({ data: { x: '1' } });
    await cluster.patch(ref, { type: 'merge', body: { data: { x: '2' } } });
    expect((await cluster.list({ ...maps, namespace: 'default' })).items).toMatchObject([{ data: { x: '2' } }]);
    await cluster.delete(ref);
    await expect(cluster.get(ref)).rejects.toMatchObject({ status: 404 });
  });

  test('pages of a list are those of the moment it began', async () => {
    for (const name of ['p1', 'p2', 'p3', 'p4', 'p5']) await cluster.create(map(name, {}));
    const page = async (token?: string) => {
      const query = { limit: 2, ...(token === undefined ? {} : { continue: token }) };
      const response = await cluster.request({ method: 'GET', path: '/api/v1/namespaces/default/configmaps', query });
      const parts: Uint8Array[] = [];
      for await (const part of response.body) parts.push(part);
      return JSON.parse(Buffer.concat(parts).toString()) as {
        metadata: { continue?: string; resourceVersion: string };
        items: Resource[];
      };
    };
    const first = await page();
    await cluster.delete({ ...maps, namespace: 'default', name: 'p4' });
    await cluster.create(map('p2a', {}));
    const second = await page(first.metadata.continue);
    const third = await page(second.metadata.continue);
    const names = [first, second, third].flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
    expect(names).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
    expect(third.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  test('a watch sees every change once, in order', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const event of cluster.watch({ ...maps, namespace: 'default' }, { signal: stop.signal })) {
        seen.push(describeEvent(event));
        if (seen.at(-1) === 'DELETED w') stop.abort();
      }
    })();
    const ref = { ...maps, namespace: 'default', name: 'w' };
    while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await cluster.create(map('w', {}));
    await cluster.patch(ref, { type: 'merge', body: { data: { x: '1' } } });
    await cluster.patch(ref, { type: 'merge', body: { data: { x: '1' } } });
    await cluster.delete(ref);
    await following.catch(() => {});
    expect(seen).toEqual(['RELISTED', 'ADDED w', 'MODIFIED w', 'DELETED w']);
  });

  test('a version that is too old is gone', async () => {
    const small = await openCluster({ window: 10 });
    const own = clusterOver(small.transport);
    for (let i = 0; i < 20; i++) await own.create(map(`m${i}`, {}));
    const path = '/api/v1/namespaces/default/configmaps';
    const response = await own.request({ method: 'GET', path, query: { watch: 1, resourceVersion: 1 } });
    const { value } = await response.body[Symbol.asyncIterator]().next();
    expect(JSON.parse(Buffer.from(value as Uint8Array).toString())).toMatchObject({
      type: 'ERROR',
      object: { code: 410, reason: 'Expired' },
    });
    await own.close();
    await small.close();
  });

  test('a custom kind is served from the moment it is established', async () => {
    await cluster.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'foos.x.io' },
      spec: {
        group: 'x.io',
        scope: 'Namespaced',
        names: { plural: 'foos', kind: 'Foo' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
    const stop = new AbortController();
    const selector = { fieldSelector: 'metadata.name=foos.x.io', signal: stop.signal };
    for await (const event of cluster.watch(definition, selector)) {
      const [object] = event.type === 'RELISTED' ? event.items : [event.object];
      const { conditions } = (object?.['status'] ?? {}) as { conditions?: { type: string; status: string }[] | null };
      if (conditions?.some(({ type, status }) => type === 'Established' && status === 'True')) break;
    }
    stop.abort();
    expect((await cluster.list({ apiVersion: 'x.io/v1', kind: 'Foo' })).items).toEqual([]);
  });
});

function describeEvent(event: WatchEvent): string {
  return event.type === 'RELISTED' ? event.type : `${event.type} ${event.object.metadata.name}`;
}

describe('over HTTPS', () => {
  let directory: string;
  let embedded: EmbeddedCluster;
  let server: Served;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-embedded-'));
    embedded = await openCluster({ directory });
    server = await serve(embedded);
    await writeFile(path.join(directory, 'kubeconfig'), server.kubeconfig, { mode: 0o600 });
  });
  afterAll(async () => {
    await server.close();
    await embedded.close();
    await rm(directory, { recursive: true });
  });

  const raw = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const { clusters } = load(server.kubeconfig) as {
        clusters: { cluster: { 'certificate-authority-data': string } }[];
      };
      const ca = Buffer.from(clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64');
      https
        .get(`${server.url}${path}`, { ca, headers, agent: false }, (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (text) => (body += text));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        })
        .on('error', reject);
    });

  test('the kubeconfig is all that a client needs', async () => {
    const cluster = await connect({ kubeconfig: path.join(directory, 'kubeconfig') });
    expect((await cluster.version()).major).toBe('1');
    await cluster.close();
  });

  test.each(['/api/v1/secrets', '/version', '/healthz', '/openapi/v2', '/nonsense'])(
    'without a token there is nothing at %s',
    async (path) => {
      expect((await raw(path)).status).toBe(401);
      expect((await raw(path, { authorization: 'Bearer wrong' })).status).toBe(401);
    },
  );

  test('it listens on loopback alone', () => {
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  });

  test('a taken port is named', async () => {
    const port = Number(new URL(server.url).port);
    await expect(serve(embedded, { port })).rejects.toThrow(`port ${port} is taken by another program`);
  });

  test('a token of a service account may what its roles allow, until the account is gone', async () => {
    const cluster = clusterOver(embedded.transport);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 's', namespace: 'default' } };
    await cluster.create(account as Resource);
    const response = await cluster.request({
      method: 'POST',
      path: '/api/v1/namespaces/default/serviceaccounts/s/token',
      body: '{}',
    });
    const parts: Uint8Array[] = [];
    for await (const part of response.body) parts.push(part);
    const { status } = JSON.parse(Buffer.concat(parts).toString()) as { status: { token: string } };
    const authorization = `Bearer ${status.token}`;
    expect((await raw('/api/v1/namespaces/default/pods', { authorization })).status).toBe(403);
    await cluster.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'b', namespace: 'default' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 's', namespace: 'default' }],
    });
    expect((await raw('/api/v1/namespaces/default/pods', { authorization })).status).toBe(200);
    expect((await raw('/api/v1/namespaces/kube-system/pods', { authorization })).status).toBe(403);
    expect((await raw('/api/v1/namespaces/default/secrets', { authorization })).status).toBe(403);
    await cluster.delete({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name: 's' });
    expect((await raw('/api/v1/namespaces/default/pods', { authorization })).status).toBe(401);
    await cluster.close();
  });
});
