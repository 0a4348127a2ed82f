import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDeletePlan, makePlan, makeRollbackPlan, readHistory } from '../../src/apply/index.ts';
import type { Cluster } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { apply, carryOut, keepHome, lines, objects, owner, unique } from './stack.ts';

describe.skipIf(!controlPlaneAvailable)('the history of a stack', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let name: string;
  let releaseHome: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    plane = await sharedControlPlane();
    cluster = await plane.cluster();
    releaseHome = await keepHome(cluster);
    name = unique('history');
  });
  afterAll(async () => {
    await carryOut(cluster, await makeDeletePlan(cluster, owner(name)));
    await releaseHome?.();
    await plane?.down();
  });

  const page = (value: string, more: readonly string[] = []) =>
    objects(`
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { slipway.dev/component: base } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: ${name} }
data: { value: ${value} }
---
apiVersion: v1
kind: Secret
metadata: { name: made, namespace: ${name}, annotations: { slipway.dev/generate: password, slipway.dev/keys: token } }
${more.map((which) => `---\n{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${which}, namespace: ${name} } }\n`).join('')}`);

  const secret = async () =>
    (await cluster.get({ apiVersion: 'v1', kind: 'Secret', namespace: name, name: 'made' }))['data'];

  test('each apply that changes something is a revision, the newest first', async () => {
    await apply(cluster, owner(name), page('one', ['old']));
    await apply(cluster, owner(name), page('one', ['old']));
    await apply(cluster, owner(name), page('two', ['new']));
    expect(await readHistory(cluster, owner(name))).toMatchObject([
      { revision: 2, state: 'done', objects: 4, components: ['base'], summary: '1 created, 1 updated, 1 deleted' },
      { revision: 1, state: 'done', objects: 4, summary: '4 created' },
    ]);
  });

  test('rollback restores what was, removes what came later, and leaves generated values alone', async () => {
    const before = await secret();
    const plan = await makeRollbackPlan(cluster, owner(name), undefined);
    expect(lines(plan)).toEqual([
      `create ConfigMap ${name}/old`,
      `delete ConfigMap ${name}/new`,
      `update ConfigMap ${name}/settings: data.value "two" → "one"`,
    ]);
    expect((await carryOut(cluster, plan)).result).toMatchObject({ ok: true, created: 1, updated: 1, deleted: 1 });
    expect(await secret()).toEqual(before);
    expect((await readHistory(cluster, owner(name)))[0]).toMatchObject({ revision: 3, rollbackTo: 1, state: 'done' });
    expect((await makePlan(cluster, owner(name), page('one', ['old']))).empty).toBe(true);
  });

  test('no generated value is in a revision', async () => {
    const { items } = await cluster.list(
      { apiVersion: 'v1', kind: 'Secret', namespace: 'slipway-system' },
      { labelSelector: `slipway.dev/stack=${name}` },
    );
    const { brotliDecompressSync } = await import('node:zlib');
    const texts = items.map((item) =>
      brotliDecompressSync(Buffer.from((item['data'] as { content: string }).content, 'base64')).toString(),
    );
    expect(texts).toHaveLength(3);
    const { token } = (await secret()) as { token: string };
    for (const text of texts) expect(text).not.toContain(token);
  });

  test('a revision that is not there is refused with those that are', async () => {
    await expect(makeRollbackPlan(cluster, owner(name), 9)).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      suggestions: ['There is 3, 2, 1: see `slipway history`'],
    });
  });

  test('only the last ten are kept', async () => {
    for (let count = 0; count < 10; count += 1) await apply(cluster, owner(name), page(`v${count}`));
    const history = await readHistory(cluster, owner(name));
    expect(history.map(({ revision }) => revision)).toEqual([13, 12, 11, 10, 9, 8, 7, 6, 5, 4]);
  });

  test('a large revision is split and comes back whole', async () => {
    const noise = (size: number) => Array.from({ length: size }, () => crypto.randomUUID()).join('');
    const big = [1, 2, 3].map((number) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `big-${number}`, namespace: name },
      data: { noise: noise(20_000) },
    }));
    await apply(cluster, owner(name), [...page('big'), ...big]);
    await apply(cluster, owner(name), page('small'));
    const plan = await makeRollbackPlan(cluster, owner(name), 14);
    const created = plan.changes.flatMap((change) => (change.op === 'create' ? change.to['data'] : []));
    expect(created).toEqual(big.map(({ data }) => data));
  });
});
