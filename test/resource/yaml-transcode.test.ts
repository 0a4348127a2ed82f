import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type JsonObject,
  type JsonValue,
  parseNode,
  printYaml,
  toPrintable,
  toValue,
  type YamlNode,
} from '../../src/resource/index.ts';

/*
 * The versions of a custom resource definition are printed from their text where that is possible. It must make no
 * difference: each test prints a definition from its text and from its value.
 */
const head = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a.b\nspec:\n';

function bothWays(text: string): [string, string] {
  const document = { text, line: 1 };
  const fromText = printYaml(toPrintable(parseNode(document) as YamlNode));
  const fromValue = printYaml(toValue(parseNode(document) as YamlNode));
  return [fromText, fromValue];
}

test.each([
  [
    'as printed',
    '  versions:\n  - name: v1\n    schema:\n      description: |-\n        one\n        two\n    served: true\n',
  ],
  ['wide lists', '  versions:\n    - name: v1\n      list:\n        - a\n        - b: 1\n          c: []\n'],
  ['unsorted keys', '  versions:\n  - served: true\n    name: v1\n    a10: 1\n    a9: 2\n'],
  [
    'comments and blank lines',
    '  versions:\n  # first\n  - name: v1 # c\n\n    # x\n    served: true\n\n  scope: Namespaced\n',
  ],
  ['long lines', `  versions:\n  - description: ${'word '.repeat(40)}end\n    name: '${"it''s ".repeat(30)}end'\n`],
  ['folded wrongly', `  versions:\n  - description: ${'word '.repeat(4)}\n      ${'word '.repeat(20)}\n      end\n`],
  [
    'block scalars',
    '  versions:\n  - a: |\n      x\n    b: >-\n      f\n      g\n    c: |+\n      k\n\n    d: |2-\n       y\n      z\n',
  ],
  ['empty values', '  versions:\n  - a:\n    b: ~\n    c: {}\n    d: []\n    e: ""\n'],
  [
    'numbers and words',
    '  versions:\n  - a: 010\n    b: 1.0\n    c: yes\n    d: 0x1F\n    e: 1e3\n    f: "1"\n    g: 2001-01-01\n',
  ],
  ['flow collections', '  versions:\n  - a: {b: 1, c: }\n    d: [1, "2"]\n'],
  ['anchors', '  versions:\n  - a: &x {b: 1}\n    c: *x\n'],
  ['lists in lists', '  versions:\n  - - a\n    - b\n  - - - c\n'],
  ['what follows', '  versions:\n  - name: v1\nstatus:\n  x: 1\n'],
])('%s', (_, body) => {
  const [fromText, fromValue] = bothWays(head + body);
  expect(fromText).toBe(fromValue);
});

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', ':', '#', '-', "'", '"', '1', '.', 'é'), maxLength: 60 }),
  fc.constantFrom('yes', '1', '010', '~', 'object', 'string', '|', '- a', 'a: b', ' a', 'a ', 'x'.repeat(100)),
  fc
    .array(fc.constantFrom('word', 'it', 'a:', '#1', "o'"), { minLength: 20, maxLength: 40 })
    .map((words) => words.join(' ')),
);
const key = fc.constantFrom(
  'type',
  'description',
  'a1',
  'a10',
  'items',
  'x-kubernetes-list-type',
  '$ref',
  'on',
  'y z',
  '1',
);
const value = fc.letrec<{ any: JsonValue }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'medium' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(key, tie('any'), { maxKeys: 4 }) as fc.Arbitrary<JsonValue>,
  ),
})).any;

/** Moves the items of lists two columns to the right, as many tools write them. */
function widen(printed: string): string {
  return printed.replace(/^( *)((?:- )+)/gm, (_, margin: string, dashes: string) => `${margin}  ${dashes}`);
}

test('text and value agree for anything that printYaml() writes', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), (versions) => {
      const spec: JsonObject = { versions };
      const printed = printYaml({ spec }).replace('spec:\n', '');
      const [fromText, fromValue] = bothWays(head + printed);
      expect(fromText).toBe(fromValue);
    }),
    { numRuns: 400 },
  );
});

test('text and value agree for lists that stand further to the right', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(key, fc.oneof(fc.integer(), fc.boolean())), { minLength: 1 }), (versions) => {
      const printed = widen(printYaml({ spec: { versions } })).replace('spec:\n', '');
      const [fromText, fromValue] = bothWays(head + printed.replace(/^ {4}(?! *-)/gm, '      '));
      expect(fromText).toBe(fromValue);
    }),
    { numRuns: 200 },
  );
});
