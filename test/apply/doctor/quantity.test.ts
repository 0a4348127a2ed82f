import { expect, test } from 'vitest';
import { bytes, cores, quantity } from '../../../src/apply/doctor/quantity.ts';

test.each([
  ['100m', 0.1],
  ['2', 2],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['500k', 500_000],
  ['1e3', 1000],
  ['12E', 12e18],
  [4, 4],
  ['nonsense', 0],
  [undefined, 0],
])('quantity() of %s is %d', (text, value) => {
  expect(quantity(text)).toBe(value);
});

test('amounts are said as people say them', () => {
  expect([cores(0.25), bytes(1.5 * 2 ** 30), bytes(200 * 2 ** 20)]).toEqual(['0.25 CPU', '1.5 GiB', '200 MiB']);
});
