import { compilePattern } from './pattern.ts';

/** What the name `sets` stands for. */
export class CelSets {}

type Comparable = string | number | bigint | boolean | Date;

const order = (a: Comparable, b: Comparable) => (a < b ? -1 : a > b ? 1 : 0);

const ordered = (list: Comparable[]) =>
  list.every((item, index) => index === 0 || (list[index - 1] as Comparable) <= item);

const regexp = (pattern: string, flags = '') => {
  const made = compilePattern(pattern);
  if (typeof made === 'string') throw new Error(made);
  return new RegExp(made.source, `${made.flags}${flags}`);
};

/** `%s`, `%d`, `%f`, `%e`, `%b`, `%x`, `%o` of the strings extension. */
function format(template: string, values: unknown[]): string {
  let next = 0;
  return template.replace(/%(?:\.(\d+))?([sdfebxXo%])/g, (_whole, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    const value = values[next++];
    if (verb === 'f' || verb === 'e') {
      const digits = precision === undefined ? 6 : Number(precision);
      return verb === 'f' ? Number(value).toFixed(digits) : Number(value).toExponential(digits);
    }
    const radix = { b: 2, o: 8, x: 16, X: 16 }[verb];
    if (radix === undefined) return show(value);
    const text = typeof value === 'bigint' ? value.toString(radix) : Buffer.from(String(value)).toString('hex');
    return verb === 'X' ? text.toUpperCase() : text;
  });
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (value instanceof Date) return value.toISOString();
  return String(value);
}

export const textRows: [string, (...args: never[]) => unknown][] = [
  ['string.charAt(int): string', (text: string, index: bigint) => text.charAt(Number(index))],
  ['string.replace(string, string): string', (text: string, from: string, to: string) => text.replaceAll(from, to)],
  [
    'string.replace(string, string, int): string',
    (text: string, from: string, to: string, limit: bigint) => {
      const parts = text.split(from);
      const times = limit < 0n ? parts.length : Number(limit);
      return parts.reduce((sum, part, index) => `${sum}${index <= times ? to : from}${part}`);
    },
  ],
  ['string.reverse(): string', (text: string) => [...text].reverse().join('')],
  ['string.find(string): string', (text: string, pattern: string) => regexp(pattern).exec(text)?.[0] ?? ''],
  [
    'string.findAll(string): list<string>',
    (text: string, pattern: string) => [...text.matchAll(regexp(pattern, 'g'))].map((match) => match[0]),
  ],
  [
    'string.findAll(string, int): list<string>',
    (text: string, pattern: string, limit: bigint) =>
      [...text.matchAll(regexp(pattern, 'g'))]
        .map((match) => match[0])
        .slice(0, limit < 0n ? undefined : Number(limit)),
  ],
  ['string.format(list<dyn>): string', (template: string, values: unknown[]) => format(template, values)],
];

export const listRows: [string, (...args: never[]) => unknown][] = [
  ['list<dyn>.isSorted(): bool', (list: Comparable[]) => ordered(list)],
  [
    'list<dyn>.sum(): dyn',
    (list: (bigint | number)[]) =>
      list.some((item) => typeof item === 'number')
        ? list.reduce((sum: number, item) => sum + Number(item), 0)
        : list.reduce((sum: bigint, item) => sum + BigInt(item), 0n),
  ],
  ['list<dyn>.min(): dyn', (list: Comparable[]) => list.toSorted(order)[0]],
  ['list<dyn>.max(): dyn', (list: Comparable[]) => list.toSorted(order).at(-1)],
  ['list<dyn>.indexOf(dyn): int', (list: unknown[], item: unknown) => BigInt(list.indexOf(item))],
  ['list<dyn>.lastIndexOf(dyn): int', (list: unknown[], item: unknown) => BigInt(list.lastIndexOf(item))],
];

const has = (list: unknown[], item: unknown) =>
  list.some((one) => one === item || JSON.stringify(plain(one)) === JSON.stringify(plain(item)));

const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

const within = (list: unknown[], items: unknown[]) => items.every((item) => has(list, item));

export const setRows: [string, (...args: never[]) => unknown][] = [
  [
    'kubernetes.Sets.contains(list<dyn>, list<dyn>): bool',
    (_: CelSets, list: unknown[], items: unknown[]) => within(list, items),
  ],
  [
    'kubernetes.Sets.equivalent(list<dyn>, list<dyn>): bool',
    (_: CelSets, a: unknown[], b: unknown[]) => within(a, b) && within(b, a),
  ],
  [
    'kubernetes.Sets.intersects(list<dyn>, list<dyn>): bool',
    (_: CelSets, a: unknown[], b: unknown[]) => a.some((item) => has(b, item)),
  ],
];
