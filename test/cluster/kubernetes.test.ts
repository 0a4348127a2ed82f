import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, identify } from '../../src/cluster/index.ts';
import type { JsonObject, Resource } from '../../src/resource/index.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { clusterFailureOf } from '../support/failure.ts';

const namespace = 'cluster-verbs';
const configMap = (name: string, data: JsonObject = {}, more: JsonObject = {}): Resource => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...more },
  data,
});
const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
const deployment: Resource = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'example.org/web:1' }] },
    },
  },
};
const deploymentRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' };

describe.skipIf(!controlPlaneAvailable)('against a real API server', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  beforeAll(async () => {
    plane = await sharedControlPlane();
    cluster = await plane.cluster();
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  });
  afterAll(async () => {
    await cluster?.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await plane?.down();
  });

  test('the server says its version, and identify() the UID of kube-system', async () => {
    expect((await cluster.version()).gitVersion).toMatch(/^v1\.\d+/);
    const said = await plane.kubectl(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}']);
    expect(await identify(cluster)).toBe(said.stdout);
  });

  test('types() lists what kubectl api-resources lists', async () => {
    const said = await plane.kubectl(['api-resources', '--no-headers', '-o', 'name']);
    const expected = said.stdout.trim().split('\n').sort();
    const types = await cluster.types({ refresh: true });
    const names = types
      .filter(({ preferred }) => preferred)
      .map(({ group, resource }) => (group === '' ? resource : `${resource}.${group}`));
    expect(expected.filter((name) => !names.includes(name))).toEqual([]);
    expect(await cluster.typeOf({ apiVersion: 'apps/v1', kind: 'Deployment' })).toMatchObject({
      resource: 'deployments',
      singular: 'deployment',
      namespaced: true,
      shortNames: ['deploy'],
      categories: ['all'],
      preferred: true,
      subresources: expect.arrayContaining(['scale', 'status']),
      verbs: expect.arrayContaining(['create', 'patch', 'watch']),
    });
  });

  test('create, get, update, patch and delete', async () => {
    const created = await cluster.create(configMap('plain', { a: '1' }));
    expect(await cluster.get(ref('plain'))).toEqual(created);
    const updated = await cluster.update({ ...created, data: { a: '2' } });
    expect(updated['data']).toEqual({ a: '2' });
    const merged = await cluster.patch(ref('plain'), { type: 'merge', body: { data: { a: null, b: '3' } } });
    expect(merged['data']).toEqual({ b: '3' });
    const patched = await cluster.patch(ref('plain'), {
      type: 'json',
      body: [{ op: 'replace', path: '/data/b', value: '4' }],
    });
    expect(patched['data']).toEqual({ b: '4' });
    await cluster.delete(ref('plain'), { uid: String(created.metadata.uid) });
    expect(await clusterFailureOf(cluster.get(ref('plain')))).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });

  test('a strategic patch merges containers by name; scale is a subresource', async () => {
    await cluster.create(deployment);
    const body = { spec: { template: { spec: { containers: [{ name: 'side', image: 'example.org/side:1' }] } } } };
    const patched = await cluster.patch(deploymentRef, { type: 'strategic', body });
    expect(JSON.stringify(patched['spec'])).toMatch(/"name":"side".*"name":"web"/);
    const scale = await cluster.get(deploymentRef, { subresource: 'scale' });
    expect(scale.kind).toBe('Scale');
    const scaled = await cluster.patch(
      deploymentRef,
      { type: 'merge', body: { spec: { replicas: 3 } } },
      { subresource: 'scale' },
    );
    expect(scaled['spec']).toEqual({ replicas: 3 });
  });

  test('server-side apply: what two managers want differently is a conflict that names field and manager', async () => {
    await cluster.apply(configMap('owned', { a: '1' }), { fieldManager: 'first' });
    const theirs = cluster.apply(configMap('owned', { a: '2' }), { fieldManager: 'second' });
    expect(await clusterFailureOf(theirs)).toMatchObject({
      code: 'FIELD_CONFLICT',
      status: 409,
      reason: 'Conflict',
      message: `Cannot apply ConfigMap ${namespace}/owned: data.a is managed by first`,
      causes: [{ reason: 'FieldManagerConflict', field: '.data.a' }],
    });
    const forced = await cluster.apply(configMap('owned', { a: '2' }), { fieldManager: 'second', force: true });
    expect(forced['data']).toEqual({ a: '2' });
  });

  test('a dry run changes nothing', async () => {
    const dry = await cluster.create(configMap('dry'), { dryRun: true });
    expect(dry.metadata.uid).toBeTypeOf('string');
    expect((await clusterFailureOf(cluster.get(ref('dry')))).code).toBe('NOT_FOUND');
    await cluster.create(configMap('dry'));
    await cluster.delete(ref('dry'), { dryRun: true });
    expect((await cluster.get(ref('dry'))).metadata.name).toBe('dry');
  });

  test('what the server warns of is heard', async () => {
    const warnings: string[] = [];
    const object = { ...configMap('warned'), datum: {} };
    await cluster.create(object, { fieldValidation: 'Warn', onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toEqual(['unknown field "datum"']);
  });

  test('list() gets all pages, by selector, or metadata alone', async () => {
    await Promise.all(
      Array.from({ length: 25 }, (_, n) =>
        cluster.create(configMap(`page-${n}`, { n: String(n) }, { labels: { parity: n % 2 === 0 ? 'even' : 'odd' } })),
      ),
    );
    const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace };
    const odd = await cluster.list(collection, { labelSelector: 'parity=odd', limit: 5 });
    expect(odd.items).toHaveLength(12);
    expect(odd.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { n: '1' } });
    const slim = await cluster.list(collection, { labelSelector: 'parity=even', metadataOnly: true });
    expect(slim.items).toHaveLength(13);
    expect(Object.keys(slim.items[0] ?? {}).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(slim.items[0]?.kind).toBe('ConfigMap');
    const one = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { fieldSelector: 'metadata.name=page-3' });
    expect(one.items.map(({ metadata }) => metadata.namespace)).toEqual([namespace]);
  });

  test('a custom resource works as soon as its CRD is established', async () => {
    const widget = { apiVersion: 'cluster-verbs.example.org/v1', kind: 'Widget' };
    const object: Resource = { ...widget, metadata: { name: 'one', namespace }, spec: { size: 9007199254740993n } };
    expect((await clusterFailureOf(cluster.create(object))).message).toBe(
      'Cannot create Widget of cluster-verbs.example.org/v1: cluster test does not know this kind',
    );
    const name = 'widgets.cluster-verbs.example.org';
    const size = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
    await cluster.create({
      ...crd,
      metadata: { name },
      spec: {
        group: 'cluster-verbs.example.org',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: size } } },
          },
        ],
      },
    });
    const stop = new AbortController();
    for await (const event of cluster.watch(
      { ...crd },
      { fieldSelector: `metadata.name=${name}`, signal: stop.signal },
    )) {
      const now = event.type === 'RELISTED' ? event.items[0] : event.object;
      if (/"Established"/.test(JSON.stringify(now?.['status'] ?? {}))) stop.abort();
    }
    const created = await cluster.create(object);
    expect(created['spec']).toEqual({ size: 9007199254740993n });
    await cluster.delete({ ...crd, name });
  });

  test('request() passes any request and any answer on', async () => {
    const answer = await cluster.request({ method: 'GET', path: '/readyz', query: { verbose: true } });
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    expect(answer.status).toBe(200);
    expect(Buffer.concat(chunks).toString()).toContain('[+]ping ok');
    expect((await cluster.request({ method: 'GET', path: '/nowhere' })).status).toBe(404);
  });

  test('300 requests and 150 watches at once share a few connections', async () => {
    const stop = new AbortController();
    const watching = Array.from({ length: 150 }, async () => {
      const collection = { apiVersion: 'v1', kind: 'Secret', namespace };
      for await (const event of cluster.watch(collection, { signal: stop.signal })) {
        const now = event.type === 'RELISTED' ? event.items : [event.object];
        if (now.some(({ metadata }) => metadata.name === 'seen')) return 'seen';
      }
      return undefined;
    });
    const names = Array.from({ length: 300 }, (_, n) => `many-${n}`);
    await Promise.all(names.map((name) => cluster.apply(configMap(name), { fieldManager: 'test' })));
    await cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'seen', namespace } });
    expect(new Set(await Promise.all(watching))).toEqual(new Set(['seen']));
    stop.abort();
  });

  test.each<[string, () => Promise<unknown>, string, string]>([
    [
      'it exists',
      () => cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
      'ALREADY_EXISTS',
      `Cannot create Namespace ${namespace}: it already exists`,
    ],
    [
      'no namespace',
      () => cluster.create({ ...configMap('x'), metadata: { name: 'x', namespace: 'nowhere' } }),
      'NAMESPACE_NOT_FOUND',
      'Cannot create ConfigMap nowhere/x: namespace nowhere does not exist',
    ],
    [
      'invalid',
      () =>
        cluster.apply(
          { ...deployment, spec: { ...(deployment['spec'] as JsonObject), replicas: -1 } },
          { fieldManager: 'slipway', force: true },
        ),
      'INVALID_OBJECT',
      `Cannot apply Deployment.apps ${namespace}/web: spec.replicas: Invalid value: -1: must be greater than or equal to 0`,
    ],
    [
      'unknown field',
      () => cluster.create({ ...configMap('x'), datum: {} }, { fieldValidation: 'Strict' }),
      'BAD_REQUEST',
      `Cannot create ConfigMap ${namespace}/x: strict decoding error: unknown field "datum"`,
    ],
    [
      'old version',
      () => cluster.update(configMap('page-1', {}, { resourceVersion: '1' })),
      'CONFLICT',
      `Cannot update ConfigMap ${namespace}/page-1: it was changed in the meantime`,
    ],
    [
      'other version of the kind',
      () => cluster.get({ apiVersion: 'apps/v1beta1', kind: 'Deployment', namespace, name: 'web' }),
      'NO_KIND',
      'Cannot get Deployment of apps/v1beta1: cluster test does not know this kind',
    ],
  ])('errors are one sentence: %s', async (_title, call, code, message) => {
    const error = await clusterFailureOf(call());
    expect([error.code, error.message]).toEqual([code, message]);
  });

  test("server-side apply: a field that the schema does not have is the input's fault, whatever status it has", async () => {
    const error = await clusterFailureOf(
      cluster.apply({ ...configMap('typo'), datum: {} }, { fieldManager: 'slipway' }),
    );
    expect(error).toMatchObject({ code: 'INVALID_OBJECT', exit: 2 });
    expect(error.message).toBe(`Cannot apply ConfigMap ${namespace}/typo: datum: field not declared in schema`);
  });

  test('deleting only what was seen: another UID is refused', async () => {
    const error = await clusterFailureOf(cluster.delete(ref('page-1'), { uid: 'other' }));
    expect(error.code).toBe('CONFLICT');
    expect(error.message).toMatch(
      /^Cannot delete ConfigMap cluster-verbs\/page-1: .*UID in precondition|the UID in the precondition/,
    );
  });
});
