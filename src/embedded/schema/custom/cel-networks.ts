import { isIP, isIPv4 } from 'node:net';

export class CelUrl {
  readonly url: URL;
  constructor(url: URL) {
    this.url = url;
  }
}

export class CelIp {
  readonly address: string;
  constructor(address: string) {
    this.address = address;
  }
}

export class CelCidr {
  readonly address: string;
  readonly bits: number;
  constructor(address: string, bits: number) {
    this.address = address;
    this.bits = bits;
  }
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

function urlOf(text: string): CelUrl {
  const url = parseUrl(text);
  if (url === undefined)
    throw new Error(`URL parse error during conversion from string: parse "${text}": invalid URI for request`);
  return new CelUrl(url);
}

export const netRows: [string, (...args: never[]) => unknown][] = [
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
