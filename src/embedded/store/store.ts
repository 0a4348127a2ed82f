import type { Resource } from '../../resource/index.ts';
import { Collection } from './collection.ts';
import { Database } from './database.ts';
import { Entry, keyFor, printJson } from './entry.ts';
import { type Change, History, type Listener } from './history.ts';

/** The object is not at the expected revision any more. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';
}

export interface WriteTarget {
  /** `group/plural`. */
  resource: string;
  /** Empty for cluster-scoped objects. */
  namespace: string;
  name: string;
  /** The revision the object must be at; 0: it must not exist. */
  expected: number;
}

interface Pending {
  change: Change;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * All objects: in memory for reading, in SQLite for keeping. Writes are checked against memory at once and committed
 * in groups: those of one turn of the event loop share a transaction. A write is answered, and watchers see it, only
 * after its commit; a reader who wants committed data alone awaits `settled()` first.
 */
export class Store {
  readonly #database: Database;
  readonly #collections = new Map<string, Collection>();
  readonly #history: History;
  #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #revision: number;
  #committed: number;

  /** `directory` undefined: nothing is kept. `window` is how many changes stay available to watches and pages. */
  constructor(options: { directory?: string | undefined; window?: number } = {}) {
    this.#database = new Database(options.directory);
    // A fresh store starts at 1, as etcd does: 0 has a meaning of its own in the API.
    this.#revision = this.#database.revision() || 1;
    this.#committed = this.#revision;
    this.#history = new History(options.window ?? 20_000, this.#revision);
    for (const { resource, namespace, name, revision, text } of this.#database.rows())
      this.#collection(resource).set(new Entry(namespace, name, revision, text as string));
  }

  /** The revision of the last committed change. */
  get revision(): number {
    return this.#committed;
  }

  get(resource: string, namespace: string, name: string): Entry | undefined {
    return this.#collections.get(resource)?.get(namespace, name);
  }

  /** In key order, from behind the key `after`. */
  list(resource: string, namespace?: string, after?: string): Iterable<Entry> {
    return this.#collections.get(resource)?.list(namespace, after) ?? [];
  }

  count(resource: string): number {
    return this.#collections.get(resource)?.size ?? 0;
  }

  /**
   * Puts `object` in its place. Gives it its `metadata.resourceVersion`, unless nothing else differs from what is
   * stored: then nothing is written, as the real server does.
   */
  async put(target: WriteTarget, object: Resource): Promise<Entry> {
    const before = this.#check(target);
    if (before !== undefined) {
      object.metadata.resourceVersion = String(before.revision);
      if (printJson(object) === before.text) return before;
    }
    const revision = this.#revision + 1;
    object.metadata.resourceVersion = String(revision);
    const entry = new Entry(target.namespace, target.name, revision, printJson(object));
    await this.#write({ resource: target.resource, revision, before, after: entry });
    return entry;
  }

  /** Removes the object; the result is its last state, at the revision of its deletion. */
  async remove(target: WriteTarget, object: Resource): Promise<Entry> {
    const before = this.#check(target);
    if (before === undefined) throw new RevisionConflict(`${keyFor(target.namespace, target.name)} is gone`);
    const revision = this.#revision + 1;
    object.metadata.resourceVersion = String(revision);
    const last = new Entry(target.namespace, target.name, revision, printJson(object));
    await this.#write({ resource: target.resource, revision, before, last });
    return last;
  }

  /** Everything written so far is committed. Rejects never: the writers get the errors. */
  async settled(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  /** Calls `listener` for each committed change of a resource from now on. */
  subscribe(resource: string, listener: Listener): () => void {
    return this.#history.subscribe(resource, listener);
  }

  /** Committed changes of a resource after a revision; undefined if the window does not reach back so far. */
  since(resource: string, revision: number): Change[] | undefined {
    return this.#history.since(resource, revision);
  }

  /** The objects of a resource as they were at a past revision, in key order; undefined if that is too long ago. */
  at(resource: string, revision: number, namespace?: string): Entry[] | undefined {
    const changes = this.since(resource, revision);
    if (changes === undefined) return undefined;
    const undone = new Map<string, Entry | undefined>();
    for (const { before, after } of changes.reverse()) undone.set((before ?? (after as Entry)).key, before);
    const entries = [...this.list(resource, namespace)].filter((entry) => !undone.has(entry.key));
    for (const entry of undone.values())
      if (entry !== undefined && (namespace === undefined || entry.namespace === namespace)) entries.push(entry);
    return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async close(): Promise<void> {
    await this.settled();
    this.#database.close();
  }

  #collection(resource: string): Collection {
    let collection = this.#collections.get(resource);
    if (collection === undefined) {
      collection = new Collection();
      this.#collections.set(resource, collection);
    }
    return collection;
  }

  #check({ resource, namespace, name, expected }: WriteTarget): Entry | undefined {
    const before = this.get(resource, namespace, name);
    if ((before?.revision ?? 0) !== expected)
      throw new RevisionConflict(`${keyFor(namespace, name)} is at ${before?.revision ?? 0}, not ${expected}`);
    return before;
  }

  #write(change: Change): Promise<void> {
    this.#revision = change.revision;
    this.#place(change.resource, change.before, change.after);
    return new Promise((resolve, reject) => {
      this.#pending.push({ change, resolve, reject });
      this.#flushing ??= new Promise((done) =>
        setImmediate(() => {
          this.#flush();
          this.#flushing = undefined;
          done();
        }),
      );
    });
  }

  #place(resource: string, from: Entry | undefined, to: Entry | undefined): void {
    if (to !== undefined) this.#collection(resource).set(to);
    else if (from !== undefined) this.#collection(resource).delete(from.namespace, from.name);
  }

  #flush(): void {
    const batch = this.#pending;
    this.#pending = [];
    try {
      this.#database.commit(
        batch.map(({ change: { resource, revision, before, after } }) => {
          const { namespace, name } = after ?? (before as Entry);
          return { resource, namespace, name, revision, text: after?.text };
        }),
        this.#revision,
      );
    } catch (error) {
      for (const { change } of batch.toReversed()) this.#place(change.resource, change.after, change.before);
      this.#revision = this.#committed;
      for (const { reject } of batch) reject(error);
      return;
    }
    this.#committed = this.#revision;
    for (const { change } of batch) this.#history.add(change);
    for (const { resolve } of batch) resolve();
  }
}
