import { type Call, type Cluster, ClusterError, type List } from '../../cluster/index.ts';
import type { JsonValue, Resource } from '../../resource/index.ts';
import { kindOf } from '../order/references.ts';
import { matchesAll, selects } from '../order/selectors.ts';
import { at, textAt } from '../read.ts';
import { condition } from '../readiness/conditions.ts';
import { stuckContainer } from '../readiness/pod.ts';

/** Why something is not ready, as far as its pods and events tell. `image` is set where an image cannot be pulled. */
export interface Cause {
  reason: string;
  image?: boolean;
}

export type Explain = (object: Resource) => Promise<Cause | undefined>;

/** How long an answer about a namespace serves everybody who waits in it, in milliseconds. */
const freshness = 2_000;

/**
 * Looks for the root cause of a wait: first in the states of the object's pods, then in the warnings about it, its pods
 * and what it made. Lists of pods and events are shared by all who ask within two seconds. Whoever may not read them
 * gets no cause.
 */
export function makeExplain(cluster: Cluster, call: Call): Explain {
  const memory = new Map<string, { at: number; list: Promise<Resource[]> }>();
  const read = (kind: 'Pod' | 'Event', namespace: string): Promise<Resource[]> => {
    const key = `${kind}/${namespace}`;
    const known = memory.get(key);
    if (known !== undefined && performance.now() - known.at < freshness) return known.list;
    const options = kind === 'Event' ? { ...call, fieldSelector: 'type=Warning' } : call;
    const list = readable(cluster.list({ apiVersion: 'v1', kind, namespace }, options));
    memory.set(key, { at: performance.now(), list });
    return list;
  };
  return async (object) => {
    const namespace = object.metadata.namespace;
    if (namespace === undefined) return undefined;
    const selector = podSelector(object);
    const pods = selector === undefined ? [] : (await read('Pod', namespace)).filter((pod) => selector(pod));
    return podCause(pods) ?? eventCause(object, pods, await read('Event', namespace));
  };
}

async function readable(list: Promise<List>): Promise<Resource[]> {
  try {
    return (await list).items;
  } catch (error) {
    if (error instanceof ClusterError) return [];
    throw error;
  }
}

/** Which pods are an object's own: by its selector, or by the labels that its operator sets. */
function podSelector(object: Resource): ((pod: Resource) => boolean) | undefined {
  const labels = (pod: Resource) => pod.metadata.labels ?? {};
  switch (kindOf(object)) {
    case 'Deployment.apps':
    case 'ReplicaSet.apps':
    case 'StatefulSet.apps':
    case 'DaemonSet.apps':
    case 'Job.batch': {
      const selector = at(object, 'spec', 'selector');
      return (pod) => selects(selector, labels(pod));
    }
    case 'ReplicationController.': {
      const selector: JsonValue | undefined = at(object, 'spec', 'selector');
      return (pod) => matchesAll(selector, labels(pod));
    }
    case 'Pod.':
      return (pod) => pod.metadata.name === object.metadata.name;
    default:
      return (pod) =>
        (pod.metadata.ownerReferences ?? []).some((owner) => owner.uid === object.metadata.uid) ||
        [
          'notebook-name',
          'training.kubeflow.org/job-name',
          'serving.kserve.io/inferenceservice',
          'jobset.sigs.k8s.io/jobset-name',
        ].some((name) => labels(pod)[name] === object.metadata.name);
  }
}

/** The newest pod that is stuck speaks for all: older ones belong to a revision that is going. */
function podCause(pods: readonly Resource[]): Cause | undefined {
  const newest = [...pods]
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1));
  for (const pod of newest) {
    const container = stuckContainer(pod);
    if (container !== undefined) {
      const image = /^(ImagePullBackOff|ErrImagePull|ErrImageNeverPull|InvalidImageName)$/.test(container.cause);
      return { reason: `pod ${pod.metadata.name}: ${container.reason}`, ...(image ? { image } : {}) };
    }
    const scheduled = condition(pod, 'PodScheduled');
    if (textAt(scheduled, 'status') === 'False') {
      return { reason: `pod ${pod.metadata.name} cannot be scheduled: ${textAt(scheduled, 'message') ?? ''}` };
    }
  }
  return undefined;
}

/** Warnings that say less than the state they are about. */
const noise = new Set(['BackOff', 'Unhealthy', 'FailedToUpdateEndpoint', 'FailedToUpdateEndpointSlices']);

function eventCause(object: Resource, pods: readonly Resource[], events: readonly Resource[]): Cause | undefined {
  const names = new Set([object.metadata.name, ...pods.map((pod) => pod.metadata.name)]);
  const about = (event: Resource) => {
    const name = textAt(event, 'involvedObject', 'name') ?? '';
    const uid = textAt(event, 'involvedObject', 'uid');
    if (uid !== undefined && uid === object.metadata.uid) return true;
    return names.has(name) || [...names].some((known) => name.startsWith(`${known}-`));
  };
  const time = (event: Resource) => textAt(event, 'lastTimestamp') ?? textAt(event, 'eventTime') ?? '';
  const found = events.filter((event) => about(event)).sort((a, b) => (time(a) < time(b) ? 1 : -1));
  const event = found.find((item) => !noise.has(textAt(item, 'reason') ?? '')) ?? found[0];
  if (event === undefined) return undefined;
  const who = `${textAt(event, 'involvedObject', 'kind')} ${textAt(event, 'involvedObject', 'name')}`;
  return { reason: `${who}: ${textAt(event, 'reason')}: ${(textAt(event, 'message') ?? '').trim()}` };
}
