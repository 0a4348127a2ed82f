import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDeletePlan, makePlan } from '../../src/apply/index.ts';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, startControlPlane } from '../support/control-plane.ts';
import { startFaultProxy } from '../support/proxy.ts';
import { snapshot } from '../support/snapshot.ts';
import { apply, carryOut, objects, owner, told } from './stack.ts';
import { startWebhookServer } from './webhook-server.ts';

const many = (name: string, count = 40) =>
  objects(`
apiVersion: v1
kind: Namespace
metadata: { name: ${name} }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: ${name} }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "example/web:1" }] }
---
${Array.from({ length: count }, (_, index) => `{ apiVersion: v1, kind: ConfigMap, metadata: { name: c${index}, namespace: ${name} }, data: { a: b } }`).join('\n---\n')}
`);

describe.skipIf(!controlPlaneAvailable)('faults that pass', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let before: string[];

  beforeAll(async () => {
    plane = await startControlPlane({ nodes: 2 });
    cluster = await plane.cluster();
    before = [...(await snapshot(cluster)).keys()];
  });
  afterAll(() => plane?.down());

  async function endsAsUndisturbed(name: string) {
    const plan = await makePlan(cluster, owner(name), many(name));
    expect(plan.empty).toBe(true);
    expect((await carryOut(cluster, await makeDeletePlan(cluster, owner(name)))).result).toMatchObject({ ok: true });
    expect([...(await snapshot(cluster)).keys()]).toEqual(before);
  }

  test('a webhook that refuses for a while is waited for, and its objects come after it', async () => {
    const dnsName = 'hook.hooks.svc';
    const server = await startWebhookServer(plane, dnsName);
    const desired = objects(`
apiVersion: example.com/v1
kind: Gadget
metadata: { name: checked, namespace: hooks }
spec: { size: 1 }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: gadgets.example.com }
webhooks:
- name: gadgets.example.com
  clientConfig: { service: { namespace: hooks, name: hook }, caBundle: ${server.caBundle} }
  rules: [{ apiGroups: [example.com], apiVersions: [v1], resources: [gadgets], operations: [CREATE, UPDATE] }]
  sideEffects: None
  admissionReviewVersions: [v1]
---
apiVersion: v1
kind: Service
metadata: { name: hook, namespace: hooks }
spec: { selector: { app: hook }, ports: [{ port: 443, targetPort: 8443 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: hook, namespace: hooks }
spec:
  selector: { matchLabels: { app: hook } }
  template:
    metadata: { labels: { app: hook } }
    spec: { containers: [{ name: hook, image: "example/hook:1", ports: [{ containerPort: 8443 }] }] }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gadgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Gadget, plural: gadgets, singular: gadget }
  versions:
  - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: hooks }
`);
    const running = apply(cluster, owner('hooks'), desired);
    const serves = (async () => {
      await sleep(4_000);
      server.behave('broken');
      await sleep(4_000);
      server.behave('allows');
    })();
    const { events, result } = await running;
    await serves;
    expect(result).toMatchObject({ ok: true, created: 6, failed: 0 });
    expect(told(events, 'retrying').join()).toMatch(
      /Gadget.example.com hooks\/checked: .*failed calling webhook "gadgets.example.com"/,
    );
    const ready = told(events, 'ready').map((line) => line.split(' ')[0]);
    expect(ready.indexOf('ValidatingWebhookConfiguration.admissionregistration.k8s.io')).toBeGreaterThan(
      ready.indexOf('Deployment.apps'),
    );
    expect(ready.at(-1)).toBe('Gadget.example.com');
    expect(server.calls()).toBeGreaterThan(0);

    server.behave('denies');
    const changed = desired.map((object) => (object.kind === 'Gadget' ? { ...object, spec: { size: 2 } } : object));
    await expect(makePlan(cluster, owner('hooks'), changed)).rejects.toMatchObject({
      code: 'PLAN_FAILED',
      message: expect.stringMatching(/Gadget.example.com hooks\/checked: .*denied the request: not on a Sunday/),
    });
    server.behave('allows');
    expect((await carryOut(cluster, await makeDeletePlan(cluster, owner('hooks')))).result).toMatchObject({
      ok: true,
      residue: [],
    });
    await server.close();
    expect([...(await snapshot(cluster)).keys()]).toEqual(before);
  }, 90_000);

  test('an API server that is killed and comes back costs time and nothing else', async () => {
    const plan = await makePlan(cluster, owner('restart'), many('restart'));
    const running = carryOut(cluster, plan);
    await plane.kill('kube-apiserver');
    await sleep(1_000);
    await plane.start('kube-apiserver');
    expect((await running).result).toMatchObject({ ok: true, created: 42 });
    await endsAsUndisturbed('restart');
  }, 120_000);

  test('429, 503, lost answers, half answers and cut connections are got over', async () => {
    const proxy = await startFaultProxy(plane);
    const faulty = await connect({ kubeconfig: proxy.kubeconfig });
    const write = ({ method, path }: { method: string; path: string }) =>
      method === 'PATCH' && path.includes('/configmaps/');
    proxy.inject({ when: write, times: 10, status: 429, retryAfter: 1 });
    proxy.inject({ when: write, times: 10, status: 503 });
    proxy.inject({ when: write, times: 5, cut: 'after' });
    proxy.inject({ when: write, times: 5, cut: 'half' });
    proxy.inject({ when: write, times: 5, cut: 'before' });
    proxy.inject({ when: ({ path }) => path.includes('watch=true'), times: 2, delay: 3_000 });
    const running = apply(faulty, owner('storm'), many('storm'));
    await sleep(3_000);
    proxy.cutAll();
    const { result } = await running;
    expect(result).toMatchObject({ ok: true, created: 42, failed: 0 });
    await faulty.close();
    await proxy.close();
    await endsAsUndisturbed('storm');
  }, 120_000);
});
