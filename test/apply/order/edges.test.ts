import { expect, test } from 'vitest';
import { applyEdges } from '../../../src/apply/order/edges.ts';
import { acyclic } from '../../../src/apply/order/graph.ts';
import type { Edge } from '../../../src/apply/plan.ts';
import { groupOf, versionOf } from '../../../src/resource/index.ts';
import { objects } from '../stack.ts';

/** The graph as lines: `what starts ← what it needs (why)`. */
function graph(yaml: string, requires?: Record<string, string[]>): string[] {
  const edges = applyEdges(objects(yaml), {
    servedAs: (object) => ({
      group: groupOf(object.apiVersion),
      version: versionOf(object.apiVersion),
      resource: `${object.kind.toLowerCase()}s`,
      namespaced: object.metadata.namespace !== undefined,
    }),
    ...(requires === undefined ? {} : { requires }),
  });
  return acyclic(edges).map(print).sort();
}

const short = (key: string) =>
  key
    .split('/')
    .filter((part, index) => index > 0 && part !== '')
    .join('/') || key;
const print = ({ before, after, until, why }: Edge) =>
  `${short(before)} ← ${short(after)}${until === 'applied' ? ' applied' : ''}: ${why}`;

test('members follow their namespace, custom resources their definition', () => {
  expect(
    graph(`
{ apiVersion: example.com/v1, kind: Widget, metadata: { name: w, namespace: n } }
---
{ apiVersion: v1, kind: Namespace, metadata: { name: n } }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec: { group: example.com, names: { kind: Widget, plural: widgets }, scope: Namespaced, versions: [{ name: v1, served: true }] }
`),
  ).toEqual([
    'Widget/n/w ← CustomResourceDefinition/widgets.example.com: it defines the kind',
    'Widget/n/w ← Namespace/n: it lives there',
  ]);
});

test('workloads follow what their pods use, and the rights of their account', () => {
  expect(
    graph(`
apiVersion: batch/v1
kind: CronJob
metadata: { name: job, namespace: n }
spec:
  jobTemplate:
    spec:
      template:
        spec:
          serviceAccountName: sa
          priorityClassName: high
          imagePullSecrets: [{ name: pull }]
          volumes:
          - { name: a, configMap: { name: mounted } }
          - { name: b, persistentVolumeClaim: { claimName: data } }
          - { name: c, projected: { sources: [{ secret: { name: projected } }, { configMap: { name: elsewhere } }] } }
          containers:
          - name: main
            envFrom: [{ configMapRef: { name: env } }]
            env: [{ name: A, valueFrom: { secretKeyRef: { name: key, key: k } } }]
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: mounted, namespace: n } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: env, namespace: n } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: elsewhere, namespace: other } }
---
{ apiVersion: v1, kind: Secret, metadata: { name: key, namespace: n } }
---
{ apiVersion: v1, kind: Secret, metadata: { name: pull, namespace: n } }
---
{ apiVersion: v1, kind: Secret, metadata: { name: projected, namespace: n } }
---
{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: data, namespace: n } }
---
{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: high } }
---
{ apiVersion: v1, kind: ServiceAccount, metadata: { name: sa, namespace: n } }
---
{ apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: { name: r, namespace: n } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: rb, namespace: n }
roleRef: { kind: Role, name: r }
subjects: [{ kind: ServiceAccount, name: sa }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: crb }
roleRef: { kind: ClusterRole, name: view }
subjects: [{ kind: ServiceAccount, name: sa, namespace: other }]
`),
  ).toEqual([
    'CronJob/n/job ← ConfigMap/n/env applied: its pods use it',
    'CronJob/n/job ← ConfigMap/n/mounted applied: its pods use it',
    'CronJob/n/job ← PersistentVolumeClaim/n/data applied: its pods use it',
    'CronJob/n/job ← PriorityClass/high applied: its pods use it',
    'CronJob/n/job ← RoleBinding/n/rb applied: it gives its pods their rights',
    'CronJob/n/job ← Secret/n/key applied: its pods use it',
    'CronJob/n/job ← Secret/n/projected applied: its pods use it',
    'CronJob/n/job ← Secret/n/pull applied: its pods use it',
    'CronJob/n/job ← ServiceAccount/n/sa applied: its pods use it',
    'RoleBinding/n/rb ← Role/n/r applied: it binds that role',
  ]);
});

