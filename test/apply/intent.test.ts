import { expect, test } from 'vitest';
import { makeIntents } from '../../src/apply/intent.ts';
import { type Kind, targetKey } from '../../src/apply/kinds.ts';
import { groupOf, versionOf } from '../../src/resource/index.ts';
import { objects } from './stack.ts';

function intents(yaml: string) {
  const desired = objects(yaml);
  const kinds = new Map<string, Kind>(
    desired.map((object) => [
      targetKey(object),
      {
        group: groupOf(object.apiVersion),
        version: versionOf(object.apiVersion),
        resource: '',
        namespaced: object.kind !== 'Namespace',
        state: 'served',
      },
    ]),
  );
  const made = makeIntents(desired, kinds, 'set', 'home');
  return {
    ...made,
    intents: made.intents.map(({ metadata: { labels: _labels, ...metadata }, ...rest }) => ({ ...rest, metadata })),
  };
}

test('an intent is in its namespace, a member of its set, and without what belongs to the server', () => {
  const exported = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: x, uid: "1", resourceVersion: "2", creationTimestamp: null, generation: 3, managedFields: [] }
spec: { replicas: null, template: { metadata: { creationTimestamp: null } } }
status: {}
`;
  expect(intents(exported).intents).toEqual([
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'x', namespace: 'home' },
      spec: { template: { metadata: {} } },
    },
  ]);
  expect(
    intents('{ apiVersion: v1, kind: Namespace, metadata: { name: x, namespace: wrong } }').intents[0]?.metadata,
  ).toEqual({ name: 'x' });
});

test('empty and null values in data survive, stringData becomes data', () => {
  expect(
    intents('{ apiVersion: v1, kind: ConfigMap, metadata: { name: x }, data: { a: "", b: null } }').intents[0],
  ).toMatchObject({ data: { a: '', b: null } });
  const secret =
    '{ apiVersion: v1, kind: Secret, metadata: { name: x }, data: { a: YQ== }, stringData: { b: b, a: c } }';
  const [intent] = intents(secret).intents;
  expect(intent).toMatchObject({ data: { a: 'Yw==', b: 'Yg==' } });
  expect(intent).not.toHaveProperty('stringData');
});

test('a null in a custom resource is part of it', () => {
  expect(
    intents('{ apiVersion: example.com/v1, kind: X, metadata: { name: x }, spec: { a: null }, status: { b: 1 } }')
      .intents[0],
  ).toMatchObject({ spec: { a: null }, status: { b: 1 } });
});

test('the namespace of the inventories belongs to no stack', () => {
  expect(intents('{ apiVersion: v1, kind: Namespace, metadata: { name: slipway-system } }').problems).toEqual([
    { message: 'Namespace slipway-system: Slipway keeps this namespace for itself' },
  ]);
});
