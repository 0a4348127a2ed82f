import { type Cluster, ClusterError } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import { formatId, idOf, type Resource } from '../resource/index.ts';
import { partOf } from './inventory/applyset.ts';
import { getIfThere, placeOf } from './live.ts';
import { fieldManager } from './owned.ts';
import type { Change } from './plan.ts';
import { takeOver } from './takeover.ts';

type Upsert = Extract<Change, { op: 'create' | 'update' }>;
type Refetched = { apiVersion: string; kind: string; namespace?: string; name: string };

export const refOf = (change: Change): Refetched => ({
  apiVersion: change.apiVersion,
  kind: change.id.kind,
  ...placeOf(change.id),
});

/**
 * Sends an object. An update carries the UID of the object the plan was made for, so that it never lands on another
 * one of the same name; where that object is gone meanwhile, it is made again, as the plan's end state has it.
 */
export async function send(cluster: Cluster, change: Upsert, force: boolean): Promise<Resource> {
  const options = { fieldManager, force, fieldValidation: 'Strict' } as const;
  if (change.op === 'create') return cluster.apply(change.to, options);
  const { uid } = change.from.metadata;
  if (change.takeover === true) {
    const live = await getIfThere(cluster, refOf(change), {});
    if (live !== undefined && live.metadata.uid === uid)
      await takeOver(cluster, { ...live, apiVersion: change.apiVersion, kind: change.id.kind });
  }
  const pinned = { ...change.to, metadata: { ...change.to.metadata, ...(uid === undefined ? {} : { uid }) } };
  try {
    return await cluster.apply(pinned, options);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.status !== 409 || error.code === 'FIELD_CONFLICT') throw error;
    const found = await getIfThere(cluster, refOf(change), {});
    const ours = found?.metadata.labels?.[partOf] === change.to.metadata.labels?.[partOf];
    if (found !== undefined && found.metadata.uid !== uid && !ours) throw changed(change.to);
    if (found !== undefined && found.metadata.uid === uid) throw error;
    return cluster.apply(change.to, options);
  }
}

function changed(object: Resource): UserError {
  return new UserError(
    'CHANGED_MEANWHILE',
    `Cannot update ${formatId(idOf(object))}: somebody deleted and made it again since the plan was made`,
    { suggestions: ['Run the same command again and look at the new plan'] },
  );
}

/** Asks for the deletion of exactly this object. True if it is gone already, or if another one has its name now. */
export async function remove(
  cluster: Cluster,
  ref: Refetched,
  uid: string,
  propagation: 'Background' | 'Orphan' = 'Background',
): Promise<boolean> {
  try {
    const answer = await cluster.delete(ref, { uid, propagation });
    return answer['kind'] === 'Status';
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.status === 404 || error.code === 'NO_KIND') return true;
    if (error.status !== 409) throw error;
    const found = await getIfThere(cluster, ref, {});
    if (found?.metadata.uid === uid) throw error;
    return true;
  }
}

/** Takes our label away from an object that stops being ours; everything else on it stays. */
export async function disown(cluster: Cluster, ref: Refetched, uid: string): Promise<void> {
  try {
    await cluster.patch(
      ref,
      { type: 'merge', body: { metadata: { uid, labels: { [partOf]: null } } } },
      { fieldManager },
    );
  } catch (error) {
    if (!(error instanceof ClusterError) || (error.status !== 404 && error.status !== 409)) throw error;
  }
}
