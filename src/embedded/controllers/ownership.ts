import type { OwnerReference, Resource } from '../../resource/index.ts';

/** One object as the garbage collector sees it. */
export interface Node {
  uid: string;
  apiVersion: string;
  kind: string;
  namespace: string | undefined;
  name: string;
  owners: readonly OwnerReference[];
  finalizers: readonly string[];
  deleting: boolean;
}

/** Who owns whom, over all kinds: nodes by UID, and an index from owner to dependents. */
export class Ownership {
  readonly #nodes = new Map<string, Node>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): Node | undefined {
    return this.#nodes.get(uid);
  }

  dependents(uid: string): Node[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((dependent) => this.#nodes.get(dependent) ?? []);
  }

  /** Takes an object as it is now; answers the UIDs whose fate that may change. */
  observe(object: Resource, target: { apiVersion: string; kind: string }): string[] {
    const node = nodeOf(object, target);
    const before = this.#nodes.get(node.uid);
    this.#unlink(before);
    this.#nodes.set(node.uid, node);
    for (const owner of node.owners) {
      const dependents = this.#dependents.get(owner.uid);
      if (dependents === undefined) this.#dependents.set(owner.uid, new Set([node.uid]));
      else dependents.add(node.uid);
    }
    // An owner that waits for its dependents looks again when one of them stops being in the way.
    return [node.uid, ...node.owners.map((owner) => owner.uid), ...(before?.owners.map((owner) => owner.uid) ?? [])];
  }

  /** Forgets an object that is gone; answers the UIDs whose fate that may change. */
  forget(uid: string): string[] {
    const node = this.#nodes.get(uid);
    this.#unlink(node);
    this.#nodes.delete(uid);
    return [...(this.#dependents.get(uid) ?? []), ...(node?.owners.map((owner) => owner.uid) ?? [])];
  }

  /** UIDs of all objects of one kind. */
  ofKind(apiVersion: string, kind: string): string[] {
    return [...this.#nodes.values()]
      .filter((node) => node.apiVersion === apiVersion && node.kind === kind)
      .map((node) => node.uid);
  }

  #unlink(node: Node | undefined): void {
    for (const owner of node?.owners ?? []) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(node!.uid);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }
}

function nodeOf(object: Resource, target: { apiVersion: string; kind: string }): Node {
  const { uid = '', namespace, name, ownerReferences = [], finalizers = [], deletionTimestamp } = object.metadata;
  return {
    uid,
    ...target,
    namespace,
    name,
    owners: ownerReferences,
    finalizers,
    deleting: deletionTimestamp !== undefined,
  };
}
