import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { builtinTypes } from '../../../src/embedded/schema/index.ts';
import type { JsonObject } from '../../../src/resource/index.ts';

const typeOf = (kind: string) =>
  builtinTypes().find((type) => type.kind === kind) as ReturnType<typeof builtinTypes>[0];
const yaml = (text: string) => load(text) as JsonObject;

test('what nobody declared is named by its path and dropped', () => {
  const pod = yaml(`
    metadata: { name: a, lables: {} }
    spec: { nodeselector: {}, containers: [{ name: a, commands: [x] }] }`);
  expect(typeOf('Pod').decode(pod).unknown).toEqual([
    'unknown field "metadata.lables"',
    'unknown field "spec.nodeselector"',
    'unknown field "spec.containers[0].commands"',
  ]);
  expect(pod).toEqual(yaml('{ metadata: { name: a }, spec: { containers: [{ name: a }] } }'));
});

test('zero values go where Go omits them, and stay behind pointers', () => {
  const deployment = yaml(`
    spec:
      replicas: 0
      minReadySeconds: 0
      paused: false
      template: { spec: { hostNetwork: false, nodeName: '', automountServiceAccountToken: false, volumes: [] } }`);
  typeOf('Deployment').decode(deployment);
  expect(deployment).toEqual(
    yaml('spec: { replicas: 0, template: { spec: { automountServiceAccountToken: false } } }'),
  );
});

test('null is unset, and zero inside of maps and lists', () => {
  const config = yaml('{ data: null, binaryData: null, metadata: { annotations: { a: null } }, immutable: null }');
  typeOf('ConfigMap').decode(config);
  expect(config).toEqual(yaml("metadata: { annotations: { a: '' } }"));
});

test('quantities, times and bytes take their printed form', () => {
  const claim = yaml(`
    metadata: { creationTimestamp: '2026-01-02T03:04:05.678+01:00' }
    spec: { resources: { requests: { storage: 1024Mi } } }`);
  typeOf('PersistentVolumeClaim').decode(claim);
  expect(claim).toEqual(
    yaml(`
      metadata: { creationTimestamp: '2026-01-02T02:04:05Z' }
      spec: { resources: { requests: { storage: 1Gi } } }`),
  );
});

test('empty structs behind pointers stay: they mean something', () => {
  const policy = yaml('spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }');
  typeOf('NetworkPolicy').decode(policy);
  expect(policy).toEqual(yaml('spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }'));
});

test('schemas inside of definitions keep their empty lists and free-form parts', () => {
  const definition = yaml(`
    spec:
      versions:
        - schema:
            openAPIV3Schema:
              type: object
              properties: { a: { default: { b: [] }, items: { type: string, unknown: 1 } } }`);
  expect(typeOf('CustomResourceDefinition').decode(definition).unknown).toEqual([
    'unknown field "spec.versions[0].schema.openAPIV3Schema.properties.a.items.unknown"',
  ]);
  expect(definition).toEqual(
    yaml(`
      spec:
        versions:
          - schema:
              openAPIV3Schema:
                type: object
                properties: { a: { default: { b: [] }, items: { type: string } } }`),
  );
});
