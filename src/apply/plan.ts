import type { Problem } from '../errors.ts';
import type { JsonValue, Resource, ResourceId } from '../resource/index.ts';

/** Whose objects these are: one stack in one environment. */
export interface Owner {
  stack: string;
  environment: string;
}

/**
 * What would happen, from a server-side dry run. Plain data: it can be shown, written to a file and executed later.
 * Secret values never appear in `fields`.
 */
export interface Plan {
  owner: Owner;
  changes: readonly Change[];
  edges: readonly Edge[];
  warnings: readonly Problem[];
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
  | (ChangeBase & { op: 'create'; to: Resource; unverified?: string })
  | (ChangeBase & { op: 'update'; to: Resource; from: Resource; fields: readonly FieldChange[] })
  | (ChangeBase & { op: 'replace'; to: Resource; from: Resource; fields: readonly FieldChange[] })
  | (ChangeBase & { op: 'unchanged'; to: Resource; from: Resource })
  | (ChangeBase & { op: 'delete'; uid: string })
  /** Would be deleted but is protected, or stopped being ours. */
  | (ChangeBase & { op: 'keep'; uid?: string });

/** One field that differs; `from` or `to` is missing where the field is added or removed. */
export interface FieldChange {
  /** As people write it: `spec.template.spec.containers[name=manager].image`. */
  path: string;
  from?: JsonValue;
  to?: JsonValue;
}

/** `after` must be ready (or gone, for deletes) before `before` may start; both are `keyOf` keys. */
export interface Edge {
  before: string;
  after: string;
  why: string;
}
