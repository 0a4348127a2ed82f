import type { Cluster, Ref } from '../../cluster/index.ts';
import type { JsonValue, OwnerReference } from '../../resource/index.ts';
import { type Node, Ownership } from './ownership.ts';
import { Queue } from './queue.ts';

const foreground = 'foregroundDeletion';
const orphan = 'orphan';

/** Kinds that own nothing and are owned by nothing worth collecting; events outnumber all else. */
const ignored = new Set(['/events', 'events.k8s.io/events']);

/**
 * Deletes what has lost all its owners, and carries out foreground and orphan deletion
 * (https://kubernetes.io/docs/concepts/architecture/garbage-collection/). Follows the metadata of every kind, those of
 * custom resources as they come and go.
 */
export async function collectGarbage(
  cluster: Cluster,
  options: { signal: AbortSignal; onError: (key: string, error: unknown) => void; ready: () => void },
): Promise<void> {
  const { signal } = options;
  const ownership = new Ownership();
  const queue = new Queue();
  const followed = new Map<string, AbortController>();
  const enqueue = (uids: readonly string[]) => {
    for (const uid of uids) queue.add(uid);
  };

  await followAll();
  options.ready();
  const definitions = watchDefinitions();
  await queue.run(collect, { signal, concurrency: 8, onError: options.onError });
  await definitions;

  /** Starts to follow kinds that are new and stops those that are gone. */
  async function followAll(): Promise<void> {
    const types = (await cluster.types({ refresh: true, signal })).filter(
      (type) =>
        type.preferred &&
        ['list', 'watch', 'delete'].every((verb) => type.verbs.includes(verb)) &&
        !ignored.has(`${type.group}/${type.resource}`),
    );
    const targets = new Map(
      types.map((type) => {
        const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
        return [`${apiVersion}/${type.kind}`, { apiVersion, kind: type.kind }];
      }),
    );
    for (const [key, controller] of followed) {
      if (targets.has(key)) continue;
      controller.abort();
      followed.delete(key);
    }
    await Promise.all([...targets].filter(([key]) => !followed.has(key)).map(([key, target]) => follow(key, target)));
  }

  function follow(key: string, target: { apiVersion: string; kind: string }): Promise<void> {
    const controller = new AbortController();
    followed.set(key, controller);
    const listed = Promise.withResolvers<void>();
    const until = AbortSignal.any([signal, controller.signal]);
    const run = async () => {
      for await (const event of cluster.watch(target, { metadataOnly: true, signal: until })) {
        if (event.type === 'RELISTED') {
          const present = new Set(event.items.map((item) => item.metadata.uid));
          for (const uid of ownership.ofKind(target.apiVersion, target.kind)) {
            if (!present.has(uid)) enqueue(ownership.forget(uid));
          }
          for (const item of event.items) enqueue(ownership.observe(item, target));
          listed.resolve();
        } else if (event.type === 'DELETED') enqueue(ownership.forget(event.object.metadata.uid ?? ''));
        else if (event.type !== 'BOOKMARK') enqueue(ownership.observe(event.object, target));
      }
    };
    run()
      .catch((error: unknown) => until.aborted || options.onError(key, error))
      .finally(() => {
        if (followed.get(key) === controller) followed.delete(key);
        for (const uid of ownership.ofKind(target.apiVersion, target.kind))
          if (!signal.aborted) enqueue(ownership.forget(uid));
        listed.resolve();
      });
    return listed.promise;
  }

  async function watchDefinitions(): Promise<void> {
    const target = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
    try {
      for await (const event of cluster.watch(target, { signal })) {
        if (event.type === 'BOOKMARK') continue;
        await followAll().catch((error: unknown) => signal.aborted || options.onError('discovery', error));
      }
    } catch (error) {
      if (!signal.aborted) options.onError('CustomResourceDefinition', error);
    }
  }

  async function collect(uid: string): Promise<undefined> {
    const node = ownership.get(uid);
    if (node === undefined) return undefined;
    if (node.deleting && node.finalizers.includes(orphan)) return releaseDependents(node);
    if (node.deleting && node.finalizers.includes(foreground)) return deleteDependents(node);
    if (node.deleting || node.owners.length === 0) return undefined;
    await checkOwners(node);
    return undefined;
  }

  async function releaseDependents(node: Node): Promise<undefined> {
    await Promise.all(ownership.dependents(node.uid).map((dependent) => removeOwners(dependent, new Set([node.uid]))));
    await removeFinalizer(node, orphan);
    return undefined;
  }

  /** The owner stays until every dependent that blocks it is gone. */
  async function deleteDependents(node: Node): Promise<undefined> {
    const dependents = ownership.dependents(node.uid);
    const blocking = dependents.filter((dependent) =>
      dependent.owners.some((owner) => owner.uid === node.uid && owner.blockOwnerDeletion === true),
    );
    for (const dependent of dependents) if (!dependent.deleting) queue.add(dependent.uid);
    if (blocking.length === 0) await removeFinalizer(node, foreground);
    return undefined;
  }

  async function checkOwners(node: Node): Promise<void> {
    const fates = await Promise.all(node.owners.map(async (owner) => ({ owner, fate: await fateOf(node, owner) })));
    const solid = fates.filter(({ fate }) => fate === 'solid');
    const bad = fates.filter(({ fate }) => fate !== 'solid');
    if (bad.length === 0) return;
    if (solid.length > 0) {
      await removeOwners(node, new Set(bad.map(({ owner }) => owner.uid)));
      return;
    }
    const waiting = bad.some(({ fate }) => fate === 'waiting');
    const propagation = waiting && ownership.dependents(node.uid).length > 0 ? 'Foreground' : policyOf(node);
    await gone(cluster.delete(refOf(node), { uid: node.uid, propagation, signal }), node);
  }

  /** `waiting`: the owner is being deleted in the foreground and wants us gone; `absent`: it does not exist any more. */
  async function fateOf(node: Node, owner: OwnerReference): Promise<'solid' | 'waiting' | 'absent'> {
    const known = ownership.get(owner.uid);
    if (known !== undefined) return known.deleting && known.finalizers.includes(foreground) ? 'waiting' : 'solid';
    const type = await cluster.typeOf(owner, { signal });
    // A kind that nobody serves may come back: its dependents are left alone.
    if (type === undefined) return 'solid';
    if (type.namespaced && node.namespace === undefined) return 'solid';
    const namespace = type.namespaced ? node.namespace : undefined;
    try {
      const live = await cluster.get({ ...owner, ...(namespace === undefined ? {} : { namespace }) } as Ref, {
        signal,
      });
      return live.metadata.uid === owner.uid ? 'solid' : 'absent';
    } catch (error) {
      if ((error as { status?: number }).status === 404) return 'absent';
      throw error;
    }
  }

  async function removeOwners(node: Node, uids: ReadonlySet<string>): Promise<void> {
    const ownerReferences = node.owners.filter((owner) => !uids.has(owner.uid));
    const metadata = { uid: node.uid, ownerReferences: ownerReferences as unknown as JsonValue };
    await gone(cluster.patch(refOf(node), { type: 'merge', body: { metadata } }, { signal }), node);
  }

  async function removeFinalizer(node: Node, name: string): Promise<void> {
    const metadata = { uid: node.uid, finalizers: node.finalizers.filter((finalizer) => finalizer !== name) };
    await gone(cluster.patch(refOf(node), { type: 'merge', body: { metadata } }, { signal }), node);
  }

  /** An object that is gone already is what was wanted. */
  async function gone(work: Promise<unknown>, node: Node): Promise<void> {
    await work.catch((error: { status?: number }) => {
      if (error.status !== 404 && error.status !== 409) throw error;
      if (error.status === 409) queue.addAfter(node.uid, 50);
    });
  }
}

function refOf(node: Node): Ref {
  const { apiVersion, kind, name, namespace } = node;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** What a dependent does with its own dependents follows from its finalizers, as for any delete without an option. */
function policyOf(node: Node): 'Orphan' | 'Foreground' | 'Background' {
  if (node.finalizers.includes(orphan)) return 'Orphan';
  return node.finalizers.includes(foreground) ? 'Foreground' : 'Background';
}
