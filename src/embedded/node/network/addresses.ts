import { createHash } from 'node:crypto';

/**
 * Loopback addresses for pods and Services. Linux answers on all of 127.0.0.0/8, so each pod has an address of its own,
 * in a part that is this cluster's (by its directory), so that two clusters do not meet. Elsewhere there is 127.0.0.1
 * alone: pods share it, and with it its ports.
 */
export class Addresses {
  /** Whether pods and Services have addresses of their own. */
  readonly isMany: boolean;
  readonly #part: number;
  readonly #taken = new Set<string>();
  #last = 1;

  constructor(directory: string, isMany = process.platform === 'linux') {
    this.isMany = isMany;
    this.#part = 16 + ((createHash('sha256').update(directory).digest()[0] as number) % 96);
  }

  /** An address for a pod: the one it had, if that is still free. */
  take(before: string | undefined): string {
    if (!this.isMany) return '127.0.0.1';
    const prefix = `127.${this.#part}.`;
    if (before?.startsWith(prefix) && !this.#taken.has(before)) {
      this.#taken.add(before);
      return before;
    }
    for (let tries = 0; tries < 65_000; tries++) {
      this.#last = this.#last >= 65_000 ? 2 : this.#last + 1;
      const address = `${prefix}${this.#last >> 8}.${this.#last & 255}`;
      if (this.#taken.has(address)) continue;
      this.#taken.add(address);
      return address;
    }
    throw new Error('every address for pods is taken');
  }

  give(address: string): void {
    this.#taken.delete(address);
  }

  /** Where a Service of this cluster IP is reached; its own address where that is a loopback one. */
  ofService(clusterIP: string): string {
    if (clusterIP.startsWith('127.') || !this.isMany) return this.isMany ? clusterIP : '127.0.0.1';
    const [, , third = '0', fourth = '1'] = clusterIP.split('.');
    return `127.${this.#part + 112}.${third}.${fourth}`;
  }
}
