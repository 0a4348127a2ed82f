import { expect, test } from 'vitest';
import { compileRule, toCel } from '../../../../src/embedded/schema/custom/cel.ts';
import { Structural } from '../../../../src/embedded/schema/custom/structural.ts';
import type { JsonObject, JsonValue } from '../../../../src/resource/index.ts';

function evaluate(rule: string, self: JsonValue, schema: JsonObject = {}): unknown {
  const program = compileRule(rule);
  if (typeof program === 'string') return program;
  const outcome = program(toCel(self, new Structural(schema)), undefined, false);
  return outcome.error ?? outcome.value;
}

/** Functions that Kubernetes adds to CEL, with the results of its own documentation. */
test.each([
  ["self.charAt(1) == 'b'", 'abc'],
  ["self.replace('b', 'x') == 'axc'", 'abc'],
  ["self.find('[0-9]+') == '123'", 'abc 123 def'],
  ["self.findAll('[0-9]+') == ['1', '22']", '1 a 22'],
  ["self.split('/')[1] == 'b'", 'a/b'],
  ['[1, 2, 3].isSorted() && ![2, 1].isSorted()', null],
  ['self.sum() == 6 && self.max() == 3 && self.min() == 1', [1, 2, 3]],
  ['self.indexOf(2) == 1', [1, 2, 3]],
  ["quantity(self).isGreaterThan(quantity('1Gi'))", '2Gi'],
  ["quantity(self).add(quantity('1')).compareTo(quantity('2')) == 0", '1000m'],
  ["isQuantity(self) && !isQuantity('lots')", '1Gi'],
  ["url(self).getScheme() == 'https' && url(self).getHostname() == 'example.com'", 'https://example.com:80/a'],
  ["isURL(self) && !isURL('../a')", 'https://example.com'],
  ["isIP(self) && ip(self).family() == 4 && cidr('10.0.0.0/8').containsIP(self)", '10.1.2.3'],
  ["sets.contains(self, ['a']) && sets.equivalent(self, ['b', 'a', 'a']) && !sets.intersects(self, ['c'])", ['a', 'b']],
  ["'%s is %d'.format(['a', 3]) == 'a is 3'", null],
  ["self.all(k, k.startsWith('a'))", { ab: 1 }],
  ["self.?a.?b.orValue('c') == 'c'", {}],
  ["duration(self) >= duration('1ms')", '5s'],
])('%s', (rule, self) => {
  expect(evaluate(rule, self as JsonValue)).toBe(true);
});

test('times and bytes are what their format says', () => {
  const schema = {
    type: 'object',
    properties: { when: { type: 'string', format: 'date-time' }, data: { type: 'string', format: 'byte' } },
  };
  const self = { when: '2026-01-02T03:04:05Z', data: 'YWJj' };
  expect(evaluate("self.when < timestamp('2027-01-01T00:00:00Z') && size(self.data) == 3", self, schema)).toBe(true);
});

test('fields with names that CEL keeps for itself are escaped', () => {
  const schema = { type: 'object', properties: { namespace: { type: 'string' }, 'a-b': { type: 'integer' } } };
  expect(evaluate("self.__namespace__ == 'x' && self.a__dash__b == 1", { namespace: 'x', 'a-b': 1 }, schema)).toBe(
    true,
  );
});

test('a rule that is no expression is explained', () => {
  expect(compileRule('self.a >')).toEqual(expect.any(String));
});
