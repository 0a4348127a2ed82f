import type { Call, Cluster } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import type { JsonObject, Resource } from '../resource/index.ts';
import { componentOf } from './components.ts';
import { child, find, isForbidden, isMissing, kindName, objects, refOf } from './objects.ts';

export interface MakeOptions {
  signal: AbortSignal;
  namespace: string;
  /** What it is called in messages: `notebook`, `training run`, `served model`. */
  what: string;
  /** Compare with what the nodes have; clusters that add nodes by themselves want it off. */
  checkNodes: boolean;
}

/** Who wrote a field, for server-side apply. */
export const fieldManager = 'slipway';

/**
 * Creates a workload: all objects or none. `main` is the one that the others belong to; what it owns goes with it.
 * Refused before anything is created: a kind the cluster does not serve, a namespace or claim that is not there, a name
 * that is taken, GPUs that no node has, and whatever the server says in a dry run.
 */
export async function makeWorkload(
  cluster: Cluster,
  all: readonly Resource[],
  main: Resource,
  options: MakeOptions,
): Promise<Resource> {
  const call = { signal: options.signal };
  await refuseUnservedKinds(cluster, all, options);
  await refuseMissingNamespace(cluster, options);
  await refuseTakenNames(cluster, all, main, options);
  await refuseMissingClaims(cluster, all, call);
  if (options.checkNodes) await refuseMissingGpus(cluster, all, call);
  for (const object of all) {
    if (isShared(object) && (await find(cluster, refOf(object), call)) !== undefined) continue;
    await cluster.create(object, { ...call, fieldManager, fieldValidation: 'Strict', dryRun: true });
  }
  const made: Resource[] = [];
  const shared = await sharedAlready(cluster, all, call);
  try {
    for (const object of all.filter((one) => !shared.has(one.metadata.name) || !isShared(one))) {
      const { apiVersion, kind } = object;
      made.push({
        ...(await cluster.create(object, { ...call, fieldManager, fieldValidation: 'Strict' })),
        apiVersion,
        kind,
      });
    }
  } catch (error) {
    await Promise.allSettled(made.map((object) => cluster.delete(refOf(object), { propagation: 'Background' })));
    throw error;
  }
  const owner = made.find(
    (object) => object.kind === main.kind && object.metadata.name === main.metadata.name,
  ) as Resource;
  const owned = [...made.filter((object) => object !== owner && !keeps(object)), ...shared.values()];
  await Promise.all(owned.map((object) => own(cluster, object, owner, call)));
  return owner;
}

/** Code is called by its hash: the same content is one object, which goes with the last that uses it. */
const isShared = ({ kind, metadata }: Resource) =>
  kind === 'ConfigMap' && metadata.annotations?.['slipway.dev/code-hash'] !== undefined;

async function sharedAlready(cluster: Cluster, all: readonly Resource[], call: Call): Promise<Map<string, Resource>> {
  const found = await Promise.all(all.filter(isShared).map((object) => find(cluster, refOf(object), call)));
  return new Map(found.flatMap((object) => (object === undefined ? [] : [[object.metadata.name, object] as const])));
}

/** A claim holds what a user made: it never goes by itself. */
const keeps = ({ kind }: Resource) => kind === 'PersistentVolumeClaim';

/** Ties the life of an object to another one's, beside those it is tied to already. */
export function own(cluster: Cluster, object: Resource, owner: Resource, call: Call): Promise<Resource> {
  const { apiVersion, kind, metadata } = owner;
  const known = object.metadata.ownerReferences ?? [];
  const ownerReferences = [...known, { apiVersion, kind, name: metadata.name, uid: metadata.uid as string }];
  return cluster.patch(
    refOf(object),
    { type: 'merge', body: { metadata: { ownerReferences } } },
    { ...call, fieldManager },
  );
}

async function refuseUnservedKinds(cluster: Cluster, all: readonly Resource[], { signal, what }: MakeOptions) {
  for (const target of all) {
    if ((await cluster.typeOf(target, { signal })) !== undefined) continue;
    const component = componentOf(target);
    throw new UserError(
      'KIND_MISSING',
      `Cannot make the ${what} ${target.metadata.name}: cluster ${cluster.name} has no ${kindName(target)}`,
      {
        suggestions:
          component === undefined
            ? [`install what serves ${kindName(target)} first`]
            : [`the component ${component} brings it: slipway component add ${component}, then slipway apply`],
      },
    );
  }
}

