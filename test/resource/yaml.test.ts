import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { type JsonValue, parseYaml, printResources, printYaml, type Resource } from '../../src/resource/index.ts';

const read = (text: string) => parseYaml(text)[0];

describe('parseYaml() reads words as Kubernetes does', () => {
  test.each<[string, JsonValue]>([
    ['true', true],
    ['True', true],
    ['yes', 'yes'],
    ['on', 'on'],
    ['null', null],
    ['~', null],
    ['', null],
    ['010', 8],
    ['0o17', 15],
    ['0x1F', 31],
    ['1_000', 1000],
    ['08', 8],
    ['1.50', 1.5],
    ['.5', 0.5],
    ['1e3', 1000],
    ['9007199254740993', 9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['18446744073709551616', 18446744073709552000],
    ['1.2.3', '1.2.3'],
    ['1e400', '1e400'],
    ['2001-1-1', '2001-01-01T00:00:00Z'],
    ['2001-12-14t21:59:43.10-05:00', '2001-12-14T21:59:43.1-05:00'],
    ['2001-02-30', '2001-02-30'],
    ['!!str 1', '1'],
    ['!!int "1"', 1],
    ['!custom x', 'x'],
    ['"1"', '1'],
    ["'it''s'", "it's"],
    ['"\\u00e9\\x41\\n"', 'éA\n'],
    ['{b: , c: 1}', { b: '', c: 1 }],
    ['[a, {b: c}, d: e]', ['a', { b: 'c' }, { d: 'e' }]],
  ])('%s', (text, value) => {
    expect(read(`a: ${text}`)).toEqual({ a: value });
  });
});

test('parseYaml() reads every document and skips empty ones', () => {
  expect(parseYaml('a: 1\n---\n# nothing\n---\nb: 2\n--- # c\nc: 3\n')).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
});

test('parseYaml() expands anchors, aliases and merge keys', () => {
  const text = 'base: &b {x: 1, y: 2}\nuse: *b\nmore:\n  <<: *b\n  y: 3\n';
  expect(read(text)).toEqual({ base: { x: 1, y: 2 }, use: { x: 1, y: 2 }, more: { x: 1, y: 3 } });
});

test('parseYaml() keeps a key that is called __proto__', () => {
  const value = read('__proto__: {polluted: yes}\n') as object;
  expect(Object.keys(value)).toEqual(['__proto__']);
  expect((value as { polluted?: string }).polluted).toBeUndefined();
});

describe('parseYaml() says where the text is wrong', () => {
  test.each([
    ['a: 1\nb: [1, 2\n', 3, "did not find expected ',' or ']'"],
    ['a: "x\n', 1, 'found unexpected end of stream'],
    ['ok: 1\n---\na: b: c\n', 3, 'mapping values are not allowed in this context'],
    ['a:\n\t- b\n', 2, 'found character that cannot start any token'],
    ['a: *nope\n', 1, "unknown anchor 'nope' referenced"],
    ['a: "\\q"\n', 1, 'found unknown escape character'],
    ['a: 1\n  b: 2\n', 2, 'mapping values are not allowed in this context'],
    ['- a\nb\n', 2, "did not find expected '-' indicator"],
  ])('%j', (text, line, message) => {
    const error = (() => {
      try {
        parseYaml(text, { file: 'x.yaml' });
      } catch (reason) {
        return reason as UserError;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(UserError);
    expect(error?.problems[0]).toMatchObject({ file: 'x.yaml', line, message });
  });
});

describe('parseYaml() is not hurt by hostile text', () => {
  const fails = (text: string) => expect(() => parseYaml(text)).toThrow(UserError);

  test('a bomb of aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`,
    );
    fails(`l0: &l0 [x, x]\n${levels.join('\n')}\n`);
  });

  test('an anchor that contains itself', () => fails('a: &a\n  b: *a\n'));
  test('nesting without end', () => fails(`a: ${'['.repeat(100_000)}`));
  test('nesting without end, in blocks', () =>
    fails(Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')));
});

describe('printYaml() writes strings as go-yaml v2 does', () => {
  test.each([
    ['plain', 'plain'],
    ['', '""'],
    ['yes', '"yes"'],
    ['1', '"1"'],
    ['1:30', '"1:30"'],
    ['2001-01-01', '"2001-01-01"'],
    ['~', '"~"'],
    ['- a', "'- a'"],
    ['a: b', "'a: b'"],
    ["it's", "it's"],
    ["'", "''''"],
    [' x', "' x'"],
    ['#x', "'#x'"],
    ['{}', "'{}'"],
    ['tab\there', '"tab\\there"'],
    ['😀', '"\\U0001F600"'],
    ['é', 'é'],
    ['a\nb', '|-\n  a\n  b'],
    ['a\nb\n', '|\n  a\n  b'],
    ['a\n\n', '|+\n  a\n'],
    [' a\nb', '|2-\n   a\n  b'],
    ['a \nb', '"a \\nb"'],
  ])('%j', (text, printed) => {
    expect(printYaml({ k: text })).toBe(`k: ${printed}\n`);
  });

  test('long lines are folded at the first space after column 80', () => {
    const words = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
    expect(printYaml({ k: words })).toBe(
      'k: word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 word12\n' +
        '  word13 word14 word15 word16 word17 word18 word19 word20 word21 word22 word23 word24\n' +
        '  word25 word26 word27 word28 word29\n',
    );
  });
});

test('printYaml() orders keys naturally and does not indent lists', () => {
  const value = { a10: 1, a9: [{ b: 1, a: [[1, 2], []] }], A: {}, '-x': null, '10': 1, '9': 2 };
  expect(printYaml(value)).toBe(
    '-x: null\n"9": 2\n"10": 1\nA: {}\na9:\n- a:\n  - - 1\n    - 2\n  - []\n  b: 1\na10: 1\n',
  );
});

test('printYaml() writes numbers as Go does', () => {
  const numbers = [1, 1.5, 1e20, 1e21, 1.23456789e8, 123456789.5, 1e-7, 0.0001, -0, 12345678901234567890n, 2 ** 63];
  expect(printYaml(numbers)).toBe(
    '- 1\n- 1.5\n- 1e+20\n- 1e+21\n- 123456789\n- 1.234567895e+08\n- 1e-07\n- 0.0001\n- 0\n- 12345678901234567890\n- 9223372036854776000\n',
  );
});

test('printYaml() writes keys that are long or have lines as "? key"', () => {
  expect(printYaml({ [`${'k'.repeat(129)}`]: [1], 'a\nb': { c: 1 } })).toBe(
    `? |-\n  a\n  b\n: c: 1\n? ${'k'.repeat(129)}\n: - 1\n`,
  );
});

test('printResources() joins documents with --- alone', () => {
  const one = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } } as Resource;
  expect(printResources([])).toBe('');
  expect(printResources([one, one])).toBe(`${printYaml(one)}---\n${printYaml(one)}`);
});

/** Anything JSON can hold, with strings that readers of YAML trip over; but no `<<` as a key, which is never quoted. */
const text = fc.oneof(
  fc.string(),
  fc.string({
    unit: fc.constantFrom('a', ' ', '\n', ':', '#', '-', "'", '"', '\\', '\t', '{', '[', ',', '1', '.', 'é'),
  }),
  fc.constantFrom('yes', '1', '010', '~', 'null', '1:30', '2001-01-01', '0x1', '1e3', '<<', '=', '|', '>', '%a', '@a'),
);
const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.integer(),
    fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== '<<'),
      tie('value'),
      { maxKeys: 4 },
    ) as fc.Arbitrary<JsonValue>,
  ),
}));

/** Characters that the detour through JSON folds or refuses in Go. */
const unreadable = /[\x7f-\x9f\ufffe\uffff\ud800-\udfff]/;
const hasUnreadable = (value: JsonValue): boolean =>
  typeof value === 'string'
    ? unreadable.test(value)
    : Array.isArray(value)
      ? value.some(hasUnreadable)
      : typeof value === 'object' && value !== null
        ? Object.entries(value).some(([key, item]) => unreadable.test(key) || hasUnreadable(item as JsonValue))
        : false;

test('what printYaml() writes, parseYaml() reads back', () => {
  fc.assert(
    fc.property(json.value, (value) => {
      fc.pre(!hasUnreadable(value));
      const expected = JSON.parse(JSON.stringify(value)) as JsonValue;
      const printed = printYaml({ value });
      expect(parseYaml(printed)).toEqual([{ value: expected }]);
    }),
    { numRuns: 500 },
  );
});

test('printing twice is printing once', () => {
  fc.assert(
    fc.property(json.value, (value) => {
      fc.pre(!hasUnreadable(value));
      const printed = printYaml({ value });
      expect(printYaml(parseYaml(printed)[0] as JsonValue)).toBe(printed);
    }),
    { numRuns: 300 },
  );
});
