import { expect, test } from 'vitest';
import { builtinTypes } from '../../../src/embedded/schema/index.ts';
import type { FieldSchema } from '../../../src/embedded/schema/schema.ts';

const root = (kind: string) => builtinTypes().find((type) => type.kind === kind)?.root;
const at = (schema: FieldSchema | undefined, ...steps: string[]) =>
  steps.reduce((one, step) => (step === '[]' ? one?.items : one?.field?.(step)), schema);

test('lists say how they are owned and merged', () => {
  const ports = at(root('Pod'), 'spec', 'containers', '[]', 'ports');
  expect(ports).toMatchObject({
    type: 'array',
    listType: 'map',
    listMapKeys: ['containerPort', 'protocol'],
    keyDefaults: { protocol: 'TCP' },
    patchStrategy: ['merge'],
    patchMergeKey: 'containerPort',
  });
  expect(at(root('Pod'), 'spec', 'containers', '[]', 'command')).toMatchObject({ type: 'array', listType: 'atomic' });
  expect(at(root('ConfigMap'), 'metadata', 'finalizers')).toMatchObject({ listType: 'set', patchStrategy: ['merge'] });
});

test('structs say when they are one piece', () => {
  expect(at(root('Deployment'), 'spec', 'selector')?.mapType).toBe('atomic');
  expect(at(root('Pod'), 'spec', 'nodeSelector')?.mapType).toBe('atomic');
  expect(at(root('Deployment'), 'spec', 'strategy')?.patchStrategy).toEqual(['retainKeys']);
  expect(at(root('Pod'), 'spec', 'volumes')?.patchStrategy).toEqual(['merge', 'retainKeys']);
});

test('types that contain themselves end nowhere', () => {
  const schema = at(root('CustomResourceDefinition'), 'spec', 'versions', '[]', 'schema', 'openAPIV3Schema');
  expect(at(schema, 'not', 'not', 'not', 'description')?.type).toBe('scalar');
});

test('every kind of every group has a row, a shape and a version it is kept in', () => {
  const types = builtinTypes();
  for (const type of types) expect(type.root.type, type.kind).toBe('object');
  const kept = types.filter((type) => type.storage).map((type) => `${type.group}/${type.kind}`);
  expect(new Set(kept).size).toBe(kept.length);
  expect(types.find((type) => type.kind === 'Deployment')).toMatchObject({
    resource: 'deployments',
    singular: 'deployment',
    shortNames: ['deploy'],
    categories: ['all'],
    namespaced: true,
  });
});
