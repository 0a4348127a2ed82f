import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines } from '../../../src/ui/changes/line-diff.ts';

const show = (from: string, to: string) => diffLines(from, to).map(({ sign, text }) => `${sign}${text}`);

test('equal texts have no difference', () => {
  expect(show('a\nb\nc', 'a\nb\nc')).toEqual(['@…']);
});

test('a line put in between is one new line', () => {
  expect(show('a\nb\nc\nd\ne', 'a\nb\nX\nc\nd\ne')).toEqual([' a', ' b', '+X', ' c', ' d', '@…']);
});

test('two changes far apart leave out what stands between them', () => {
  const lines = [...'abcdefghij'];
  const to = lines.with(1, 'B').with(8, 'I');
  expect(show(lines.join('\n'), to.join('\n'))).toEqual([
    ' a', '-b', '+B', ' c', ' d', '@…', ' g', ' h', '-i', '+I', ' j',
  ]); // biome-ignore format: a row a hunk
});

test('what is gone and what stayed make the old text, what is new and what stayed the new one', () => {
  const texts = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 })
    .map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(texts, texts, (from, to) => {
      const lines = diffLines(from, to);
      // With few lines everything stands near a change, unless nothing changed at the ends.
      fc.pre(lines.every(({ sign }) => sign !== '@'));
      const side = (skip: string) =>
        lines
          .filter(({ sign }) => sign !== skip)
          .map(({ text }) => text)
          .join('\n');
      expect([side('+'), side('-')]).toEqual([from, to]);
    }),
  );
});
