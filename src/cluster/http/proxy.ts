import net from 'node:net';

/**
 * The proxy that the environment names for a server, by the rules of Go's `http.ProxyFromEnvironment`, which kubectl
 * follows: the scheme chooses the variable, lower case works too, `NO_PROXY` and loopback addresses go direct.
 */
export function proxyFor(server: URL, env: Record<string, string | undefined>): URL | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = env[name] || env[name.toLowerCase()];
  if (!value || isDirect(server, env['NO_PROXY'] || env['no_proxy'] || '')) return undefined;
  return URL.parse(value.includes('://') ? value : `http://${value}`) ?? undefined;
}

function isDirect(server: URL, exceptions: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || isLoopback(host)) return true;
  return exceptions.split(',').some((entry) => matches(entry.trim().toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  const range = /^(.*)\/(\d+)$/.exec(entry);
  if (range !== null) return inRange(host, range[1] as string, Number(range[2]));
  const [name, onPort] = splitPort(entry);
  if (onPort !== undefined && onPort !== port) return false;
  const bare = name.replace(/^\*?\./, '');
  // `.example.com` means the subdomains alone, `example.com` the domain too.
  return host.endsWith(`.${bare}`) || (host === bare && bare === name);
}

function splitPort(entry: string): [string, string | undefined] {
  if (net.isIPv6(entry)) return [entry, undefined];
  const match = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(entry);
  return [match?.[1] ?? entry, match?.[2]];
}

function inRange(host: string, network: string, prefix: number): boolean {
  const family = net.isIP(host);
  if (family === 0 || net.isIP(network) !== family || prefix > (family === 4 ? 32 : 128)) return false;
  const list = new net.BlockList();
  list.addSubnet(network, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

const isLoopback = (host: string) => inRange(host, '127.0.0.0', 8) || host === '::1';
