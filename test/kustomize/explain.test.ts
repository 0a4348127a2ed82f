import { expect, test } from 'vitest';
import { memoryFiles } from '../../src/files.ts';
import { build, type FieldChange } from '../../src/kustomize/index.ts';

test('every field can say which file and which transformer set it', async () => {
  const files = memoryFiles({
    'base/kustomization.yaml': 'resources: [web.yaml]\nnamePrefix: a-\n',
    'base/web.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n',
    'kustomization.yaml': 'resources: [base]\nreplicas: [{name: web, count: 3}]\n',
  });
  const changes: FieldChange[] = [];
  await build(files, '.', { onChange: (change) => changes.push(change) });
  const about = (path: string) =>
    changes.filter((change) => change.path === path).map(({ file, by, value }) => [file, by, value]);
  expect(about('spec.replicas')).toEqual([
    ['/base/web.yaml', 'resource', '1'],
    ['/kustomization.yaml', 'ReplicaCountTransformer', '3'],
  ]);
  expect(about('metadata.name')).toEqual([
    ['/base/web.yaml', 'resource', '"web"'],
    ['/base/kustomization.yaml', 'PrefixTransformer', '"a-web"'],
  ]);
  expect(changes.at(-1)).toMatchObject({ kind: 'Deployment', name: 'a-web', originalName: 'web' });
});
