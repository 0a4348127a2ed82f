import { expect, test } from 'vitest';
import { fieldChanges } from '../../src/apply/diff.ts';
import { makeMask, maskFields, scrub } from '../../src/apply/mask.ts';
import type { Resource } from '../../src/resource/index.ts';
import { objects } from './stack.ts';

const one = (yaml: string) => objects(yaml)[0] as Resource;

const changes = (from: string, to: string) =>
  fieldChanges(one(from), one(to)).map(
    ({ path, ...values }) => `${path}: ${JSON.stringify(values.from)} → ${JSON.stringify(values.to)}`,
  );

test('fieldChanges() names list items by their key, in any order', () => {
  const from = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: x }
spec:
  template:
    spec:
      containers:
      - { name: a, image: "a:1", env: [{ name: ONE, value: "1" }, { name: TWO, value: "2" }] }
      - { name: b, image: "b:1", ports: [{ containerPort: 80, protocol: TCP }, { containerPort: 80, protocol: UDP }] }
`;
  const to = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: x }
spec:
  template:
    spec:
      containers:
      - { name: b, image: "b:1", ports: [{ containerPort: 80, protocol: TCP, name: http }, { containerPort: 80, protocol: UDP }] }
      - { name: a, image: "a:2", env: [{ name: TWO, value: "2" }, { name: THREE, value: "3" }] }
`;
  expect(changes(from, to)).toEqual([
    'spec.template.spec.containers[name=a].env[name=ONE]: {"name":"ONE","value":"1"} → undefined',
    'spec.template.spec.containers[name=a].env[name=THREE]: undefined → {"name":"THREE","value":"3"}',
    'spec.template.spec.containers[name=a].image: "a:1" → "a:2"',
    'spec.template.spec.containers[name=b].ports[containerPort=80,protocol=TCP].name: undefined → "http"',
  ]);
});

test('fieldChanges() leaves out what the server writes, and empty maps', () => {
  const from = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: x
  uid: "1"
  resourceVersion: "5"
  generation: 1
  managedFields: [{ manager: a }]
  annotations: { kubectl.kubernetes.io/last-applied-configuration: "{}", "example.com/a b": "1" }
status: { seen: true }
`;
  const to = `
apiVersion: v1
kind: ConfigMap
metadata: { name: x, resourceVersion: "6", annotations: { "example.com/a b": "2" }, labels: {} }
`;
  expect(changes(from, to)).toEqual(['metadata.annotations["example.com/a b"]: "1" → "2"']);
});

test('fieldChanges() shows a list without keys whole, and an order where it is all that changed', () => {
  const page = (args: string, containers: string) =>
    `{ apiVersion: v1, kind: Pod, metadata: { name: x }, spec: { args: [${args}], containers: [${containers}] } }`;
  expect(changes(page('a, b', '{ name: a }, { name: b }'), page('a, c', '{ name: b }, { name: a }'))).toEqual([
    'spec.args: ["a","b"] → ["a","c"]',
    'spec.containers: [{"name":"a"},{"name":"b"}] → [{"name":"b"},{"name":"a"}]',
  ]);
});

test('Secret values are masked by a keyed digest, everything else of a Secret is shown', () => {
  const from = one(
    '{ apiVersion: v1, kind: Secret, metadata: { name: x, labels: { a: "1" } }, type: Opaque, data: { k: b2xk } }',
  );
  const to = one(
    '{ apiVersion: v1, kind: Secret, metadata: { name: x, labels: { a: "2" } }, type: Opaque, data: { k: bmV3, l: bmV3 } }',
  );
  const fields = maskFields(to, fieldChanges(from, to), makeMask(Buffer.from('key')));
  // printf b2xk | openssl dgst -sha256 -hmac key
  expect(fields).toEqual([
    { path: 'data.k', from: '(masked) 96d506', to: '(masked) 431c46' },
    { path: 'data.l', to: '(masked) 431c46' },
    { path: 'metadata.labels.a', from: '1', to: '2' },
  ]);
  expect(maskFields(to, fieldChanges(from, to), makeMask(Buffer.from('other')))[0]?.to).not.toBe('(masked) 431c46');
});

test('scrub() takes the values of a Secret out of what a server says about it', () => {
  const secret = one('{ apiVersion: v1, kind: Secret, metadata: { name: x }, data: { k: aHVudGVyMg== } }');
  expect(scrub('"hunter2" (aHVudGVyMg==) is too weak', secret)).toBe('"(masked)" ((masked)) is too weak');
});
