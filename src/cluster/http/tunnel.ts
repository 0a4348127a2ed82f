import type { Socket } from 'node:net';

/** What a tunnel is opened to. */
export interface Endpoint {
  host: string;
  port: number;
}

/** Opens a tunnel through an HTTP proxy (RFC 9110 §9.3.6, CONNECT) on a connection to it. */
export async function connectThrough(socket: Socket, target: Endpoint, proxy: URL): Promise<void> {
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (proxy.username !== '') {
    const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    lines.push(`Proxy-Authorization: Basic ${Buffer.from(user).toString('base64')}`);
  }
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const head = await readUntil(socket, (read) => {
    const end = read.indexOf('\r\n\r\n');
    return end < 0 ? undefined : end + 4;
  });
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1'))?.[1];
  if (status !== '200') throw refused(`it answered CONNECT with HTTP status ${status ?? 'that is none'}`);
}

/** Opens a tunnel through a SOCKS5 proxy (RFC 1928, with the login of RFC 1929). The proxy resolves the name. */
export async function socksThrough(socket: Socket, target: Endpoint, proxy: URL): Promise<void> {
  const exactly = (length: number) => readUntil(socket, (read) => (read.length >= length ? length : undefined));
  const hasLogin = proxy.username !== '';
  socket.write(Buffer.from(hasLogin ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await exactly(2);
  if (version !== 5) throw refused('it does not speak SOCKS5');
  if (method === 2 && hasLogin) {
    const [user, password] = [proxy.username, proxy.password].map((part) => Buffer.from(decodeURIComponent(part)));
    socket.write(Buffer.concat([Buffer.from([1]), ...[user, password].flatMap((part) => (part ? sized(part) : []))]));
    if ((await exactly(2))[1] !== 0) throw refused('it refuses the login');
  } else if (method !== 0) {
    throw refused('it asks for a login');
  }
  const port = Buffer.from([target.port >> 8, target.port & 255]);
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3]), ...sized(Buffer.from(target.host)), port]));
  const reply = await exactly(4);
  if (reply[1] !== 0) throw refused(`it cannot reach ${target.host} (SOCKS reply ${reply[1]})`);
  // The address it uses itself: IPv4, IPv6 or a name, then a port. Nothing here needs it.
  const length = reply[3] === 1 ? 4 : reply[3] === 4 ? 16 : ((await exactly(1))[0] ?? 0);
  await exactly(length + 2);
}

const sized = (part: Buffer) => [Buffer.from([part.length]), part];

function refused(why: string): Error {
  return Object.assign(new Error(why), { code: 'PROXY_REFUSED' });
}

/** Reads as much as `end` asks for and leaves the rest in the socket. */
async function readUntil(socket: Socket, end: (read: Buffer) => number | undefined): Promise<Buffer> {
  let read = Buffer.alloc(0);
  for (;;) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) {
      await readable(socket);
      continue;
    }
    read = Buffer.concat([read, chunk]);
    const length = end(read);
    if (length !== undefined) {
      if (length < read.length) socket.unshift(read.subarray(length));
      return read.subarray(0, length);
    }
    if (read.length > 64 * 1024) throw refused('its answer has no end');
  }
}

async function readable(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const closed = () => reject(refused('it closed the connection'));
  socket.once('readable', resolve).once('error', reject).once('end', closed).once('close', closed);
  try {
    await promise;
  } finally {
    socket.off('readable', resolve).off('error', reject).off('end', closed).off('close', closed);
  }
}
