import { expect, test } from 'vitest';
import { formatProblem, nearest } from '../src/errors.ts';

test.each([
  ['rendr', 'render'],
  ['REnder', 'render'],
  ['appyl', 'apply'],
  ['dif', 'diff'],
  ['xyz', undefined],
  ['rendering-things', undefined],
])('the nearest to %s is %s', (word, expected) => {
  expect(nearest(word, ['apply', 'diff', 'render'])).toBe(expected);
});

test('a problem is a place that a person can open, then what is wrong and what was meant', () => {
  expect(
    formatProblem({ message: 'unknown key "a"', file: 'x.yaml', line: 3, column: 5, suggestion: 'did you mean "b"?' }),
  ).toBe('x.yaml:3:5: unknown key "a" (did you mean "b"?)');
  expect(formatProblem({ message: 'gone', file: 'x.yaml', column: 5 })).toBe('x.yaml: gone');
  expect(formatProblem({ message: 'wrong' })).toBe('wrong');
});
