import { expect, test } from 'vitest';
import { intentDigest, ownedDigest } from '../../src/apply/owned.ts';
import type { Resource } from '../../src/resource/index.ts';
import { objects } from './stack.ts';

/** As the API server 1.36 gives it back after `apply` by slipway and an `Update` of the status. */
const page = (image: string, other: string, args = 'f:args: {}') => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: x
  resourceVersion: "${Math.floor(Math.random() * 1000)}"
  labels: { ours: "1", theirs: "${other}" }
  managedFields:
  - manager: kube-controller-manager
    operation: Update
    subresource: status
    fieldsV1: { f:status: { f:replicas: {} } }
  - manager: slipway
    operation: Apply
    fieldsV1:
      f:metadata: { f:labels: { f:ours: {} } }
      f:spec:
        f:template:
          f:spec:
            f:containers:
              k:{"name":"a"}: { .: {}, f:name: {}, f:image: {}, ${args} }
spec:
  replicas: ${other}
  template: { spec: { containers: [{ name: b, image: "z:${other}" }, { name: a, image: "${image}", args: [x] }] } }
status: { replicas: ${other} }
`;
const digest = (yaml: string) => ownedDigest(objects(yaml)[0] as Resource);

test('ownedDigest() does not move with what others own', () => {
  expect(digest(page('a:1', '1'))).toBe(digest(page('a:1', '2')));
});

test('ownedDigest() moves with a value that we own, and when a field is taken from us', () => {
  const before = digest(page('a:1', '1'));
  expect(digest(page('a:2', '1'))).not.toBe(before);
  expect(digest(page('a:1', '1', 'f:tty: {}'))).not.toBe(before);
});

test('ownedDigest() is undefined where we own nothing', () => {
  expect(digest('{ apiVersion: v1, kind: ConfigMap, metadata: { name: x } }')).toBeUndefined();
});

test('intentDigest() does not depend on the order of keys', () => {
  const [a, b] = objects(
    '{ kind: ConfigMap, apiVersion: v1, metadata: { name: x } }\n---\n{ apiVersion: v1, metadata: { name: x }, kind: ConfigMap }',
  );
  expect(intentDigest(a as Resource)).toBe(intentDigest(b as Resource));
});