async function refuseMissingNamespace(cluster: Cluster, { signal, namespace, what }: MakeOptions) {
  try {
    await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { signal });
  } catch (error) {
    if (isForbidden(error)) return;
    if (!isMissing(error)) throw error;
    throw new UserError('NAMESPACE_MISSING', `Cannot make the ${what}: namespace ${namespace} does not exist`, {
      suggestions: ['name another one with -n', `or make it: kubectl create namespace ${namespace}`],
    });
  }
}

async function refuseTakenNames(
  cluster: Cluster,
  all: readonly Resource[],
  main: Resource,
  { signal, what }: MakeOptions,
) {
  const found = await Promise.all(all.map((object) => find(cluster, refOf(object), { signal })));
  for (const [index, object] of all.entries()) {
    if (found[index] === undefined || isShared(object)) continue;
    const { name, namespace } = object.metadata;
    const isMain = object === main;
    throw new UserError(
      'NAME_TAKEN',
      isMain
        ? `Cannot make the ${what} ${name}: namespace ${namespace} has one of this name already`
        : `Cannot make the ${what} ${main.metadata.name}: ${object.kind} ${name} exists already`,
      {
        suggestions: [
          'choose another name',
          keeps(object)
            ? `or use the claim that is there, or delete it: kubectl -n ${namespace} delete pvc ${name}`
            : 'or delete the old one first',
        ],
      },
    );
  }
}

/** The pod specs of an object, wherever its kind keeps them. */
function podSpecs(object: Resource): JsonObject[] {
  const found: JsonObject[] = [];
  const walk = (value: unknown) => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (typeof value === 'object' && value !== null) {
      const one = value as JsonObject;
      if (Array.isArray(one['volumes']) || Array.isArray(one['containers'])) found.push(one);
      for (const item of Object.values(one)) walk(item);
    }
  };
  walk(object['spec']);
  return found;
}

async function refuseMissingClaims(cluster: Cluster, all: readonly Resource[], call: Call) {
  const made = new Set(all.filter(keeps).map(({ metadata }) => metadata.name));
  for (const object of all) {
    const named = podSpecs(object).flatMap((pod) =>
      objects(pod['volumes']).flatMap((volume) => child(volume, 'persistentVolumeClaim')['claimName'] ?? []),
    );
    const { namespace } = object.metadata;
    for (const name of new Set(named.map(String))) {
      if (made.has(name)) continue;
      const claim = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name,
        ...(namespace === undefined ? {} : { namespace }),
      };
      if ((await find(cluster, claim, call)) !== undefined) continue;
      throw new UserError(
        'VOLUME_MISSING',
        `Cannot mount the claim ${name}: namespace ${namespace} has none of this name`,
        {
          suggestions: [
            `see what there is: slipway volume list -n ${namespace}`,
            `or make it: slipway volume create ${name} -n ${namespace}`,
          ],
        },
      );
    }
  }
}

async function refuseMissingGpus(cluster: Cluster, all: readonly Resource[], call: Call) {
  const wanted = new Map<string, number>();
  for (const pod of all.flatMap(podSpecs)) {
    for (const { resources } of [...objects(pod['containers']), child(pod, 'model')]) {
      for (const [name, count] of Object.entries(child(resources, 'limits'))) {
        if (name.includes('/')) wanted.set(name, Math.max(Number(count), wanted.get(name) ?? 0));
      }
    }
  }
  if (wanted.size === 0) return;
  const nodes = await cluster.list({ apiVersion: 'v1', kind: 'Node' }, call).catch((error: unknown) => {
    if (isForbidden(error)) return undefined;
    throw error;
  });
  if (nodes === undefined) return;
  for (const [name, count] of wanted) {
    const most = Math.max(0, ...nodes.items.map((node) => Number(child(node, 'status', 'allocatable')[name] ?? 0)));
    if (most >= count) continue;
    throw new UserError(
      'NO_GPU',
      `Cannot give ${count} ${name} to one pod: ${most === 0 ? 'no node has any' : `the most that a node has is ${most}`}`,
      { suggestions: ['ask for fewer: --gpu', 'where nodes are added by demand: --no-check-nodes'] },
    );
  }
}
