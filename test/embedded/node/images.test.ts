import { expect, test } from 'vitest';
import { repositoryOf, rowOf } from '../../../src/embedded/node/images.ts';

test('repositoryOf() completes references as container runtimes do', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(repositoryOf('busybox')).toBe('docker.io/library/busybox');
  expect(repositoryOf('busybox:1.36')).toBe('docker.io/library/busybox');
  expect(repositoryOf(`python:3.12@${digest}`)).toBe('docker.io/library/python');
  expect(repositoryOf('kserve/sklearnserver:v0.18.0')).toBe('docker.io/kserve/sklearnserver');
  expect(repositoryOf('localhost:5000/team/app:v1')).toBe('localhost:5000/team/app');
  expect(repositoryOf('ghcr.io/kubeflow/trainer')).toBe('ghcr.io/kubeflow/trainer');
});

test('what is no reference is no image', () => {
  for (const text of [
    '',
    '../python',
    'a//b',
    'python:',
    'docker.io/../library/python',
    'python; rm -rf /',
    '/etc/passwd',
  ])
    expect(rowOf(text)).toBeUndefined();
});

test('only what stands in the table runs; look-alikes are simulated', () => {
  expect(rowOf('busybox')?.runs).toBe('host');
  expect(rowOf('registry.k8s.io/e2e-test-images/busybox:1.29')?.runs).toBe('host');
  expect(rowOf('docker.io/library/python:3.12-slim')?.runs).toBe('python');
  expect(rowOf('evil.example/library/python')).toBeUndefined();
  expect(rowOf('somebody/busybox')).toBeUndefined();
  expect(rowOf('nginx')).toBeUndefined();
});
