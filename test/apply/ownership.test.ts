import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprint, makeDeletePlan, makePlan } from '../../src/apply/index.ts';
import type { Cluster } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { apply, carryOut, keepHome, lines, objects, owner, unique } from './stack.ts';

describe.skipIf(!controlPlaneAvailable)('who owns which field', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let name: string;
  let releaseHome: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    plane = await sharedControlPlane();
    cluster = await plane.cluster();
    releaseHome = await keepHome(cluster);
    name = unique('ownership');
    await plane.kubectl(['create', 'namespace', name]);
  });
  afterAll(async () => {
    await releaseHome?.();
    await plane?.kubectl(['delete', 'namespace', name, '--wait=false']);
    await plane?.down();
  });

  const web = (replicas: number, annotation = 'slipway.dev/ignore-fields: spec.replicas') =>
    objects(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: ${name}, annotations: { ${annotation} } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "example/web:1" }] }
`);

  test('an ignored field is set at first, then left to others, and no plan mentions it', async () => {
    const of = owner(unique('ignored'));
    await apply(cluster, of, web(2));
    expect((await makePlan(cluster, of, web(5))).empty).toBe(true);
    await plane.kubectl(['-n', name, 'scale', 'deployment', 'web', '--replicas=3']);
    expect((await makePlan(cluster, of, web(2))).empty).toBe(true);
    const { plan } = await apply(cluster, of, web(2, '"slipway.dev/ignore-fields": "spec.replicas", note: changed'));
    expect(lines(plan)).toEqual([
      `update Deployment.apps ${name}/web: metadata.annotations.note undefined → "changed"`,
    ]);
    const live = await cluster.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: name, name: 'web' });
    expect(live['spec']).toMatchObject({ replicas: 3 });
    const policy = { ignoreFields: [{ kind: 'Deployment', paths: ['spec.replicas'] }] };
    expect((await makePlan(cluster, of, web(9, 'note: changed'), policy)).conflicts).toEqual([]);
    await carryOut(cluster, await makeDeletePlan(cluster, of));
  });

  test('kubectl rollout restart does not make later plans non-empty', async () => {
    const of = owner(unique('restarted'));
    await apply(cluster, of, web(1));
    await plane.kubectl(['-n', name, 'rollout', 'restart', 'deployment', 'web']);
    expect((await makePlan(cluster, of, web(1))).empty).toBe(true);
    await carryOut(cluster, await makeDeletePlan(cluster, of));
  });

  test('what kubectl apply made is taken over: fields that are no longer wanted go, nothing is reverted', async () => {
    const of = owner(unique('takeover'));
    const made = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: name },
      data: { keep: '1', drop: '2', change: 'old' },
    };
    await plane.kubectl(['apply', '-f', '-'], { input: JSON.stringify(made) });
    await plane.kubectl(['-n', name, 'annotate', 'configmap', 'settings', 'theirs=yes']);
    const wanted = objects(
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings, namespace: ${name} }, data: { keep: "1", change: new } }`,
    );
    const { plan, result } = await apply(cluster, of, wanted, { adopt: true });
    expect(lines(plan)).toEqual([
      expect.stringMatching(
        /^update ConfigMap .*: data.change "old" → "new", data.drop "2" → undefined, metadata.labels undefined → \{"applyset.kubernetes.io\/part-of":"[^"]*"\}$/,
      ),
    ]);
    expect(result).toMatchObject({ ok: true, updated: 1 });
    const live = await cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: name, name: 'settings' });
    expect(live['data']).toEqual({ keep: '1', change: 'new' });
    expect(live.metadata.annotations).toEqual({ theirs: 'yes' });
    expect((await makePlan(cluster, of, wanted)).empty).toBe(true);
    await carryOut(cluster, await makeDeletePlan(cluster, of));
  });

  test('only some components can be applied; the others stay as they are', async () => {
    const of = owner(unique('only'));
    const page = (value: string) =>
      objects(
        ['a', 'b']
          .map(
            (which) =>
              `{ apiVersion: v1, kind: ConfigMap, metadata: { name: only-${which}, namespace: ${name}, labels: { slipway.dev/component: ${which} } }, data: { v: ${value} } }`,
          )
          .join('\n---\n'),
      );
    await apply(cluster, of, page('one'));
    const { plan } = await apply(cluster, of, page('two'), { only: ['a'] });
    expect(lines(plan)).toEqual([`update ConfigMap ${name}/only-a: data.v "one" → "two"`]);
    expect(lines(await makePlan(cluster, of, page('two')))).toEqual([
      `update ConfigMap ${name}/only-b: data.v "one" → "two"`,
    ]);
    expect((await carryOut(cluster, await makeDeletePlan(cluster, of))).result).toMatchObject({ deleted: 2 });
  });

  test('fingerprint() is the same for the same plan, and another one when the cluster or the files moved', async () => {
    const of = owner(unique('fingerprint'));
    const page = (value: string) =>
      objects(`
{ apiVersion: v1, kind: ConfigMap, metadata: { name: print, namespace: ${name} }, data: { v: ${value} } }
---
{ apiVersion: v1, kind: Secret, metadata: { name: print, namespace: ${name}, annotations: { slipway.dev/generate: password, slipway.dev/keys: k } } }
`);
    const print = async (value: string) => fingerprint(await makePlan(cluster, of, page(value)));
    const first = await print('one');
    expect(await print('one')).toBe(first);
    expect(await print('two')).not.toBe(first);
    await apply(cluster, of, page('one'));
    const second = await print('two');
    await plane.kubectl(['-n', name, 'patch', 'configmap', 'print', '--type=merge', '-p', '{"data":{"v":"three"}}']);
    expect(await print('two')).not.toBe(second);
    await carryOut(cluster, await makeDeletePlan(cluster, of));
  });
});
