import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDeletePlan, makePlan, makeStatus, readInventories } from '../../src/apply/index.ts';
import { type Cluster, ClusterError } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, startControlPlane } from '../support/control-plane.ts';
import { snapshot } from '../support/snapshot.ts';
import { apply, carryOut, lines, objects, owner, told } from './stack.ts';

/** A small stack with everything that has to be ordered; some of it cannot be checked before it is applied. */
const stack = (image = 'registry.example/web:1') =>
  objects(`
apiVersion: example.com/v1
kind: Widget
metadata: { name: first, namespace: shop, labels: { slipway.dev/component: web } }
spec: { size: 3 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop, labels: { slipway.dev/component: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      serviceAccountName: web
      containers:
      - name: web
        image: ${image}
        envFrom: [{ secretRef: { name: web } }]
---
apiVersion: v1
kind: Secret
metadata:
  name: web
  namespace: shop
  labels: { slipway.dev/component: web }
  annotations: { slipway.dev/generate: password, slipway.dev/keys: "user, token" }
stringData: { mode: quiet }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop, labels: { slipway.dev/component: web } }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com, labels: { slipway.dev/component: base } }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Widget, plural: widgets, singular: widget }
  versions:
  - name: v1
    served: true
    storage: true
    schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { size: { type: integer } } } } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { slipway.dev/component: base } }
`);

const of = owner('shop');