test('a webhook configuration follows the pods behind its Service, and what it intercepts follows it', () => {
  expect(
    graph(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: hook }
webhooks:
- name: a
  clientConfig: { service: { namespace: n, name: svc } }
  namespaceSelector: { matchExpressions: [{ key: checked, operator: NotIn, values: ["no"] }] }
  rules: [{ apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE] }]
- name: ignored
  failurePolicy: Ignore
  clientConfig: { service: { namespace: n, name: svc } }
  rules: [{ apiGroups: ["*"], apiVersions: ["*"], resources: ["*"], operations: ["*"] }]
---
{ apiVersion: v1, kind: Service, metadata: { name: svc, namespace: n }, spec: { selector: { app: hook } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: hook, namespace: n }
spec: { template: { metadata: { labels: { app: hook, more: "1" } }, spec: { volumes: [{ name: c, configMap: { name: own } }] } } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: checked, namespace: n } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: own, namespace: n } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: unchecked, namespace: free } }
---
{ apiVersion: v1, kind: Namespace, metadata: { name: free, labels: { checked: "no" } } }
`),
  ).toEqual([
    'ConfigMap/free/unchecked ← Namespace/free: it lives there',
    'ConfigMap/n/checked ← ValidatingWebhookConfiguration/hook: its webhook is called',
    'Deployment/n/hook ← ConfigMap/n/own applied: its pods use it',
    'ValidatingWebhookConfiguration/hook ← Deployment/n/hook: it answers for Service svc',
    'ValidatingWebhookConfiguration/hook ← Service/n/svc applied: the API server calls it',
  ]);
});

test('a component waits for the components it requires, except for what does nothing by itself', () => {
  expect(
    graph(
      `
{ apiVersion: apps/v1, kind: Deployment, metadata: { name: base, namespace: n, labels: { slipway.dev/component: base } } }
---
{ apiVersion: apps/v1, kind: Deployment, metadata: { name: top, namespace: n, labels: { slipway.dev/component: top } } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: top, namespace: n, labels: { slipway.dev/component: top } } }
`,
      { top: ['base', 'external'] },
    ),
  ).toEqual([
    'Deployment/n/top ← component base: top requires base',
    'component base ← Deployment/n/base: Deployment.apps n/base is part of it',
  ]);
});

test('depends-on is honoured, and a cycle is an error that prints itself', () => {
  const page = (a: string, b: string) => `
{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: n, annotations: { config.kubernetes.io/depends-on: "${a}" } } }
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: b, namespace: n, annotations: { config.kubernetes.io/depends-on: "${b}" } } }
`;
  expect(graph(page('/namespaces/n/ConfigMap/b', ''))).toEqual(['ConfigMap/n/a ← ConfigMap/n/b: it is annotated so']);
  expect(() => graph(page('/namespaces/n/ConfigMap/b', '/namespaces/n/ConfigMap/a'))).toThrow(
    'Cannot order the objects: ConfigMap n/a needs ConfigMap n/b needs ConfigMap n/a',
  );
});

test('the order of the input never matters', () => {
  const documents = [
    '{ apiVersion: v1, kind: Namespace, metadata: { name: n } }',
    '{ apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: n } }',
    '{ apiVersion: v1, kind: Pod, metadata: { name: p, namespace: n }, spec: { containers: [{ name: c, envFrom: [{ configMapRef: { name: c } }] }] } }',
  ];
  expect(graph(documents.join('\n---\n'))).toEqual(graph(documents.toReversed().join('\n---\n')));
});
