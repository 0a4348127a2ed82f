import { expect, test } from 'vitest';
import { deleteEdges, stepOf } from '../../../src/apply/order/delete-edges.ts';

test.each([
  ['kubeflow.org', 'Notebook', 'custom resources'],
  ['gateway.networking.k8s.io', 'Gateway', 'custom resources'],
  ['admissionregistration.k8s.io', 'MutatingWebhookConfiguration', 'webhooks'],
  ['apiregistration.k8s.io', 'APIService', 'webhooks'],
  ['apps', 'Deployment', 'workloads'],
  ['', 'Pod', 'workloads'],
  ['rbac.authorization.k8s.io', 'Role', 'other objects'],
  ['', 'Secret', 'other objects'],
  ['apiextensions.k8s.io', 'CustomResourceDefinition', 'definitions'],
  ['', 'Namespace', 'namespaces'],
])('stepOf() removes %s %s with the %s', (group, kind, step) => {
  expect(stepOf({ group, kind, name: 'x' })).toBe(step);
});

test('deleteEdges() lets each step wait until the one before is gone', () => {
  const ids = [
    { group: '', kind: 'Namespace', name: 'n' },
    { group: 'apps', kind: 'Deployment', namespace: 'n', name: 'd' },
    { group: 'example.com', kind: 'Widget', namespace: 'n', name: 'w' },
  ];
  expect(deleteEdges(ids, 'start').map(({ before, after, until }) => `${before} ← ${after} ${until}`)).toEqual([
    'example.com/Widget/n/w ← start gone',
    'removed custom resources ← example.com/Widget/n/w gone',
    'apps/Deployment/n/d ← removed custom resources gone',
    'removed workloads ← apps/Deployment/n/d gone',
    '/Namespace//n ← removed workloads gone',
    'removed namespaces ← /Namespace//n gone',
  ]);
});
