import type { Cluster, Target } from '../../../../src/cluster/index.ts';
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseYaml,
  type Resource,
} from '../../../../src/resource/index.ts';
import type { Scenario, Step } from './scenarios.ts';

/** Everything about a job that a person or a program could notice, without what differs from run to run. */
export interface Sight {
  status: JsonValue;
  pods: string[];
  services: string[];
}

/** What the operator made, seen in full once. */
export type Children = Record<string, JsonObject>;

const kinds: readonly Target[] = [
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
];

export const jobName = 'job';

export async function createJob(cluster: Cluster, namespace: string, { kind, spec }: Scenario): Promise<void> {
  await cluster.create({ apiVersion: 'kubeflow.org/v1', kind, metadata: { name: jobName, namespace }, ...read(spec) });
}

const read = (spec: string) => ({ spec: (parseYaml(spec) as unknown as JsonObject[])[0] as JsonObject });

export async function take(cluster: Cluster, namespace: string, kind: string, step: Step): Promise<void> {
  if ('patch' in step) {
    const ref = { apiVersion: 'kubeflow.org/v1', kind, name: jobName, namespace };
    await cluster.patch(ref, { type: 'merge', body: step.patch });
    return;
  }
  for (const suffix of step.pods) {
    const ref = { apiVersion: 'v1', kind: 'Pod', name: `${jobName}-${suffix}`, namespace };
    const pod = await cluster.get(ref);
    await cluster.patch(ref, { type: 'merge', body: { status: statusAfter(pod, step) } }, { subresource: 'status' });
  }
}

function statusAfter(pod: Resource, step: Extract<Step, { phase: string }>): JsonObject {
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const state: JsonObject =
    step.phase === 'Running'
      ? { running: { startedAt: time } }
      : { terminated: { exitCode: step.exitCode ?? 0, reason: 'Ended', startedAt: time, finishedAt: time } };
  const { containers } = pod['spec'] as { containers: { name: string; image: string }[] };
  return {
    phase: step.phase,
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready: step.phase === 'Running',
      restartCount: step.restarts ?? 0,
      state,
    })),
  };
}

export async function sight(cluster: Cluster, namespace: string, kind: string): Promise<Sight> {
  const job = await cluster.get({ apiVersion: 'kubeflow.org/v1', kind, name: jobName, namespace });
  const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace });
  const services = await cluster.list({ apiVersion: 'v1', kind: 'Service', namespace });
  const phase = (pod: Resource) => (pod['status'] as { phase?: string } | undefined)?.phase;
  return {
    status: withoutTimes(job['status'] ?? null),
    pods: pods.items.map((pod) => `${pod.metadata.name} ${phase(pod)}`).sort(),
    services: services.items.map((service) => service.metadata.name).sort(),
  };
}

export async function children(cluster: Cluster, namespace: string): Promise<Children> {
  const found: Children = {};
  for (const target of kinds) {
    const { items } = await cluster.list({ ...target, namespace });
    for (const item of items)
      if (item.metadata.ownerReferences !== undefined) found[`${target.kind} ${item.metadata.name}`] = essence(item);
  }
  return Object.fromEntries(Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** `Type Reason: message` of the events about the job, each once. */
export async function events(cluster: Cluster, namespace: string): Promise<string[]> {
  const { items } = await cluster.list({ apiVersion: 'v1', kind: 'Event', namespace });
  const lines = items
    .filter((event) => (event['involvedObject'] as { name?: string }).name === jobName)
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  return [...new Set(lines)].sort();
}

/** What the server adds to every object of a kind, and what is drawn by chance. */
const noise = new Set([
  'uid',
  'clusterIPs',
  'internalTrafficPolicy',
  'ipFamilies',
  'ipFamilyPolicy',
  'sessionAffinity',
  'enableServiceLinks',
  'preemptionPolicy',
  'priority',
  'schedulerName',
  'terminationGracePeriodSeconds',
  'tolerations',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'dnsPolicy',
  'imagePullPolicy',
  'serviceAccount',
  'defaultMode',
]);

function essence({ metadata, ...rest }: Resource): JsonObject {
  const { labels, annotations, ownerReferences } = metadata;
  const { apiVersion: _, kind: __, status: ___, secrets: ____, ...content } = rest;
  return withoutNoise({
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ownerReferences: ownerReferences as JsonValue,
    ...content,
  }) as JsonObject;
}

function withoutNoise(value: JsonValue | undefined): JsonValue {
  if (Array.isArray(value))
    return value.filter((item) => !/^kube-api-access/.test(nameOf(item))).map((item) => withoutNoise(item));
  if (!isJsonObject(value)) return value ?? null;
  const kept = Object.entries(value)
    .filter(([key, item]) => !noise.has(key) && !(key === 'serviceAccountName' && item === 'default'))
    .map(([key, item]) => [key, withoutNoise(item)] as const)
    .filter(([, item]) => !isEmpty(item));
  return Object.fromEntries(kept.sort(([one], [other]) => (one < other ? -1 : 1)));
}

const nameOf = (item: JsonValue) => (isJsonObject(item) ? String(item['name'] ?? '') : '');
const isEmpty = (value: JsonValue) =>
  value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

function withoutTimes(value: JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (!isJsonObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !['lastUpdateTime', 'lastTransitionTime', 'lastReconcileTime'].includes(key))
      .map(([key, item]) => [key, /Time$/.test(key) ? 'TIME' : withoutTimes(item)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
