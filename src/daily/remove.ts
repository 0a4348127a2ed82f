import type { Call, Cluster } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import type { Resource } from '../resource/index.ts';
import { find, refOf } from './objects.ts';

const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };

/** The claims that were made together with a workload: those with its own label. */
export async function claimsOf(cluster: Cluster, object: Resource, signal: AbortSignal): Promise<Resource[]> {
  const own = object.metadata.labels?.['slipway.dev/workload'];
  const { namespace } = object.metadata;
  if (own === undefined || namespace === undefined) return [];
  const { items } = await cluster.list(
    { ...claim, namespace },
    { signal, labelSelector: `slipway.dev/workload=${own}` },
  );
  return items.map((item) => ({ ...item, ...claim }));
}

/** Deletes a workload with what it owns, then the claims; with `wait` until the last of them is gone. */
export async function deleteWorkload(
  cluster: Cluster,
  object: Resource,
  claims: readonly Resource[],
  { signal, wait, timeout }: { signal: AbortSignal; wait: boolean; timeout: number },
): Promise<void> {
  const all = [object, ...claims];
  for (const one of all) {
    const { uid } = one.metadata;
    // In the foreground: it is gone when its pods are.
    await cluster.delete(refOf(one), { signal, propagation: 'Foreground', ...(uid === undefined ? {} : { uid }) });
  }
  if (wait) for (const one of all) await untilGone(cluster, one, signal, timeout);
}

async function untilGone(
  cluster: Cluster,
  { apiVersion, kind, metadata }: Resource,
  outer: AbortSignal,
  timeout: number,
) {
  const late = AbortSignal.timeout(timeout);
  const done = new AbortController();
  const signal = AbortSignal.any([outer, late, done.signal]);
  const call: Call = { signal };
  const { name, namespace, uid } = metadata;
  const place = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) };
  if ((await find(cluster, { ...place, name }, call))?.metadata.uid !== uid) return;
  for await (const event of cluster.watch(place, { signal, fieldSelector: `metadata.name=${name}` })) {
    if (event.type === 'BOOKMARK') continue;
    const now = event.type === 'RELISTED' ? event.items.find((item) => item.metadata.name === name) : event.object;
    if (event.type === 'DELETED' || now?.metadata.uid !== uid) {
      done.abort();
      return;
    }
  }
  outer.throwIfAborted();
  throw new UserError('TIMEOUT', `${kind} ${namespace}/${name} is still not gone: its pods or finalizers hold it`, {
    suggestions: [`see what holds it: kubectl -n ${namespace} get ${kind.toLowerCase()} ${name} -o yaml`],
  });
}
