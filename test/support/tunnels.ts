import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** A proxy of the plain kind on loopback, as companies put before the internet. */
export interface Tunnel {
  readonly port: number;
  /** `host:port` of every tunnel that was opened. */
  readonly opened: readonly string[];
  close(): void;
}

/** An HTTP proxy that opens tunnels (CONNECT); with `login` (`user:password`) only for who knows it. */
export async function startHttpProxy(login?: string): Promise<Tunnel> {
  const opened: string[] = [];
  const server = http.createServer((_request, response) => response.writeHead(405).end());
  const sockets = new Set<Duplex>();
  server.on('connect', (request: http.IncomingMessage, socket: Duplex) => {
    sockets.add(socket.on('error', () => undefined));
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    if (request.headers['proxy-authorization'] !== expected) {
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    }
    const [host, port] = splitAddress(String(request.url));
    opened.push(String(request.url));
    const onward = net.connect(port, host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      join(socket, onward);
    });
    onward.on('error', () => socket.destroy());
  });
  return listening(server, opened, () => {
    for (const socket of sockets) socket.destroy();
  });
}

/** A SOCKS5 proxy (RFC 1928) without a login. */
export async function startSocksProxy(): Promise<Tunnel> {
  const opened: string[] = [];
  const sockets = new Set<Duplex>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request: Buffer) => {
        const length = request[4] as number;
        const host = request.subarray(5, 5 + length).toString();
        const port = request.readUInt16BE(5 + length);
        opened.push(`${host}:${port}`);
        const onward = net.connect(port, host, () => {
          socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          join(socket, onward);
        });
        onward.on('error', () => socket.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])));
      });
    });
  });
  return listening(server, opened, () => {
    for (const socket of sockets) socket.destroy();
  });
}

async function listening(server: net.Server, opened: string[], destroy: () => void): Promise<Tunnel> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    opened,
    close: () => {
      destroy();
      server.close();
    },
  };
}

function splitAddress(address: string): [string, number] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), Number(address.slice(colon + 1))];
}

function join(a: Duplex, b: Duplex): void {
  a.pipe(b).on('error', () => a.destroy());
  b.pipe(a).on('error', () => b.destroy());
}
