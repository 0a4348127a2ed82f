import type { JsonObject, JsonValue, Resource } from '../../resource/index.ts';
import { ApiError } from '../api/status.ts';
import type { FieldSchema } from '../schema/schema.ts';
import { FieldSet, printPath, type Step } from './field-set.ts';
import { capUpdaters, encodeManagers, identityOf, type Manager, type Managers, startingManagers } from './managers.ts';
import { type Comparison, compare, fieldsOf, merge, removeFields, typeProblems, withDeclaredFields } from './typed.ts';

/** Who writes, and what the ownership of fields needs to know of the kind. */
export interface Writer {
  manager: string;
  apiVersion: string;
  subresource: string;
  /** RFC 3339, whole seconds; undefined: not noted. */
  now: string | undefined;
  root: FieldSchema;
  /** Fields that the write cannot change (`status` of the main resource): they are owned by nobody through it. */
  resets: readonly string[];
}

/** Fields that belong to the server. */
const serverFields = FieldSet.of({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
});

/** Removes the server's own fields and those that the writer cannot change. */
function owned(set: FieldSet, resets: readonly string[]): FieldSet {
  const reset = new FieldSet();
  for (const path of resets) reset.insert(path.split('.').map((name) => `f:${name}`));
  return set.difference(serverFields).without(reset);
}

function ownedChange({ added, modified, removed }: Comparison, resets: readonly string[]): Comparison {
  return { added: owned(added, resets), modified: owned(modified, resets), removed: owned(removed, resets) };
}

/**
 * Gives `next` the managed fields it has after a create, update or patch: the writer owns what it changed, and others
 * lose it. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function recordUpdate(live: Resource | undefined, next: Resource, writer: Writer): void {
  const managers = startingManagers(live, next, writer.subresource !== '');
  if (live !== undefined && managers.size === 0) {
    // Nobody has kept books so far, and nobody begins but for an apply.
    setManagers(next, managers);
    return;
  }
  const before: JsonValue =
    live === undefined ? { apiVersion: next.apiVersion, kind: next.kind, metadata: {} } : bare(live);
  const change = ownedChange(compare(before, bare(next), writer.root), writer.resets);
  takeAway(managers, change);
  const own: Manager = { ...writer, operation: 'Update', time: writer.now, fields: new FieldSet() };
  const gained = change.modified.union(change.added);
  if (!gained.empty) {
    const previous = managers.get(identityOf(own));
    managers.set(identityOf(own), {
      ...own,
      fields: previous === undefined ? gained : previous.fields.union(gained),
    });
  }
  capUpdaters(managers);
  setManagers(next, managers);
}

/**
 * The live object with an intent applied to it: merged, and without the fields that the applier had set last time and
 * nobody else owns. Throws a Conflict where others own what it would change, unless it is forced.
 */
export function applyIntent(live: Resource | undefined, intent: Resource, writer: Writer, force: boolean): Resource {
  const { root } = writer;
  const problems = typeProblems(intent, root);
  if (problems.length > 0)
    throw new ApiError(
      500,
      '',
      `failed to create typed patch object (${intent.metadata.namespace ?? ''}/${intent.metadata.name}; ${intent.apiVersion.includes('/') ? '' : '/'}${intent.apiVersion}, Kind=${intent.kind}): ${problems.length === 1 ? problems[0] : `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`}`,
    );
  const managers = startingManagers(live, live ?? intent, true);
  if (live !== undefined && managers.size === 0) {
    const first: Manager = {
      ...writer,
      manager: 'before-first-apply',
      subresource: '',
      operation: 'Update',
      time: writer.now,
      fields: new FieldSet(),
    };
    const empty = { apiVersion: live.apiVersion, kind: live.kind, metadata: {} };
    const fields = owned(compare(empty, bare(live), root).added, []);
    if (!fields.empty) managers.set(identityOf(first), { ...first, fields });
  }
  const own: Manager = {
    ...writer,
    operation: 'Apply',
    time: writer.now,
    fields: owned(fieldsOf(bare(intent), root), writer.resets),
  };
  const identity = identityOf(own);
  const previous = managers.get(identity);
  const last = previous?.fields;
  const before: Resource =
    live === undefined ? ({ apiVersion: intent.apiVersion, kind: intent.kind, metadata: {} } as Resource) : bare(live);
  const merged = merge(before, bare(intent), root) as Resource;
  managers.set(identity, own);
  const pruned = last === undefined || last.empty ? merged : prune(merged, managers, last, root);
  const others = new Map([...managers].filter(([key]) => key !== identity));
  const change = ownedChange(compare(before, pruned, root), writer.resets);
  const conflicts = force ? [] : conflictsOf(others, change);
  if (conflicts.length > 0) throw new ApplyConflict(conflicts);
  takeAway(others, change);
  const isSame = change.added.empty && change.modified.empty && change.removed.empty;
  // Who says what is there already has not written anything.
  const time = isSame ? previous?.time : writer.now;
  if (!own.fields.empty) others.set(identity, { ...own, time });
  setManagers(pruned, others);
  return pruned;
}

