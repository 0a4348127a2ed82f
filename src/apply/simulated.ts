import type { Call, Cluster } from '../cluster/index.ts';
import type { Resource } from '../resource/index.ts';
import { listIfAllowed } from './live.ts';
import { selects } from './order/selectors.ts';
import { at } from './read.ts';

const mark = 'slipway.dev/simulated';

const runsPods = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job']);

/**
 * Tells of an object whether its pods are only played: the node of the embedded cluster marks a pod whose image cannot
 * run there. Pods are listed once, when the first workload is asked about.
 */
export function simulationOf(cluster: Cluster, call: Call): (object: Resource) => Promise<boolean> {
  let marked: Promise<Resource[]> | undefined;
  const listMarked = async () => {
    const pods = await listIfAllowed(cluster, { apiVersion: 'v1', kind: 'Pod' }, { ...call, metadataOnly: true });
    return (pods?.items ?? []).filter((pod) => pod.metadata.annotations?.[mark] === 'true');
  };
  return async (object) => {
    if (!runsPods.has(object.kind)) return object.metadata.annotations?.[mark] === 'true';
    marked ??= listMarked();
    const selector = at(object, 'spec', 'selector');
    return (await marked).some(
      (pod) => pod.metadata.namespace === object.metadata.namespace && selects(selector, pod.metadata.labels ?? {}),
    );
  };
}
