import { expect, test } from 'vitest';
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from '../../../src/embedded/schema/quantity.ts';

const read = (text: string) => parseQuantity(text) as Quantity;

/** Left as written, right as Kubernetes 1.36 prints it. */
test.each([
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1.5', '1500m'],
  ['1500', '1500'],
  ['2000', '2k'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['1000Ki', '1000Ki'],
  ['512', '512'],
  ['0.5Ki', '512'],
  ['0.5Mi', '512Ki'],
  ['1e3', '1e3'],
  ['12E', '12E'],
  ['5e20', '500e18'],
  ['100000000000000000000', '100E'],
  ['100n', '100n'],
  ['0.0000000001', '1n'],
  ['-1', '-1'],
  ['+3', '3'],
  ['0Gi', '0'],
  ['.5', '500m'],
  ['3.1415926535', '3141592654n'],
])('%s is printed as %s', (written, printed) => {
  expect(formatQuantity(read(written))).toBe(printed);
});

test.each(['', 'lots', '1Gb', '1 Gi', '--1', '1.2.3', 'Ki1'])('"%s" is no quantity', (text) => {
  expect(parseQuantity(text)).toEqual(expect.any(String));
});

test('quantities are compared by value, whatever their suffix', () => {
  expect(compareQuantities(read('1Gi'), read('1G'))).toBe(1);
  expect(compareQuantities(read('1000m'), read('1'))).toBe(0);
  expect(compareQuantities(read('-1'), read('1n'))).toBe(-1);
});