/** Others own what an apply would change. */
export class ApplyConflict extends ApiError {
  readonly paths: FieldSet;

  constructor(conflicts: readonly Conflict[]) {
    super(409, 'Conflict', conflictMessage(conflicts), {
      causes: conflicts.map(({ manager, path }) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${describe(manager)}`,
        field: printPath(path),
      })),
    });
    this.paths = new FieldSet();
    for (const { path } of conflicts) this.paths.insert(path);
  }
}

interface Conflict {
  manager: Manager;
  path: readonly Step[];
}

function conflictsOf(managers: Managers, change: Comparison): Conflict[] {
  const touched = change.modified.union(change.added);
  return [...managers.values()].flatMap((manager) =>
    [...manager.fields.intersection(touched).paths()].map((path) => ({ manager, path })),
  );
}

function conflictMessage(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1)
    return `Apply failed with 1 conflict: conflict with ${describe(first.manager)}: ${printPath(first.path)}`;
  const byManager = Map.groupBy(conflicts, ({ manager }) => describe(manager));
  const lines = [...byManager]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, list]) => [`conflicts with ${name}:`, ...list.map(({ path }) => `- ${printPath(path)}`)]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function describe({ manager, operation, subresource, apiVersion }: Manager): string {
  const name = `${JSON.stringify(manager)}${subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

/** Every manager loses what somebody else changed or removed. */
function takeAway(managers: Managers, change: Comparison): void {
  const lost = change.modified.union(change.added).union(change.removed);
  for (const [identity, manager] of [...managers]) {
    const fields = manager.fields.difference(lost);
    if (fields.empty) managers.delete(identity);
    else managers.set(identity, { ...manager, fields });
  }
}

/** Removes what the applier's last intent set and nobody sets any more. */
function prune(merged: Resource, managers: Managers, last: FieldSet, root: FieldSchema): Resource {
  const full = (set: FieldSet) => withDeclaredFields(set, root);
  const lastFields = full(last);
  const mergedFields = full(fieldsOf(merged, root));
  let all = new FieldSet();
  for (const { fields } of managers.values()) all = all.union(fields);
  const cut = (fields: FieldSet) => removeFields(merged, fields, root) as Resource;
  const kept = (object: Resource) => full(fieldsOf(object, root));
  // First everything of the last intent goes, then what anybody owns comes back, then what nobody ever owned.
  const withOwned = cut(mergedFields.difference(kept(cut(lastFields))).difference(full(all)));
  return cut(mergedFields.difference(kept(withOwned)).intersection(lastFields));
}

/** Without the managed fields, which nobody owns. */
function bare(object: Resource): Resource {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as Resource['metadata'] };
}

function setManagers(object: Resource, managers: Managers): void {
  const entries = encodeManagers(managers);
  if (entries.length > 0) object.metadata['managedFields'] = entries as JsonObject[];
  else delete object.metadata['managedFields'];
}
