import { type Call, type Cluster, ClusterError, type List } from '../cluster/index.ts';
import { idOf, keyOf, type Resource, type ResourceId } from '../resource/index.ts';
import type { Limit } from './concurrency.ts';
import { partOf } from './inventory/applyset.ts';
import type { Member } from './inventory/record.ts';
import { type Kind, targetKey } from './kinds.ts';

/** Live objects by `keyOf`. */
export type Live = Map<string, Resource>;

/** From here on, one list of names is cheaper than a request for each. */
const listFrom = 4;

interface Wanted {
  id: ResourceId;
  apiVersion: string;
}

/**
 * What is in the cluster of `intents` and `members`: one list by label for each kind finds what is ours; what is not
 * found there is looked up by name, since it may exist without our label.
 */
export async function readLive(
  cluster: Cluster,
  intents: readonly Resource[],
  members: readonly Member[],
  kinds: ReadonlyMap<string, Kind>,
  identity: string,
  limit: Limit,
  call: Call,
): Promise<Live> {
  const live: Live = new Map();
  const wanted = new Map<string, Wanted>();
  for (const member of members) wanted.set(keyOf(member.id), member);
  for (const intent of intents) {
    if (kinds.get(targetKey(intent))?.state === 'served') {
      wanted.set(keyOf(idOf(intent)), { id: idOf(intent), apiVersion: intent.apiVersion });
    }
  }
  const groups = Map.groupBy(wanted.values(), ({ apiVersion, id }) => targetKey({ apiVersion, kind: id.kind }));
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const target = { apiVersion: (group[0] as Wanted).apiVersion, kind: (group[0] as Wanted).id.kind };
      const options = { ...call, labelSelector: `${partOf}=${identity}` };
      const ours = await limit(() => listIfAllowed(cluster, target, options));
      for (const item of ours?.items ?? []) put(live, { ...target, ...item });
      const missing = group.filter(({ id }) => !live.has(keyOf(id)));
      await lookUp(cluster, target, missing, live, limit, call);
    }),
  );
  return live;
}

function put(live: Live, object: Resource): void {
  live.set(keyOf(idOf(object)), object);
}

async function lookUp(
  cluster: Cluster,
  target: { apiVersion: string; kind: string },
  missing: readonly Wanted[],
  live: Live,
  limit: Limit,
  call: Call,
): Promise<void> {
  let candidates = missing;
  if (missing.length >= listFrom) {
    const names = await limit(() => listIfAllowed(cluster, target, { ...call, metadataOnly: true }));
    if (names !== undefined) {
      const existing = new Set(names.items.map((item) => keyOf(idOf({ ...target, metadata: item.metadata }))));
      candidates = missing.filter(({ id }) => existing.has(keyOf(id)));
    }
  }
  await Promise.all(
    candidates.map(({ id }) =>
      limit(async () => {
        const found = await getIfThere(cluster, { ...target, ...placeOf(id) }, call);
        if (found !== undefined) put(live, { ...target, ...found });
      }),
    ),
  );
}

export const placeOf = ({ namespace, name }: ResourceId) => (namespace === undefined ? { name } : { namespace, name });

/** The object, or undefined where it (or its kind) is not there. */
export async function getIfThere(
  cluster: Cluster,
  ref: { apiVersion: string; kind: string; namespace?: string; name: string },
  call: Call,
): Promise<Resource | undefined> {
  try {
    return await cluster.get(ref, call);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether an error says that an object, its namespace or its kind does not exist. */
export const isMissing = (error: unknown): boolean =>
  error instanceof ClusterError && (error.status === 404 || error.code === 'NO_KIND');

/** The list; undefined where it is forbidden, empty where the kind is gone. */
export async function listIfAllowed(
  cluster: Cluster,
  collection: { apiVersion: string; kind: string; namespace?: string },
  options: Call & { labelSelector?: string; metadataOnly?: boolean },
): Promise<List | undefined> {
  try {
    return await cluster.list(collection, options);
  } catch (error) {
    if (isMissing(error)) return { resourceVersion: '', items: [] };
    if (error instanceof ClusterError && error.status === 403) return undefined;
    throw error;
  }
}
