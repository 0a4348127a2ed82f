import { expect, test } from 'vitest';
import type { FieldChange } from '../../../src/apply/index.ts';
import { formatFields } from '../../../src/ui/changes/fields.ts';
import { memoryScreen } from '../screen.ts';

const shown = (field: FieldChange, columns?: number) =>
  formatFields([field], memoryScreen(columns === undefined ? undefined : { columns }).data, '').join('\n');

test('values that could be taken for another type are quoted', () => {
  expect(shown({ path: 'data.port', from: '8080', to: 8080 })).toBe('~ data.port: "8080" → 8080');
  expect(shown({ path: 'data.on', from: 'true', to: '' })).toBe('~ data.on: "true" → ""');
  expect(shown({ path: 'spec.image', from: 'a:1', to: 'a b' })).toBe('~ spec.image: a:1 → a b');
  expect(shown({ path: 'x', from: null, to: 9007199254740993n })).toBe('~ x: null → 9007199254740993');
});

test('masked values stay as the engine made them', () => {
  expect(shown({ path: 'data.password', from: '(masked) a1b2c3', to: '(masked) d4e5f6' })).toBe(
    '~ data.password: (masked) a1b2c3 → (masked) d4e5f6',
  );
});

test('an object that is new is shown leaf by leaf, items by their name', () => {
  const to = [
    { name: 'cache', emptyDir: {} },
    { name: 'conf', configMap: { name: 'c', items: ['a', 'b'] } },
  ];
  expect(shown({ path: 'spec.volumes', to })).toBe(`\
+ spec.volumes[name=cache].name: cache
+ spec.volumes[name=cache].emptyDir: {}
+ spec.volumes[name=conf].name: conf
+ spec.volumes[name=conf].configMap.name: c
+ spec.volumes[name=conf].configMap.items: ["a","b"]`);
});

test('keys that are no plain words stand in brackets', () => {
  expect(shown({ path: 'metadata.annotations', from: { 'a.b/c': 'd' } })).toBe('- metadata.annotations["a.b/c"]: d');
});

test('a pair of long values stands one above the other and is never cut', () => {
  const [from, to] = [
    `registry.example.com/team/image:${'a'.repeat(40)}`,
    `registry.example.com/team/image:${'b'.repeat(40)}`,
  ];
  expect(shown({ path: 'spec.image', from, to }, 80)).toBe(`~ spec.image:\n    - ${from}\n    + ${to}`);
});

test('texts of several lines are compared line by line, with two lines around', () => {
  const from = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';
  const to = 'one\ntwo\nthree\nFOUR\nfive\nsix\nseven\n';
  expect(shown({ path: 'data["app.yaml"]', from, to })).toBe(`\
~ data["app.yaml"]:
      …
      two
      three
    - four
    + FOUR
      five
      six
      …`);
});

test('text that would drive the terminal or carries credentials is made harmless', () => {
  expect(shown({ path: 'data.a', from: 'x\u001b[2Jy', to: 'https://me:pw@host/x' })).toBe(
    '~ data.a: xy → https://***@host/x',
  );
});
