import type { Call, Cluster, ResourceType } from '../cluster/index.ts';
import type { Problem } from '../errors.ts';
import { formatId, groupOf, idOf, type Resource, versionOf } from '../resource/index.ts';
import type { Served } from './order/webhooks.ts';
import { at, objectsAt, textAt } from './read.ts';

/** What is known about the kind of an object. */
export interface Kind extends Served {
  /** `served` can be asked about now; `planned` only once a definition of this very plan is established. */
  state: 'served' | 'planned';
}

const isDefinition = (object: Resource) =>
  object.kind === 'CustomResourceDefinition' && groupOf(object.apiVersion) === 'apiextensions.k8s.io';

export const targetKey = (object: { apiVersion: string; kind: string }) => `${object.apiVersion} ${object.kind}`;

/**
 * Looks up the kind of each object in discovery and among the definitions in the plan. What neither knows is a problem,
 * not an exception, so that all of them are reported together.
 */
export async function resolveKinds(
  cluster: Cluster,
  objects: readonly Resource[],
  call: Call = {},
): Promise<{ kinds: ReadonlyMap<string, Kind>; problems: Problem[] }> {
  const planned = plannedKinds(objects);
  const kinds = new Map<string, Kind>();
  const problems: Problem[] = [];
  const types = new Map((await cluster.types(call)).map((type) => [`${apiVersionOf(type)} ${type.kind}`, type]));
  let refreshed = false;
  for (const object of objects) {
    const key = targetKey(object);
    if (kinds.has(key)) continue;
    let type = types.get(key);
    const definition = planned.get(key);
    if (type === undefined && definition === undefined && !refreshed) {
      refreshed = true;
      for (const found of await cluster.types({ ...call, refresh: true })) {
        types.set(`${apiVersionOf(found)} ${found.kind}`, found);
      }
      type = types.get(key);
    }
    if (type !== undefined) kinds.set(key, { ...type, state: 'served' });
    else if (definition !== undefined) kinds.set(key, definition);
    else problems.push(unknownKind(object, [...types.values()]));
  }
  return { kinds, problems };
}

const apiVersionOf = (type: ResourceType) => (type.group === '' ? type.version : `${type.group}/${type.version}`);

function plannedKinds(objects: readonly Resource[]): Map<string, Kind> {
  const kinds = new Map<string, Kind>();
  for (const object of objects.filter(isDefinition)) {
    const group = textAt(object, 'spec', 'group') ?? '';
    const kind = textAt(object, 'spec', 'names', 'kind') ?? '';
    for (const item of objectsAt(object, 'spec', 'versions')) {
      if (at(item, 'served') !== true) continue;
      const version = textAt(item, 'name') ?? '';
      kinds.set(`${group}/${version} ${kind}`, {
        group,
        version,
        resource: textAt(object, 'spec', 'names', 'plural') ?? '',
        namespaced: textAt(object, 'spec', 'scope') === 'Namespaced',
        state: 'planned',
      });
    }
  }
  return kinds;
}

function unknownKind(object: Resource, types: readonly ResourceType[]): Problem {
  const group = groupOf(object.apiVersion);
  const others = types.filter((type) => type.group === group && type.kind === object.kind);
  const elsewhere = types.filter((type) => type.kind === object.kind && type.group !== group);
  const why =
    others.length > 0
      ? `the cluster serves ${object.kind} in ${others.map(apiVersionOf).join(', ')}, not in ${object.apiVersion}`
      : `the cluster does not know the kind ${object.kind} in ${object.apiVersion}, and nothing in the plan defines it`;
  const suggestion =
    others.length > 0
      ? `write it in version ${versionOf(apiVersionOf(others[0] as ResourceType))}`
      : elsewhere.length > 0
        ? `did you mean ${elsewhere.map(apiVersionOf).join(' or ')}?`
        : 'add the component that defines this kind, or correct apiVersion and kind';
  return { message: `${formatId(idOf(object))}: ${why}`, suggestion };
}
