import net from 'node:net';
import { keyOf } from '../../controllers/mirror.ts';
import type { Addresses } from './addresses.ts';
import { type Backend, clusterAddressOf, portsOf, type Services } from './services.ts';

interface Door {
  server: net.Server;
  /** What clients connect to. */
  address: string;
  port: number;
}

/**
 * Answers for Services: a listener on loopback for each of their TCP ports, which passes connections on to the pods
 * behind it in turn. Where a port may not be taken (below 1024, without rights) another one is, which the variables of
 * the Service say. UDP is not passed on.
 */
export class ServiceProxy {
  readonly #services: Services;
  readonly #addresses: Addresses;
  readonly #onError: (what: string, error: unknown) => void;
  readonly #doors = new Map<string, Promise<Door | undefined>>();
  #isClosed = false;
  #isDirty = false;

  constructor(services: Services, addresses: Addresses, onError: (what: string, error: unknown) => void) {
    this.#services = services;
    this.#addresses = addresses;
    this.#onError = onError;
    services.onChange(() => this.#changed());
  }

  /** Where a port of a Service is reached; undefined where it is not. */
  async doorOf(namespace: string, name: string, port: number): Promise<{ address: string; port: number } | undefined> {
    this.#open();
    return this.#doors.get(`${namespace}/${name}:${port}`);
  }

  /** Ports of Services that had to be put elsewhere: `ADDRESS PORT OTHER-PORT` a line. */
  async movedPorts(): Promise<string> {
    const lines = [...this.#doors].map(async ([key, opening]) => {
      const door = await opening;
      const port = Number(key.split(':')[1]);
      return door === undefined || door.port === port || key.endsWith(':node')
        ? ''
        : `${door.address} ${port} ${door.port}\n`;
    });
    return (await Promise.all(lines)).join('');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const key of [...this.#doors.keys()]) this.#shut(key);
  }

  #changed(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    queueMicrotask(() => this.#open());
  }

  /** Makes the doors those of the Services there are. */
  #open(): void {
    this.#isDirty = false;
    if (this.#isClosed) return;
    const wanted = new Set<string>();
    for (const service of this.#services.all()) {
      const clusterIP = clusterAddressOf(service);
      if (clusterIP === undefined) continue;
      for (const port of portsOf(service).filter(({ protocol }) => protocol === 'TCP')) {
        const backends = () => {
          const now = this.#services.get(service.metadata.namespace ?? '', service.metadata.name);
          return now === undefined ? [] : this.#services.backends(now, port);
        };
        const key = `${keyOf(service)}:${port.port}`;
        this.#ensure(wanted, key, this.#addresses.ofService(clusterIP), port.port, backends);
        if (port.nodePort !== undefined) this.#ensure(wanted, `${key}:node`, '127.0.0.1', port.nodePort, backends);
      }
    }
    for (const key of [...this.#doors.keys()]) if (!wanted.has(key)) this.#shut(key);
  }

  #ensure(wanted: Set<string>, key: string, address: string, port: number, backends: () => Backend[]): void {
    wanted.add(key);
    if (this.#doors.has(key)) return;
    const opening = openDoor(address, port, backends).catch((error: unknown) => {
      this.#onError(`service ${key}`, error);
      this.#doors.delete(key);
      return undefined;
    });
    this.#doors.set(key, opening);
  }

  #shut(key: string): void {
    const door = this.#doors.get(key);
    this.#doors.delete(key);
    void door?.then((open) => open?.server.close());
  }
}

async function openDoor(address: string, port: number, backends: () => Backend[]): Promise<Door> {
  let turn = 0;
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    const all = backends();
    const backend = all[turn++ % Math.max(all.length, 1)];
    if (backend === undefined) client.resetAndDestroy();
    else passOn(client, backend);
  });
  server.unref();
  try {
    await listen(server, address, port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // On the one address that is there, ports are other programs' too.
    if (code !== 'EACCES' && !(code === 'EADDRINUSE' && address === '127.0.0.1')) throw error;
    await listen(server, address, 0);
  }
  return { server, address, port: (server.address() as net.AddressInfo).port };
}

function listen(server: net.Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function passOn(client: net.Socket, { ip, port }: Backend): void {
  const pod = net.connect({ host: ip, port, allowHalfOpen: true });
  pod.on('error', () => client.resetAndDestroy());
  client.on('error', () => pod.resetAndDestroy());
  client.pipe(pod);
  pod.pipe(client);
}
