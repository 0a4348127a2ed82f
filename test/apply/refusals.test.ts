import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDeletePlan, makePlan } from '../../src/apply/index.ts';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { apply, carryOut, keepHome, lines, objects, owner, told, unique } from './stack.ts';

describe.skipIf(!controlPlaneAvailable)('what can never work', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let name: string;
  let releaseHome: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    plane = await sharedControlPlane();
    cluster = await plane.cluster();
    releaseHome = await keepHome(cluster);
    name = unique('refusals');
    await plane.kubectl(['create', 'namespace', name]);
  });
  afterAll(async () => {
    await releaseHome?.();
    await plane?.kubectl(['delete', 'namespace', name, '--wait=false']);
    await plane?.down();
  });

  const configMap = (which: string, data = 'a: b') =>
    objects(`{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${which}, namespace: ${name} }, data: { ${data} } }`);

  test('an unknown kind fails at once, names the object, and nothing is written', async () => {
    const begun = performance.now();
    const desired = [
      ...configMap('unknown'),
      ...objects(`{ apiVersion: nowhere.example.com/v1, kind: Thing, metadata: { name: x, namespace: ${name} } }`),
    ];
    await expect(makePlan(cluster, owner(name), desired)).rejects.toMatchObject({
      code: 'PLAN_FAILED',
      message: `Cannot plan: Thing.nowhere.example.com ${name}/x: the cluster does not know the kind Thing in nowhere.example.com/v1, and nothing in the plan defines it`,
    });
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect((await plane.kubectl(['-n', name, 'get', 'configmap', 'unknown'])).exitCode).toBe(1);
  });

  test('a version that is not served names the one that is', async () => {
    const old = objects(`{ apiVersion: apps/v1beta1, kind: Deployment, metadata: { name: x, namespace: ${name} } }`);
    await expect(makePlan(cluster, owner(name), old)).rejects.toMatchObject({
      message: expect.stringContaining('the cluster serves Deployment in apps/v1, not in apps/v1beta1'),
      suggestions: ['write it in version v1'],
    });
  });

  test('every invalid object is listed, in a new namespace too', async () => {
    const other = unique('new');
    const desired = objects(`
apiVersion: v1
kind: Namespace
metadata: { name: ${other} }
---
apiVersion: v1
kind: Service
metadata: { name: wrong, namespace: ${other} }
spec: { ports: [{ port: 99999 }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: typo, namespace: ${name} }
dat: { a: b }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: fine, namespace: ${other} }
`);
    const error = await makePlan(cluster, owner(name), desired).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'PLAN_FAILED',
      message: 'Cannot plan: 2 objects cannot be applied as they stand',
    });
    const problems = (error as { problems: { message: string }[] }).problems.map(({ message }) => message).sort();
    expect(problems).toEqual([
      expect.stringMatching(/^ConfigMap .*typo: .*dat/),
      expect.stringMatching(/^Service .*: .*spec.ports\[0\].port: Invalid value: 99999/),
    ]);
  });

  test('the same object twice, a name missing and a foreign set are all said at once', async () => {
    const desired = [
      ...configMap('twice'),
      ...configMap('twice'),
      ...objects(`{ apiVersion: v1, kind: ConfigMap, metadata: { generateName: x-, namespace: ${name} } }`),
      ...objects(
        `{ apiVersion: v1, kind: Secret, metadata: { name: s, labels: { applyset.kubernetes.io/part-of: other } } }`,
      ),
    ];
    const error = await makePlan(cluster, owner(name), desired).catch((cause: unknown) => cause);
    expect((error as { problems: { message: string }[] }).problems.map(({ message }) => message)).toEqual([
      `ConfigMap ${name}/twice: it is there twice`,
      `ConfigMap ${name}/undefined: it has no metadata.name, and generateName cannot be applied twice`,
      'Secret default/s: its label applyset.kubernetes.io/part-of says that it belongs to another set',
    ]);
  });

  test('a permission that is missing is one sentence, before the first write', async () => {
    await plane.kubectl(['-n', name, 'create', 'serviceaccount', 'limited']);
    const rule = ['--verb=get,list,watch,create,patch', '--resource=configmaps'];
    await plane.kubectl(['-n', name, 'create', 'role', 'limited', ...rule]);
    await plane.kubectl([
      '-n',
      name,
      'create',
      'rolebinding',
      'limited',
      '--role=limited',
      `--serviceaccount=${name}:limited`,
    ]);
    const token = (await plane.kubectl(['-n', name, 'create', 'token', 'limited'])).stdout.trim();
    const admin = JSON.parse((await plane.kubectl(['config', 'view', '--raw', '-o', 'json'])).stdout);
    admin.users[0].user = { token };
    const file = `${plane.dir}/limited-${name}`;
    await (await import('node:fs/promises')).writeFile(file, JSON.stringify(admin));
    const limited = await connect({ kubeconfig: file });
    const desired = [
      ...configMap('allowed'),
      ...objects(
        `{ apiVersion: v1, kind: Service, metadata: { name: s, namespace: ${name} }, spec: { ports: [{ port: 80 }] } }`,
      ),
    ];
    await expect(makePlan(limited, owner(name), desired)).rejects.toMatchObject({
      message: expect.stringMatching(/may not/),
    });
    expect((await plane.kubectl(['-n', name, 'get', 'configmap', 'allowed'])).exitCode).toBe(1);
    await limited.close();
  });

  test('an object of somebody else is refused, and taken over when asked to', async () => {
    await plane.kubectl(['-n', name, 'create', 'configmap', 'foreign', '--from-literal=a=z']);
    const plan = await makePlan(cluster, owner(name), configMap('foreign'));
    expect(plan.foreign).toMatchObject([
      { id: { name: 'foreign' }, holder: 'somebody else (made by kubectl-create)', adoptable: true },
    ]);
    await expect(carryOut(cluster, plan)).rejects.toMatchObject({ code: 'FOREIGN_OBJECTS', exit: 4 });
    const adopted = await apply(cluster, owner(name), configMap('foreign'), { adopt: true, forceConflicts: true });
    expect(lines(adopted.plan)).toEqual([expect.stringContaining('data.a "z" → "b"')]);
    expect(adopted.result).toMatchObject({ ok: true, updated: 1 });
  });

  test('an object of another stack is refused whatever is asked for', async () => {
    const other = owner(unique('other'));
    await apply(cluster, other, configMap('theirs'));
    const plan = await makePlan(cluster, owner(name), [...configMap('foreign'), ...configMap('theirs')], {
      adopt: true,
    });
    expect(plan.foreign).toMatchObject([{ id: { name: 'theirs' }, adoptable: false }]);
    await expect(carryOut(cluster, plan, { adopt: true })).rejects.toMatchObject({ code: 'FOREIGN_OBJECTS' });
    await carryOut(cluster, await makeDeletePlan(cluster, other));
  });

  test('a plan that is out of date is refused', async () => {
    const stale = await makePlan(cluster, owner(name), [...configMap('foreign'), ...configMap('later')]);
    await apply(cluster, owner(name), [...configMap('foreign'), ...configMap('first')]);
    await expect(carryOut(cluster, stale)).rejects.toMatchObject({ code: 'PLAN_OUTDATED', exit: 4 });
  });

  test('what was made again by somebody else after we made it is let go, not deleted', async () => {
    await apply(cluster, owner(name), [...configMap('foreign'), ...configMap('again')]);
    await plane.kubectl(['-n', name, 'delete', 'configmap', 'again']);
    await plane.kubectl(['-n', name, 'create', 'configmap', 'again', '--from-literal=mine=yes']);
    const { plan, result } = await apply(cluster, owner(name), configMap('foreign'));
    expect(lines(plan)).toEqual([`keep ConfigMap ${name}/again (somebody else made it again)`]);
    expect(result).toMatchObject({ ok: true, kept: 1, deleted: 0 });
    expect((await plane.kubectl(['-n', name, 'get', 'configmap', 'again', '-o', 'jsonpath={.data.mine}'])).stdout).toBe(
      'yes',
    );
    expect((await makePlan(cluster, owner(name), configMap('foreign'))).empty).toBe(true);
  });

  test('an immutable field makes a replacement of what holds no data, and a refusal of what does', async () => {
    const of = owner(unique('immutable'));
    const page = (value: string, storage: string) => `
apiVersion: v1
kind: ConfigMap
metadata: { name: fixed, namespace: ${name} }
immutable: true
data: { a: ${value} }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: ${name} }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: ${storage} } } }
`;
    await apply(cluster, of, objects(page('one', '2Gi')), { wait: 'applied' });
    const { plan, result } = await apply(cluster, of, objects(page('two', '2Gi')), { wait: 'applied' });
    expect(lines(plan)).toEqual([
      `replace ConfigMap ${name}/fixed (data cannot be changed in place; it is missing for a moment): data.a "one" → "two"`,
    ]);
    expect(result).toMatchObject({ ok: true, replaced: 1 });
    await expect(makePlan(cluster, of, objects(page('two', '1Gi')))).rejects.toMatchObject({ code: 'PLAN_FAILED' });
    const kept = await makeDeletePlan(cluster, of);
    expect(lines(kept)).toContainEqual(
      expect.stringContaining(`keep PersistentVolumeClaim ${name}/data (it holds data`),
    );
    const gone = await makeDeletePlan(cluster, of, { withData: ['volumes'] });
    expect((await carryOut(cluster, gone)).result).toMatchObject({ ok: true, deleted: 2, residue: [] });
  });

  test('every failure is told with its cause, the rest goes on, and the time limit holds for all together', async () => {
    const of = owner(unique('stuck'));
    const deployment = (which: string, behaviour: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${which}, namespace: ${name} }
spec:
  selector: { matchLabels: { app: ${which} } }
  template:
    metadata: { labels: { app: ${which} }, annotations: { test/behaviour: ${behaviour} } }
    spec: { containers: [{ name: main, image: "example/${which}:1" }] }
---`;
    const behaviours = ['never-ready', 'crash', 'pull-error', 'out-of-memory'];
    const desired = objects([...behaviours, 'fine'].map((which) => deployment(which, which)).join(''));
    const begun = performance.now();
    const { events, result } = await apply(cluster, of, desired, { timeout: 12_000, imagePatience: 3_000 });
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(result).toMatchObject({ ok: false, created: 5, failed: 4 });
    expect(told(events, 'ready')).toEqual([`Deployment.apps ${name}/fine`]);
    const said = Object.fromEntries(
      result.failures.map(({ id, code, message, suggestions }) => [
        id.name,
        `${code} ${message} → ${suggestions.join()}`,
      ]),
    );
    expect(said['pull-error']).toMatch(
      /^NOT_READY .*ImagePullBackOff.*example\/pull-error:1.*→ Check the name of the image/,
    );
    expect(said['crash']).toMatch(
      /^TIMEOUT .*CrashLoopBackOff after 4 restarts \(last: Error, exit code 1\).*→ Read why it ends/,
    );
    expect(said['out-of-memory']).toMatch(/OOMKilled, exit code 137.*→ Raise the memory limit/);
    expect(said['never-ready']).toMatch(/Readiness probe failed.*→ See which probe fails/);
    expect((await carryOut(cluster, await makeDeletePlan(cluster, of))).result.ok).toBe(true);
  }, 90_000);

  test('two runs at once: the second waits for the first', async () => {
    const of = owner(unique('twins'));
    const slow = objects(`
apiVersion: v1
kind: Pod
metadata: { name: ${of.stack}, namespace: ${name}, annotations: { test/behaviour: slow } }
spec: { containers: [{ name: main, image: "example/slow:1" }] }
`);
    const plans = [await makePlan(cluster, of, slow), await makePlan(cluster, of, slow)] as const;
    const settled = await Promise.allSettled(plans.map((plan) => carryOut(cluster, plan)));
    const outcomes = settled.map((item) => (item.status === 'fulfilled' ? 'done' : item.reason.code));
    expect(outcomes.sort()).toEqual(['PLAN_OUTDATED', 'done']);
    await carryOut(cluster, await makeDeletePlan(cluster, of));
  }, 60_000);
});
