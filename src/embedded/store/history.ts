import type { Entry } from './entry.ts';

/** One committed change: created (no `before`), updated, or deleted (no `after`; `last` is the final state). */
export interface Change {
  resource: string;
  revision: number;
  before?: Entry | undefined;
  after?: Entry;
  last?: Entry;
}

export type Listener = (change: Change) => void;

/** The last changes, for watches that start in the past, and whoever listens to the next ones. */
export class History {
  readonly #window: number;
  readonly #listeners = new Map<string, Set<Listener>>();
  /** By resource, ascending. */
  readonly #changes = new Map<string, Change[]>();
  #order: string[] = [];
  /** Changes at or before this revision are forgotten. */
  #floor: number;

  constructor(window: number, floor: number) {
    this.#window = window;
    this.#floor = floor;
  }

  add(change: Change): void {
    const changes = this.#changes.get(change.resource);
    if (changes === undefined) this.#changes.set(change.resource, [change]);
    else changes.push(change);
    this.#order.push(change.resource);
    if (this.#order.length > this.#window * 1.25) this.#forget();
    for (const listener of [...(this.#listeners.get(change.resource) ?? [])]) listener(change);
  }

  since(resource: string, revision: number): Change[] | undefined {
    if (revision < this.#floor) return undefined;
    const changes = this.#changes.get(resource) ?? [];
    let first = changes.length;
    while (first > 0 && (changes[first - 1] as Change).revision > revision) first--;
    return changes.slice(first);
  }

  subscribe(resource: string, listener: Listener): () => void {
    let listeners = this.#listeners.get(resource);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(resource, listeners);
    }
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  #forget(): void {
    const surplus = this.#order.length - this.#window;
    const counts = new Map<string, number>();
    for (const resource of this.#order.slice(0, surplus)) counts.set(resource, (counts.get(resource) ?? 0) + 1);
    this.#order = this.#order.slice(surplus);
    for (const [resource, count] of counts) {
      const changes = this.#changes.get(resource) as Change[];
      this.#floor = Math.max(this.#floor, (changes[count - 1] as Change).revision);
      if (count === changes.length) this.#changes.delete(resource);
      else this.#changes.set(resource, changes.slice(count));
    }
  }
}
