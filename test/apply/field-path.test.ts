import { expect, test } from 'vitest';
import { expand, parsePath, valueAt, withValueAt } from '../../src/apply/field-path.ts';
import { objects } from './stack.ts';

const [object] = objects(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: x, labels: { "a.b/c": "1" } }
spec:
  replicas: 2
  containers: [{ name: a, image: "a:1", ports: [{ containerPort: 80, protocol: TCP }] }, { name: b, image: "b:1" }]
`);
if (object === undefined) throw new Error('no object');

test.each([
  ['spec.replicas', 2],
  ['.spec.containers[name="b"].image', 'b:1'],
  ['spec.containers[name=a].ports[containerPort=80,protocol="TCP"].protocol', 'TCP'],
  ['spec.containers[1].name', 'b'],
  ['metadata.labels["a.b/c"]', '1'],
  ['spec.nothing.below', undefined],
  ['spec.containers[name="z"].image', undefined],
])('valueAt() of %s', (path, value) => {
  expect(valueAt(object, parsePath(path))).toBe(value);
});

test('withValueAt() copies along the path and leaves the rest alone', () => {
  const changed = withValueAt(object, parsePath('spec.containers[name=b].image'), 'b:2');
  expect(valueAt(changed, parsePath('spec.containers[name=b].image'))).toBe('b:2');
  expect(valueAt(object, parsePath('spec.containers[name=b].image'))).toBe('b:1');
  expect(changed.metadata).toBe(object.metadata);
  expect(withValueAt(object, parsePath('spec.replicas'), undefined)['spec']).not.toHaveProperty('replicas');
  expect(withValueAt(object, parsePath('spec.no.where'), 1)).toEqual(object);
});

test('expand() names the items that [*] stands for', () => {
  expect(expand(object, parsePath('spec.containers[*].image')).map((steps) => valueAt(object, steps))).toEqual([
    'a:1',
    'b:1',
  ]);
});
