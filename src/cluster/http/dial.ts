import net, { type Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { Access, Identity, Trust } from '../access.ts';
import { connectThrough, socksThrough } from './tunnel.ts';

/** Milliseconds for everything until the server has answered the TLS handshake. */
const patience = 4500;

/** A connection to the server, through the proxy where there is one. Rejects with the error of Node that says why not. */
export async function dial(
  access: Access,
  identity: Identity,
  protocols: readonly string[] = ['h2', 'http/1.1'],
): Promise<Socket | TLSSocket> {
  const opened: Socket[] = [];
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), patience);
  try {
    return await Promise.race([late.promise, establish(access, identity, protocols, opened)]);
  } catch (error) {
    for (const socket of opened) socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function establish(
  access: Access,
  identity: Identity,
  protocols: readonly string[],
  opened: Socket[],
): Promise<Socket> {
  const { server, proxy, trust } = access;
  const target = endpointOf(server);
  let socket = await connectTcp(proxy === undefined ? target : endpointOf(proxy), opened);
  if (proxy?.protocol === 'https:')
    socket = await startTls(socket, proxy.hostname, { insecure: false }, {}, [], opened);
  if (proxy !== undefined) {
    await (proxy.protocol.startsWith('socks') ? socksThrough : connectThrough)(socket, target, proxy);
  }
  if (server.protocol === 'http:') return socket;
  return startTls(socket, target.host, trust, identity, [...protocols], opened);
}

function endpointOf(url: URL): { host: string; port: number } {
  const usual = url.protocol === 'https:' ? 443 : url.protocol.startsWith('socks') ? 1080 : 80;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? usual : Number(url.port) };
}

async function connectTcp(endpoint: { host: string; port: number }, opened: Socket[]): Promise<Socket> {
  const socket = net.connect({
    ...endpoint,
    autoSelectFamily: true,
    keepAlive: true,
    keepAliveInitialDelay: 15_000,
    noDelay: true,
  });
  opened.push(socket);
  return when(socket, 'connect');
}

async function startTls(
  socket: Socket,
  host: string,
  trust: Trust,
  { cert, key }: Pick<Identity, 'cert' | 'key'>,
  protocols: string[],
  opened: Socket[],
): Promise<Socket> {
  const servername = trust.servername ?? (net.isIP(host) === 0 ? host : undefined);
  const secured = tls.connect({
    socket,
    host,
    ca: trust.ca ?? authorities(),
    rejectUnauthorized: !trust.insecure,
    ...(servername === undefined ? {} : { servername }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(protocols.length === 0 ? {} : { ALPNProtocols: protocols }),
  });
  opened.push(secured);
  return when(secured, 'secureConnect');
}

/** Those of the machine as well as Node's own: company authorities are installed on the machine. */
function authorities(): string[] {
  return [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])];
}

async function when<T extends Socket>(socket: T, event: string): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const closed = () => reject(Object.assign(new Error('connection closed'), { code: 'ECONNRESET' }));
  socket.once(event, resolve).once('error', reject).once('close', closed);
  try {
    await promise;
    return socket;
  } finally {
    socket.off(event, resolve).off('error', reject).off('close', closed);
    // Whoever takes the socket over listens as well; until then an error must not end the process.
    socket.on('error', () => undefined);
  }
}
