import type { Problem } from '../errors.ts';
import type { JsonValue, Resource, ResourceId } from '../resource/index.ts';

/** Whose objects these are: one stack in one environment. Both are DNS labels. */
export interface Owner {
  stack: string;
  environment: string;
}

/**
 * What would happen, from a server-side dry run. Plain data: it can be shown, written to a file and executed later.
 * Secret values never appear in `fields` and `conflicts`; they do in `to` and `from`, which are never to be printed.
 */
export interface Plan {
  owner: Owner;
  /** `apply` brings the cluster to the desired objects; `delete` is the same with no desired object. */
  kind: 'apply' | 'delete';
  changes: readonly Change[];
  edges: readonly Edge[];
  warnings: readonly Problem[];
  /** Fields that another manager holds with another value; executing needs `forceConflicts` while there is one. */
  conflicts: readonly Conflict[];
  /** Live objects that nobody of ours made and that the plan would change; executing needs `adopt` while there is one. */
  foreign: readonly Foreign[];
  /** What is lost with the objects that go: `keep` rows and deletes of data, counted by namespace. Empty for most plans. */
  losses: readonly Loss[];
  /** The inventory that the plan was made from; undefined if there was none. Executing refuses when it has moved. */
  base?: { uid: string; resourceVersion: string };
  /** `keyOf` of members that are left as they are because nothing was to be removed (`prune: false`). */
  unplanned?: readonly string[];
  /** Only some components were planned: such an apply is no revision to go back to. */
  partial?: boolean;
  /** Component → the components it needs, as given; a revision remembers it. */
  requires?: Readonly<Record<string, readonly string[]>>;
  /** The revision that a rollback goes back to. */
  rollbackTo?: number;
  /** True if executing would write nothing at all, not even the inventory. */
  empty: boolean;
}

interface ChangeBase {
  id: ResourceId;
  /** The version the object is written or read in. */
  apiVersion: string;
  /** From the label `slipway.dev/component`; undefined for objects without it. */
  component?: string;
  /** Why: the immutable field of a replace, the reason of a keep, what could not be verified. */
  reason?: string;
}

export type Change =
  /** `unverified` says why the server could not check the object yet. */
  | (ChangeBase & { op: 'create'; to: Resource; unverified?: string })
  /** `takeover`: the fields of the tool that made the object are handed over to us first. */
  | (ChangeBase & {
      op: 'update';
      to: Resource;
      from: Resource;
      fields: readonly FieldChange[];
      unverified?: string;
      takeover?: boolean;
    })
  | (ChangeBase & { op: 'replace'; to: Resource; from: Resource; fields: readonly FieldChange[] })
  | (ChangeBase & { op: 'unchanged'; to: Resource; from: Resource })
  /** `notOurs`: an object of users that goes with its definition because its class was asked for. */
  | (ChangeBase & { op: 'delete'; uid: string; notOurs?: boolean })
  /** Would be deleted but is protected, or stopped being ours. `forget` drops it from the inventory. */
  | (ChangeBase & { op: 'keep'; uid?: string; forget?: boolean });

/** One field that differs; `from` or `to` is missing where the field is added or removed. */
export interface FieldChange {
  /** As people write it: `spec.template.spec.containers[name=manager].image`. */
  path: string;
  from?: JsonValue;
  to?: JsonValue;
}

/** A field that server-side apply would take from another field manager. */
export interface Conflict {
  id: ResourceId;
  path: string;
  manager: string;
  live?: JsonValue;
  wanted?: JsonValue;
}

/** An object that exists already and is not ours; `holder` is who made it, as far as it says so. */
export interface Foreign {
  id: ResourceId;
  holder: string;
  /** False where it belongs to another stack or an owner object: `adopt` does not help then. */
  adoptable: boolean;
}

/** User data that goes with an object: `3 Notebook` because their definition is deleted. */
export interface Loss {
  /** The protected class whose flag is needed to delete it. */
  class: ProtectedClass;
  id: ResourceId;
  kind: string;
  namespace?: string;
  count: number;
  /** For volumes: the requested size, such as `10Gi`. */
  size?: string;
}

/** What plain `apply` and `delete` never remove: each class needs to be asked for by name. */
export type ProtectedClass = 'volumes' | 'profiles' | 'resources' | 'namespaces';

/** `before` may start only when `after` is `applied`, `ready` (the default) or `gone`; both are `keyOf` keys. */
export interface Edge {
  before: string;
  after: string;
  why: string;
  until?: 'applied' | 'ready' | 'gone';
  /** Dropped where it would close a cycle. */
  optional?: boolean;
}
