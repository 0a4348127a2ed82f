import type { Cluster } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import type { Resource } from '../resource/index.ts';
import {
  canaryName,
  canaryService,
  modelOf,
  modelPatch,
  rollbackPatch,
  splitGraph,
  splitName,
} from '../workloads/index.ts';
import { fieldManager, makeWorkload, own } from './make.ts';
import { find, refOf } from './objects.ts';

const service = { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService' };
const graph = { apiVersion: 'serving.kserve.io/v1alpha1', kind: 'InferenceGraph' };

export interface Canary {
  service: Resource;
  graph: Resource | undefined;
}

const placeOf = ({ metadata: { namespace } }: Resource) => (namespace === undefined ? {} : { namespace });

/** The canary of a service, if it has one. */
export async function findCanary(cluster: Cluster, stable: Resource, signal: AbortSignal): Promise<Canary | undefined> {
  const { name } = stable.metadata;
  const [second, split] = await Promise.all([
    find(cluster, { ...service, ...placeOf(stable), name: canaryName(name) }, { signal }),
    find(cluster, { ...graph, ...placeOf(stable), name: splitName(name) }, { signal }),
  ]);
  return second === undefined ? undefined : { service: second, graph: split };
}

/** Starts the server of another model beside a service; it goes with the service. No request goes there yet. */
export async function startCanary(
  cluster: Cluster,
  stable: Resource,
  model: string,
  signal: AbortSignal,
): Promise<Resource> {
  if (modelOf(stable) === undefined) {
    throw new UserError('NO_MODEL', `Cannot make a canary of ${stable.metadata.name}: it names no model of its own`, {
      exit: 4,
    });
  }
  const namespace = stable.metadata.namespace ?? 'default';
  const wanted = canaryService(stable, model);
  const made = await makeWorkload(cluster, [wanted], wanted, { signal, namespace, what: 'canary', checkNodes: false });
  await own(cluster, made, stable, { signal });
  return made;
}

/** Sends a share of the requests of the graph to the canary. */
export async function split(
  cluster: Cluster,
  stable: Resource,
  percent: number,
  signal: AbortSignal,
): Promise<Resource> {
  const wanted = splitGraph(stable, percent);
  const now = await find(cluster, refOf(wanted), { signal });
  if (now === undefined) {
    const made = await cluster.create(wanted, { signal, fieldManager, fieldValidation: 'Strict' });
    return own(cluster, { ...made, ...graph }, stable, { signal });
  }
  return cluster.patch(
    refOf(wanted),
    { type: 'merge', body: { spec: wanted['spec'] as Resource } },
    { signal, fieldManager },
  );
}

/** Makes the canary's model the model of the service; the canary stays until {@link endCanary}. */
export async function promote(
  cluster: Cluster,
  stable: Resource,
  canary: Canary,
  at: string,
  signal: AbortSignal,
): Promise<Resource> {
  const body = modelPatch(stable, modelOf(canary.service) ?? '', at);
  return { ...(await cluster.patch(refOf(stable), { type: 'merge', body }, { signal, fieldManager })), ...service };
}

/** Takes the splitter away first, so that no request goes to a server that is going. */
export async function endCanary(cluster: Cluster, canary: Canary, signal: AbortSignal): Promise<void> {
  if (canary.graph !== undefined) await cluster.delete(refOf(canary.graph), { signal, propagation: 'Foreground' });
  await cluster.delete(refOf(canary.service), { signal, propagation: 'Background' });
}

/** Goes back to the model that was served before. Throws `NO_HISTORY` where none is known. */
export async function goBack(
  cluster: Cluster,
  stable: Resource,
  signal: AbortSignal,
): Promise<{ model: string; service: Resource }> {
  const back = rollbackPatch(stable);
  if (back === undefined) {
    throw new UserError('NO_HISTORY', `Cannot roll back ${stable.metadata.name}: it served no other model before`, {
      exit: 4,
      suggestions: ['models are remembered when a canary is promoted'],
    });
  }
  const patched = await cluster.patch(refOf(stable), { type: 'merge', body: back.patch }, { signal, fieldManager });
  return { model: back.model, service: { ...patched, ...service } };
}

export const serviceTargets = [service];
