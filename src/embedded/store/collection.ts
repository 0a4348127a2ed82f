import { type Entry, keyFor } from './entry.ts';

/** The current objects of one resource, in key order. */
export class Collection {
  readonly #entries = new Map<string, Entry>();
  #keys: string[] = [];
  #sorted = true;

  get size(): number {
    return this.#entries.size;
  }

  get(namespace: string, name: string): Entry | undefined {
    return this.#entries.get(keyFor(namespace, name));
  }

  set(entry: Entry): void {
    if (!this.#entries.has(entry.key)) {
      const last = this.#keys.at(-1);
      if (last !== undefined && entry.key < last) this.#sorted = false;
      this.#keys.push(entry.key);
    }
    this.#entries.set(entry.key, entry);
  }

  delete(namespace: string, name: string): void {
    const key = keyFor(namespace, name);
    if (!this.#entries.delete(key)) return;
    this.#sort();
    this.#keys.splice(position(this.#keys, key), 1);
  }

  /** All entries, or those of one namespace, starting behind the key `after`. */
  *list(namespace?: string, after?: string): Generator<Entry> {
    this.#sort();
    const prefix = namespace === undefined || namespace === '' ? '' : `${namespace}/`;
    let index = position(this.#keys, prefix);
    if (after !== undefined) index = Math.max(index, position(this.#keys, `${after}\0`));
    for (const keys = this.#keys; index < keys.length; index++) {
      const key = keys[index] as string;
      if (!key.startsWith(prefix)) return;
      const entry = this.#entries.get(key);
      if (entry !== undefined) yield entry;
    }
  }

  #sort(): void {
    if (this.#sorted) return;
    this.#keys.sort((a, b) => (a < b ? -1 : 1));
    this.#sorted = true;
  }
}

/** The index of the first key that is not below `key`. */
function position(keys: readonly string[], key: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
