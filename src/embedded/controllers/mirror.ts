import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Call,
  Cluster,
  DeleteOptions,
  Patch,
  Ref,
  Target,
  WatchEvent,
  WriteOptions,
} from '../../cluster/index.ts';
import type { Resource } from '../../resource/index.ts';

type Listener = (now: Resource | undefined, before: Resource | undefined) => void;

/**
 * All objects of one kind in memory, kept by a watch and by our own writes. Because a write is seen here at once, a
 * controller never acts on a state that it has already changed (what client-go's expectations are for).
 */
export class Mirror {
  readonly target: Target;
  readonly #items = new Map<string, Resource>();
  readonly #namespaces = new Map<string, Map<string, Resource>>();
  readonly #owned = new Map<string, Map<string, Resource>>();
  /** UIDs of objects that are gone: a late event of one must not bring it back. */
  readonly #gone = new Set<string>();
  readonly #listeners: Listener[] = [];

  constructor(target: Target) {
    this.target = target;
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  get(namespace: string | undefined, name: string): Resource | undefined {
    return this.#items.get(objectKey(namespace, name));
  }

  all(): Resource[] {
    return [...this.#items.values()];
  }

  inNamespace(namespace: string | undefined): Resource[] {
    return [...(this.#namespaces.get(namespace ?? '')?.values() ?? [])];
  }

  /** Objects with an owner reference to this UID. */
  ownedBy(uid: string): Resource[] {
    return [...(this.#owned.get(uid)?.values() ?? [])];
  }

  handle(event: WatchEvent): void {
    if (event.type === 'RELISTED') {
      const listed = new Set(event.items.map((item) => keyOf(item)));
      for (const [key, item] of this.#items) if (!listed.has(key)) this.forget(item);
      for (const item of event.items) this.observe(item);
    } else if (event.type === 'DELETED') this.forget(event.object);
    else if (event.type !== 'BOOKMARK') this.observe(event.object);
  }

  /** Takes an object as the server has it now, unless something newer is known. */
  observe(object: Resource): void {
    const key = keyOf(object);
    const before = this.#items.get(key);
    if (this.#gone.has(object.metadata.uid ?? '') || (before !== undefined && !isNewer(object, before))) return;
    if (before !== undefined) this.#unindex(key, before);
    this.#items.set(key, object);
    indexInto(this.#namespaces, object.metadata.namespace ?? '', key, object);
    for (const owner of object.metadata.ownerReferences ?? []) indexInto(this.#owned, owner.uid, key, object);
    for (const listener of this.#listeners) listener(object, before);
  }

  forget(object: Resource): void {
    const key = keyOf(object);
    const before = this.#items.get(key);
    this.#gone.add(object.metadata.uid ?? '');
    if (this.#gone.size > 10_000) this.#gone.delete(this.#gone.values().next().value as string);
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return;
    this.#items.delete(key);
    this.#unindex(key, before);
    for (const listener of this.#listeners) listener(undefined, before);
  }

  #unindex(key: string, object: Resource): void {
    this.#namespaces.get(object.metadata.namespace ?? '')?.delete(key);
    for (const owner of object.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(owner.uid);
      owned?.delete(key);
      if (owned?.size === 0) this.#owned.delete(owner.uid);
    }
  }
}

/** The mirrors of all kinds that some controller asked for, and writes that show in them. */
export class Mirrors {
  readonly cluster: Cluster;
  readonly #mirrors = new Map<string, Mirror>();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  of(apiVersion: string, kind: string): Mirror {
    const key = `${apiVersion}/${kind}`;
    let mirror = this.#mirrors.get(key);
    if (mirror === undefined) {
      mirror = new Mirror({ apiVersion, kind });
      this.#mirrors.set(key, mirror);
    }
    return mirror;
  }

  /** Follows every kind until the signal is aborted; resolves when all of them have been listed once. */
  async follow(signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    await Promise.all([...this.#mirrors.values()].map((mirror) => this.#followOne(mirror, signal, onError)));
  }

  /** A watch that fails for good is begun anew, ever more slowly: without it a controller would be blind. */
  #followOne(mirror: Mirror, signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    const listed = Promise.withResolvers<void>();
    const run = async (failures: number): Promise<void> => {
      try {
        for await (const event of this.cluster.watch(mirror.target, { signal })) {
          mirror.handle(event);
          listed.resolve();
        }
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        await sleep(Math.min(100 * 2 ** failures, 30_000), undefined, { signal, ref: false }).catch(() => undefined);
        if (!signal.aborted) await run(failures + 1);
      }
    };
    void run(0).then(listed.resolve);
    return listed.promise;
  }

  async create(object: Resource, options?: Call & WriteOptions): Promise<Resource> {
    return this.#seen(await this.cluster.create(object, { fieldManager: 'controller', ...options }));
  }

  async update(object: Resource, options?: Call & WriteOptions): Promise<Resource> {
    return this.#seen(await this.cluster.update(object, { fieldManager: 'controller', ...options }));
  }

  async updateStatus(object: Resource): Promise<Resource> {
    return this.update(object, { subresource: 'status' });
  }

  async patch(ref: Ref, patch: Patch, options?: Call & WriteOptions): Promise<Resource> {
    return this.#seen(await this.cluster.patch(ref, patch, { fieldManager: 'controller', ...options }));
  }

  /** Deletes exactly this object (by UID); one that is gone already is not an error. */
  async delete(object: Resource, options: DeleteOptions = {}): Promise<void> {
    try {
      const answer = await this.cluster.delete(refOf(object), { ...uidOf(object), ...options });
      const left = (answer as Resource).metadata;
      const removed = (answer as Resource).kind === 'Status' || left?.deletionTimestamp === undefined;
      if (removed) this.of(object.apiVersion, object.kind).forget(object);
      else this.#seen(answer as Resource);
    } catch (error) {
      if (!isGone(error)) throw error;
      this.of(object.apiVersion, object.kind).forget(object);
    }
  }

  #seen(object: Resource): Resource {
    const mirror = this.#mirrors.get(`${object.apiVersion}/${object.kind}`);
    if (isLast(object)) mirror?.forget(object);
    else mirror?.observe(object);
    return object;
  }
}

export function refOf(object: Resource): Ref {
  const { name, namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** `namespace/name`, or the name alone. */
export function objectKey(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export function keyOf(object: Resource): string {
  return objectKey(object.metadata.namespace, object.metadata.name);
}

export function splitKey(key: string): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: undefined, name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export function isGone(error: unknown): boolean {
  const { status, reason } = error as { status?: number; reason?: string };
  return status === 404 || (status === 409 && reason === 'Conflict' && /uid/i.test(String((error as Error).message)));
}

/**
 * The answer to the removal of the last finalizer is the object, which is gone by then. Pods linger by their grace
 * period, namespaces by the finalizers in their `spec`.
 */
function isLast({ kind, metadata, spec }: Resource): boolean {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0 || kind === 'Pod')
    return false;
  return kind !== 'Namespace' || ((spec as { finalizers?: string[] } | undefined)?.finalizers ?? []).length === 0;
}

function uidOf(object: Resource): { uid?: string } {
  return object.metadata.uid === undefined ? {} : { uid: object.metadata.uid };
}

/** Resource versions of one resource are comparable integers (KEP-5504). */
function isNewer(now: Resource, before: Resource): boolean {
  if (now.metadata.uid !== before.metadata.uid) return true;
  return BigInt(now.metadata.resourceVersion ?? 0) > BigInt(before.metadata.resourceVersion ?? 0);
}

function indexInto(index: Map<string, Map<string, Resource>>, value: string, key: string, object: Resource): void {
  const found = index.get(value);
  if (found === undefined) index.set(value, new Map([[key, object]]));
  else found.set(key, object);
}
