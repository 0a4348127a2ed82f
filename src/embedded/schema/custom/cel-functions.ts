import { isIP, isIPv4 } from 'node:net';
import type { Environment } from '@marcbachmann/cel-js';
import { compareQuantities, parseQuantity, type Quantity } from '../quantity.ts';
import { compilePattern } from './pattern.ts';

/** A quantity inside an expression. */
class CelQuantity {
  readonly quantity: Quantity;
  constructor(quantity: Quantity) {
    this.quantity = quantity;
  }
}

/** What the name `sets` stands for. */
class CelSets {}

class CelUrl {
  readonly url: URL;
  constructor(url: URL) {
    this.url = url;
  }
}

class CelIp {
  readonly address: string;
  constructor(address: string) {
    this.address = address;
  }
}

class CelCidr {
  readonly address: string;
  readonly bits: number;
  constructor(address: string, bits: number) {
    this.address = address;
    this.bits = bits;
  }
}

const billion = 1_000_000_000n;

function quantityOf(text: string): CelQuantity {
  const parsed = parseQuantity(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return new CelQuantity(parsed);
}

function cidrOf(text: string): CelCidr | undefined {
  const [address = '', bits = ''] = text.split('/');
  const most = isIPv4(address) ? 32 : 128;
  return isIP(address) !== 0 && /^\d+$/.test(bits) && Number(bits) <= most
    ? new CelCidr(address, Number(bits))
    : undefined;
}

/** An address as one number, to be compared by its leading bits. */
function bitsOf(address: string): bigint {
  if (isIPv4(address)) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [first, last] = [groups(head), tail === undefined ? [] : groups(tail)];
  const middle = tail === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...middle, ...last].reduce((sum, part) => sum * 65536n + BigInt(`0x${part}`), 0n);
}

function contains(cidr: CelCidr, address: string): boolean {
  if (isIP(address) !== isIP(cidr.address)) return false;
  const rest = BigInt((isIPv4(address) ? 32 : 128) - cidr.bits);
  return bitsOf(address) >> rest === bitsOf(cidr.address) >> rest;
}

const parseUrl = (text: string): URL | undefined => {
  if (URL.canParse(text)) return new URL(text);
  return text.startsWith('/') ? new URL(`path://${text}`) : undefined;
};

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

/** The functions that Kubernetes adds to CEL: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-libraries. */
export function registerKubernetesFunctions(environment: Environment): void {
  environment
    .registerType('kubernetes.Quantity', CelQuantity)
    .registerType('kubernetes.URL', CelUrl)
    .registerType('net.IP', CelIp)
    .registerType('net.CIDR', CelCidr)
    .registerType('kubernetes.Sets', CelSets)
    .registerConstant('sets', 'kubernetes.Sets', new CelSets());
  const rows: [string, (...args: never[]) => unknown][] = [
    ...textRows,
    ...listRows,
    ...setRows,
    ...quantityRows,
    ...netRows,
  ];
  for (const [signature, run] of rows) environment.registerFunction(signature, run);
}

const textRows: [string, (...args: never[]) => unknown][] = [
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

const listRows: [string, (...args: never[]) => unknown][] = [
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

const setRows: [string, (...args: never[]) => unknown][] = [
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

const quantityRows: [string, (...args: never[]) => unknown][] = [
  ['quantity(string): kubernetes.Quantity', quantityOf],
  ['isQuantity(string): bool', (text: string) => typeof parseQuantity(text) !== 'string'],
  [
    'kubernetes.Quantity.sign(): int',
    (a: CelQuantity) => (a.quantity.nano > 0n ? 1n : a.quantity.nano < 0n ? -1n : 0n),
  ],
  ['kubernetes.Quantity.isInteger(): bool', (a: CelQuantity) => a.quantity.nano % billion === 0n],
  ['kubernetes.Quantity.asInteger(): int', (a: CelQuantity) => a.quantity.nano / billion],
  ['kubernetes.Quantity.asApproximateFloat(): double', (a: CelQuantity) => Number(a.quantity.nano) / 1e9],
  [
    'kubernetes.Quantity.compareTo(kubernetes.Quantity): int',
    (a: CelQuantity, b: CelQuantity) => BigInt(compareQuantities(a.quantity, b.quantity)),
  ],
  [
    'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
    (a: CelQuantity, b: CelQuantity) => a.quantity.nano < b.quantity.nano,
  ],
  [
    'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
    (a: CelQuantity, b: CelQuantity) => a.quantity.nano > b.quantity.nano,
  ],
  [
    'kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity',
    (a: CelQuantity, b: CelQuantity) => new CelQuantity({ ...a.quantity, nano: a.quantity.nano + b.quantity.nano }),
  ],
  [
    'kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity',
    (a: CelQuantity, b: CelQuantity) => new CelQuantity({ ...a.quantity, nano: a.quantity.nano - b.quantity.nano }),
  ],
];

function urlOf(text: string): CelUrl {
  const url = parseUrl(text);
  if (url === undefined)
    throw new Error(`URL parse error during conversion from string: parse "${text}": invalid URI for request`);
  return new CelUrl(url);
}

const netRows: [string, (...args: never[]) => unknown][] = [
  ['url(string): kubernetes.URL', urlOf],
  ['isURL(string): bool', (text: string) => parseUrl(text) !== undefined],
  [
    'kubernetes.URL.getScheme(): string',
    ({ url }: CelUrl) => (url.protocol === 'path:' ? '' : url.protocol.slice(0, -1)),
  ],
  ['kubernetes.URL.getHost(): string', ({ url }: CelUrl) => url.host],
  ['kubernetes.URL.getHostname(): string', ({ url }: CelUrl) => url.hostname.replace(/^\[|\]$/g, '')],
  ['kubernetes.URL.getPort(): string', ({ url }: CelUrl) => url.port],
  ['kubernetes.URL.getEscapedPath(): string', ({ url }: CelUrl) => url.pathname],
  [
    'kubernetes.URL.getQuery(): map<string, list<string>>',
    ({ url }: CelUrl) =>
      Object.fromEntries([...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key)])),
  ],
  [
    'ip(string): net.IP',
    (text: string) => {
      if (isIP(text) === 0) throw new Error(`IP Address "${text}" parse error during conversion from string`);
      return new CelIp(text);
    },
  ],
  ['isIP(string): bool', (text: string) => isIP(text) !== 0],
  ['net.IP.family(): int', ({ address }: CelIp) => BigInt(isIP(address))],
  ['net.IP.isLoopback(): bool', ({ address }: CelIp) => address.startsWith('127.') || address === '::1'],
  [
    'cidr(string): net.CIDR',
    (text: string) => {
      const made = cidrOf(text);
      if (made === undefined) throw new Error(`network address parse error during conversion from string: ${text}`);
      return made;
    },
  ],
  ['isCIDR(string): bool', (text: string) => cidrOf(text) !== undefined],
  ['net.CIDR.containsIP(string): bool', (cidr: CelCidr, address: string) => contains(cidr, address)],
  ['net.CIDR.containsIP(net.IP): bool', (cidr: CelCidr, ip: CelIp) => contains(cidr, ip.address)],
  ['net.CIDR.prefixLength(): int', (cidr: CelCidr) => BigInt(cidr.bits)],
  ['net.CIDR.ip(): net.IP', (cidr: CelCidr) => new CelIp(cidr.address)],
];
