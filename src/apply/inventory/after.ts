import { keyOf, type Resource } from '../../resource/index.ts';
import { intentDigest, ownedDigest } from '../owned.ts';
import type { Change } from '../plan.ts';
import { type Inventory, type Member, memberKey } from './record.ts';

/** How a run went; all keys are `keyOf`. */
export interface Progress {
  changes: readonly Change[];
  /** Members that the plan said nothing about and that stay. */
  unplanned: readonly string[];
  before: Inventory | undefined;
  /** What the server answered to a write, or the live object where none was needed. */
  written: ReadonlyMap<string, Resource>;
  gone: ReadonlySet<string>;
  /** Never begun, because something else failed or the run was stopped. */
  untouched: ReadonlySet<string>;
}

/** What is there after a run, and what may be: the members of the inventory from now on. */
export function membersAfter(progress: Progress): Member[] {
  const known = new Map((progress.before?.members ?? []).map((member) => [memberKey(member), member]));
  const planned = new Set(progress.changes.map((change) => keyOf(change.id)));
  const stay = progress.unplanned.flatMap((key) => (planned.has(key) ? [] : (known.get(key) ?? [])));
  return [
    ...progress.changes.flatMap((change) => memberAfter(progress, change, known.get(keyOf(change.id))) ?? []),
    ...stay,
  ];
}

function memberAfter(progress: Progress, change: Change, before: Member | undefined): Member | undefined {
  const key = keyOf(change.id);
  const { id, apiVersion, component } = change;
  const announced = { id, apiVersion, ...(component === undefined ? {} : { component }) };
  switch (change.op) {
    case 'keep':
      return change.forget === true ? undefined : (before ?? announced);
    case 'delete':
      if (progress.gone.has(key)) return undefined;
      return before ?? (change.notOurs === true ? undefined : { ...announced, uid: change.uid });
    case 'create':
    case 'update':
    case 'replace':
    case 'unchanged': {
      const written = progress.written.get(key);
      if (written === undefined) return progress.untouched.has(key) ? before : (before ?? announced);
      const { uid } = written.metadata;
      const owned = ownedDigest(written);
      return {
        ...announced,
        ...(uid === undefined ? {} : { uid }),
        ...(owned === undefined ? {} : { intent: intentDigest(change.to), owned }),
      };
    }
    default:
      return change satisfies never;
  }
}
