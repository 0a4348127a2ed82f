import type { Call, Cluster } from '../cluster/index.ts';
import { idOf, keyOf, type Resource, type ResourceId } from '../resource/index.ts';
import { makeLimit, mapLimited } from './concurrency.ts';
import { identityOf } from './inventory/applyset.ts';
import type { Member } from './inventory/record.ts';
import { readInventory } from './inventory.ts';
import { readLive } from './live.ts';
import { componentOf } from './order/edges.ts';
import type { Owner } from './plan.ts';
import { simulationOf } from './simulated.ts';
import { makeExplain } from './wait/cause.ts';
import { assess } from './wait/gates.ts';

/** Each object of a stack as it is now, grouped by component. */
export interface Status {
  owner?: Owner;
  /** False where the cluster has no inventory of this owner. */
  installed: boolean;
  /** True if every object is ready. */
  ready: boolean;
  /** When it was applied last, ISO 8601, and how often it was. */
  updated?: string;
  revision?: number;
  components: readonly ComponentStatus[];
}

export interface ComponentStatus {
  /** Empty for objects without the label `slipway.dev/component`. */
  name: string;
  ready: number;
  total: number;
  objects: readonly ObjectStatus[];
}

export interface ObjectStatus {
  id: ResourceId;
  state: 'ready' | 'waiting' | 'failed' | 'missing';
  /** The root cause as far as it is known. */
  reason?: string;
  /** ISO 8601. */
  created?: string;
  /** The node only plays this object's pods (embedded cluster): `slipway.dev/simulated`. */
  simulated?: boolean;
}

/** How each object of an owner's inventory, or of a list, is doing now, with the root cause where it is not ready. */
export async function makeStatus(cluster: Cluster, of: Owner | readonly Resource[], call: Call = {}): Promise<Status> {
  const limit = makeLimit(16);
  const explain = makeExplain(cluster, call);
  const isSimulated = simulationOf(cluster, call);
  const inventory = isList(of) ? undefined : await readInventory(cluster, of, call);
  const members: readonly Member[] = isList(of) ? of.map(asMember) : (inventory?.members ?? []);
  const identity = isList(of) ? '' : identityOf(of);
  const live = await readLive(cluster, [], members, new Map(), identity, limit, call);
  const objects = await mapLimited(members, limit, async (member) => {
    const object = live.get(keyOf(member.id));
    if (object === undefined)
      return { member, status: { id: member.id, state: 'missing' as const, reason: 'it is not there' } };
    return { member, status: await statusOf(object) };
  });

  async function statusOf(object: Resource): Promise<ObjectStatus> {
    const verdict = await assess(cluster, object, call);
    const cause = verdict.state === 'ready' ? undefined : await explain(object);
    const reason = [verdict.reason, cause?.reason].filter((part) => part !== undefined).join('; ');
    const created = object.metadata.creationTimestamp;
    return {
      id: idOf(object),
      state: verdict.state,
      ...(reason === '' ? {} : { reason }),
      ...(created === undefined ? {} : { created }),
      ...((await isSimulated(object)) ? { simulated: true } : {}),
    };
  }

  const components = [...Map.groupBy(objects, ({ member }) => member.component ?? '')]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, items]) =>
      componentStatus(
        name,
        items.map((item) => item.status),
      ),
    );
  return {
    ...(isList(of) ? {} : { owner: of }),
    installed: isList(of) ? objects.some(({ status }) => status.state !== 'missing') : inventory !== undefined,
    ready: objects.length > 0 && objects.every(({ status }) => status.state === 'ready'),
    ...(inventory === undefined ? {} : { updated: inventory.updated, revision: inventory.revision }),
    components,
  };
}

const isList = (of: Owner | readonly Resource[]): of is readonly Resource[] => Array.isArray(of);

function asMember(object: Resource): Member {
  const component = componentOf(object);
  return { id: idOf(object), apiVersion: object.apiVersion, ...(component === undefined ? {} : { component }) };
}

function componentStatus(name: string, objects: readonly ObjectStatus[]): ComponentStatus {
  const ready = objects.filter((object) => object.state === 'ready').length;
  const sorted = [...objects].sort((a, b) => (keyOf(a.id) < keyOf(b.id) ? -1 : 1));
  return { name, ready, total: objects.length, objects: sorted };
}
