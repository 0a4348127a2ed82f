import type { Cluster } from '../cluster/index.ts';
import type { Resource } from '../resource/index.ts';
import { podRule } from '../workloads/index.ts';
import { mainContainer, podsOf } from './logs.ts';
import { child, objects } from './objects.ts';
import type { FindPod } from './tunnel.ts';

/** The newest ready pod of a workload and the port that people talk to. */
export function podFinder(cluster: Cluster, object: Resource, usualPort: number, signal: AbortSignal): FindPod {
  return async () => {
    const pods = await podsOf(cluster, object, signal);
    const ready = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && isReady(pod));
    // A transformer stands before the predictor.
    const pod = ready.findLast((one) => one.metadata.labels?.['component'] === 'transformer') ?? ready.at(-1);
    if (pod === undefined) return undefined;
    const name = mainContainer(pod, podRule(object).container);
    const container = objects(child(pod['spec'])['containers']).find((one) => one['name'] === name);
    const ports = objects(container?.['ports']);
    const port = ports.find((one) => /^(http|h2c|notebook-port|http1)/.test(String(one['name'] ?? ''))) ?? ports[0];
    return {
      namespace: pod.metadata.namespace ?? 'default',
      name: pod.metadata.name,
      port: Number(port?.['containerPort'] ?? usualPort),
    };
  };
}

const isReady = (pod: Resource): boolean =>
  objects(child(pod['status'])['conditions']).some(({ type, status }) => type === 'Ready' && status === 'True');

/** True where a simulated node only says that a pod runs. */
export const isSimulated = (pod: Resource): boolean => pod.metadata.annotations?.['slipway.dev/simulated'] === 'true';