describe.skipIf(!controlPlaneAvailable)('a stack from nothing to nothing', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let before: Awaited<ReturnType<typeof snapshot>>;

  beforeAll(async () => {
    plane = await startControlPlane({ nodes: 2 });
    cluster = await plane.cluster();
    before = await snapshot(cluster);
  });
  afterAll(() => plane?.down());

  test('makePlan() writes nothing and says what it could not check', async () => {
    const plan = await makePlan(cluster, of, stack());
    expect(lines(plan)).toEqual([
      'create CustomResourceDefinition.apiextensions.k8s.io widgets.example.com',
      'create Deployment.apps shop/web',
      'create Namespace shop',
      'create Secret shop/web',
      'create ServiceAccount shop/web',
      'create Widget.example.com shop/first',
    ]);
    const unverified = plan.changes.flatMap((change) => ('unverified' in change ? change.unverified : []));
    expect(unverified).toEqual(['its kind is only defined by this plan']);
    expect([...(await snapshot(cluster)).keys()]).toEqual([...before.keys()]);
  });

  test('execute() brings everything up in one try, each object after what it needs', async () => {
    const { events, result } = await apply(cluster, of, stack());
    expect(result).toMatchObject({ ok: true, created: 6, failed: 0, skipped: 0, failures: [] });
    const order = told(events, 'applied');
    const position = (name: string) => order.findIndex((line) => line.startsWith(name));
    expect(position('Namespace')).toBeLessThan(position('ServiceAccount'));
    expect(position('ServiceAccount')).toBeLessThan(position('Deployment'));
    expect(position('Secret')).toBeLessThan(position('Deployment'));
    expect(position('CustomResourceDefinition')).toBeLessThan(position('Widget'));
    expect(told(events, 'ready')).toContain('Deployment.apps shop/web');
    expect(told(events, 'failed')).toEqual([]);
  });

  test('a second apply writes nothing at all', async () => {
    const settled = await snapshot(cluster);
    const { plan, result } = await apply(cluster, of, stack());
    expect(plan.empty).toBe(true);
    expect(result).toMatchObject({ ok: true, unchanged: 6, created: 0, updated: 0, deleted: 0 });
    expect(await snapshot(cluster)).toEqual(settled);
  });

  test('kubectl reads the inventory as an ApplySet', async () => {
    const parent = await plane.kubectl(['get', 'configmap', '-n', 'slipway-system', 'shop.test', '-o', 'json']);
    const { metadata } = JSON.parse(parent.stdout) as { metadata: Record<string, Record<string, string>> };
    expect(metadata['annotations']).toMatchObject({
      'applyset.kubernetes.io/tooling': 'slipway/v1.0.0',
      'applyset.kubernetes.io/additional-namespaces': 'shop',
      'applyset.kubernetes.io/contains-group-kinds':
        'CustomResourceDefinition.apiextensions.k8s.io,Deployment.apps,Namespace,Secret,ServiceAccount,Widget.example.com',
    });
    const selector = `applyset.kubernetes.io/part-of=${metadata['labels']?.['applyset.kubernetes.io/id']}`;
    const found = await plane.kubectl(['get', 'sa,secret,deploy,widgets', '-n', 'shop', '-l', selector, '-o', 'name']);
    expect(found.stdout.trim().split('\n')).toHaveLength(4);
  });

  test('readInventories() and makeStatus() tell what is installed and how it is doing', async () => {
    const [summary] = await readInventories(cluster);
    expect(summary).toMatchObject({ owner: of, objects: 6, components: ['base', 'web'], revision: 1 });
    const status = await makeStatus(cluster, of);
    expect(status.components.map(({ name, ready, total }) => `${name} ${ready}/${total}`)).toEqual([
      'base 2/2',
      'web 4/4',
    ]);
    expect(status).toMatchObject({ installed: true, ready: true });
  });

  test('a change shows as exactly its fields, and is all that is written', async () => {
    const settled = await snapshot(cluster);
    const { plan, result } = await apply(cluster, of, stack('registry.example/web:2'));
    expect(lines(plan)).toEqual([
      'update Deployment.apps shop/web: spec.template.spec.containers[name=web].image "registry.example/web:1" → "registry.example/web:2"',
    ]);
    expect(result).toMatchObject({ ok: true, updated: 1, unchanged: 5 });
    const moved = [...(await snapshot(cluster))].filter(
      ([key, { resourceVersion }]) => settled.has(key) && settled.get(key)?.resourceVersion !== resourceVersion,
    );
    const ours = moved
      .map(([key]) => key)
      .filter((key) => /Widget|Secret|CustomResource|Namespace\/\/shop|ServiceAccount/.test(key));
    expect(ours).toEqual([]);
  });

  test('drift of a field that we own is shown and put back', async () => {
    await plane.kubectl(['-n', 'shop', 'patch', 'widget', 'first', '--type=merge', '-p', '{"spec":{"size":7}}']);
    const refused = await makePlan(cluster, of, stack('registry.example/web:2'));
    expect(refused.conflicts).toMatchObject([{ path: 'spec.size', manager: 'kubectl-patch', live: 7, wanted: 3 }]);
    await expect(carryOut(cluster, refused)).rejects.toMatchObject({ code: 'CONFLICTS', exit: 4 });
    const { result } = await apply(cluster, of, stack('registry.example/web:2'), { forceConflicts: true });
    expect(result).toMatchObject({ ok: true, updated: 1 });
    const widget = await cluster.get({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      namespace: 'shop',
      name: 'first',
    });
    expect(widget['spec']).toEqual({ size: 3 });
    expect((await makePlan(cluster, of, stack('registry.example/web:2'))).empty).toBe(true);
  });

  test('generated values stay as they are, and none is in a plan or an event', async () => {
    const ref = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'web' };
    const data = (await cluster.get(ref))['data'] as Record<string, string>;
    expect(Object.keys(data).sort()).toEqual(['mode', 'token', 'user']);
    await plane.kubectl(['-n', 'shop', 'patch', 'secret', 'web', '--type=merge', '-p', '{"data":{"mode":"bG91ZA=="}}']);
    const { plan, events } = await apply(cluster, of, stack('registry.example/web:2'), { forceConflicts: true });
    const [change] = plan.changes.filter(({ op }) => op === 'update');
    expect(change).toMatchObject({
      fields: [{ path: 'data.mode', from: expect.stringMatching(/^\(masked\) \w{6}$/) }],
    });
    const shown = JSON.stringify([{ ...plan, changes: change && 'fields' in change ? change.fields : [] }, events]);
    for (const value of [...Object.values(data), 'bG91ZA==']) expect(shown).not.toContain(value);
    expect((await cluster.get(ref))['data']).toEqual(data);
  });

  test('a definition that left the stack stays while somebody has objects of it, and says so', async () => {
    await plane.kubectl(['create', 'namespace', 'elsewhere']);
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'foreign', namespace: 'elsewhere' },
    };
    await plane.kubectl(['apply', '-f', '-'], { input: JSON.stringify(widget) });
    const rest = stack('registry.example/web:2').filter(
      ({ kind }) => kind !== 'CustomResourceDefinition' && kind !== 'Widget',
    );
    const { plan, result } = await apply(cluster, of, rest);
    expect(lines(plan)).toEqual([
      'delete Widget.example.com shop/first',
      'keep CustomResourceDefinition.apiextensions.k8s.io widgets.example.com (it defines 1 Widget in elsewhere)',
    ]);
    expect(plan.losses).toMatchObject([{ class: 'resources', kind: 'Widget', namespace: 'elsewhere', count: 1 }]);
    expect(result).toMatchObject({ ok: true, deleted: 1, kept: 1 });
    expect(await cluster.get({ ...widget, name: 'foreign', namespace: 'elsewhere' })).toBeDefined();
  });

  test('what another owner deletes is only its own', async () => {
    const other = objects('{ apiVersion: v1, kind: ConfigMap, metadata: { name: other, namespace: elsewhere } }');
    await apply(cluster, owner('other'), other);
    await carryOut(cluster, await makeDeletePlan(cluster, owner('other')));
    await expect(makeDeletePlan(cluster, owner('other'))).rejects.toMatchObject({ code: 'NOT_INSTALLED' });
    expect((await makeStatus(cluster, of)).installed).toBe(true);
  });

  test('after delete the cluster is what it was, from the inventory alone', async () => {
    await plane.kubectl(['delete', 'namespace', 'elsewhere']);
    const plan = await makeDeletePlan(cluster, of);
    const { result, events } = await carryOut(cluster, plan);
    expect(result).toMatchObject({ ok: true, failed: 0, skipped: 0, kept: 0, residue: [] });
    const order = told(events, 'deleted');
    expect(order.at(-1)).toBe('Namespace shop');
    expect([...(await snapshot(cluster)).keys()]).toEqual([...before.keys()]);
  }, 60_000);

  test('twice in a row', async () => {
    expect((await apply(cluster, of, stack())).result.ok).toBe(true);
    expect((await carryOut(cluster, await makeDeletePlan(cluster, of))).result.ok).toBe(true);
    expect([...(await snapshot(cluster)).keys()]).toEqual([...before.keys()]);
  }, 60_000);

  test('delete keeps a namespace in which somebody else has something', async () => {
    await apply(cluster, of, stack());
    await plane.kubectl(['-n', 'shop', 'create', 'configmap', 'foreign', '--from-literal=a=b']);
    const plan = await makeDeletePlan(cluster, of);
    expect(lines(plan)).toContain('keep Namespace shop (it holds what is not ours: ConfigMap shop/foreign)');
    const { result } = await carryOut(cluster, plan);
    expect(result).toMatchObject({ ok: true, kept: 1 });
    await plane.kubectl(['-n', 'shop', 'delete', 'configmap', 'foreign']);
    expect((await carryOut(cluster, await makeDeletePlan(cluster, of))).result).toMatchObject({ ok: true, deleted: 1 });
    await expect(cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'shop' })).rejects.toThrow(ClusterError);
  }, 60_000);
});
