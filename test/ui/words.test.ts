import { expect, test } from 'vitest';
import { count, duration, shortId } from '../../src/ui/words.ts';

test.each([
  [0, '0.0s'],
  [340, '0.3s'],
  [9_960, '10s'],
  [59_400, '59s'],
  [125_000, '2m05s'],
  [3_780_000, '1h03m'],
])('duration(%i) is %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('count() makes plurals of kinds', () => {
  const words = ['ConfigMap', 'NetworkPolicy', 'Ingress', 'StorageClass', 'Gateway'];
  expect(words.map((word) => count(2, word))).toEqual([
    '2 ConfigMaps',
    '2 NetworkPolicies',
    '2 Ingresses',
    '2 StorageClasses',
    '2 Gateways',
  ]);
  expect(count(1, 'NetworkPolicy')).toBe('1 NetworkPolicy');
});

test('shortId() leaves out the groups of Kubernetes, and no others', () => {
  const id = { namespace: 'a', name: 'b' };
  expect(shortId({ ...id, group: 'apps', kind: 'Deployment' })).toBe('Deployment a/b');
  expect(shortId({ ...id, group: 'rbac.authorization.k8s.io', kind: 'Role' })).toBe('Role a/b');
  expect(shortId({ group: 'kubeflow.org', kind: 'Profile', name: 'b' })).toBe('Profile.kubeflow.org b');
});
