import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { adopt } from './adoption.ts';
import { itself, type MakeController } from './controller.ts';
import { splitKey } from './mirror.ts';
import { controllerKeys } from './owner.ts';
import { availableIn, counters, isFinished, isReady, type PodTemplate, phaseOf, podFrom, portionOf } from './pod.ts';
import { syncRevisions } from './revisions.ts';
import { fits } from './scheduling.ts';

interface Spec {
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
  selector: JsonObject;
  template: PodTemplate;
  updateStrategy?: { type?: string; rollingUpdate?: { maxUnavailable?: JsonValue; maxSurge?: JsonValue } };
}

const revisionLabel = 'controller-revision-hash';

/** Taints that a daemon's pods put up with by themselves (https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/). */
const tolerations = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];

/** One pod on every node that fits. */
export const daemonSet: MakeController = ({ mirrors, recorder, now }) => {
  const sets = mirrors.of('apps/v1', 'DaemonSet');
  const pods = mirrors.of('v1', 'Pod');
  const nodes = mirrors.of('v1', 'Node');
  const events = recorder('daemonset-controller');

  async function reconcile(key: string): Promise<number | undefined> {
    const { namespace, name } = splitKey(key);
    const set = sets.get(namespace, name);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
    const spec = set['spec'] as unknown as Spec;
    const inUse = pods.ownedBy(set.metadata.uid ?? '').flatMap((pod) => pod.metadata.labels?.[revisionLabel] ?? []);
    const { hash } = await syncRevisions(mirrors, set, spec, revisionLabel, inUse);
    const owned = await adopt(mirrors, set, spec.selector, pods.inNamespace(namespace));
    const wanted = nodes.all().filter((node) => fits(podFor(set, spec, node, hash), node, []) === undefined);
    await place(set, spec, owned, wanted, hash);
    return updateStatus(set, spec, wanted, hash);
  }

  async function place(
    set: Resource,
    spec: Spec,
    owned: readonly Resource[],
    wanted: readonly Resource[],
    hash: string,
  ) {
    const on = (node: Resource) => owned.filter((pod) => nodeOf(pod) === node.metadata.name);
    const misplaced = owned.filter((pod) => !wanted.some((node) => node.metadata.name === nodeOf(pod)));
    const failed = owned.filter((pod) => phaseOf(pod) === 'Failed');
    const surplus = wanted.flatMap((node) =>
      on(node)
        .filter((pod) => !isFinished(pod))
        .sort(byAge)
        .slice(1),
    );
    for (const pod of new Set([...misplaced, ...failed, ...surplus])) await remove(set, pod);
    for (const node of wanted) if (on(node).length === 0) await create(set, spec, node, hash);
    if (spec.updateStrategy?.type !== 'OnDelete') await roll(set, spec, owned, wanted, hash);
  }

  /** Replaces old pods as far as availability allows; those that do not work go first and cost nothing. */
  async function roll(
    set: Resource,
    spec: Spec,
    owned: readonly Resource[],
    wanted: readonly Resource[],
    hash: string,
  ) {
    const here = owned.filter((pod) => pod.metadata.deletionTimestamp === undefined);
    const old = here.filter((pod) => pod.metadata.labels?.[revisionLabel] !== hash);
    const limit = Math.max(1, portionOf(spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted.length, 'up'));
    const working = here.filter((pod) => isAvailable(pod, spec)).length;
    let room = limit - (wanted.length - working);
    for (const pod of [...old].sort(
      (one, other) => Number(isAvailable(one, spec)) - Number(isAvailable(other, spec)),
    )) {
      const works = isAvailable(pod, spec);
      if (works && room <= 0) break;
      if (works) room -= 1;
      await remove(set, pod);
    }
  }

  async function create(set: Resource, spec: Spec, node: Resource, hash: string): Promise<void> {
    const pod = await mirrors.create(podFor(set, spec, node, hash));
    events(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }

  async function remove(set: Resource, pod: Resource): Promise<void> {
    if (pod.metadata.deletionTimestamp !== undefined) return;
    await mirrors.delete(pod);
    events(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }

  const isAvailable = (pod: Resource, spec: Spec) => availableIn(pod, spec.minReadySeconds ?? 0, now()) === 0;

  async function updateStatus(set: Resource, spec: Spec, wanted: readonly Resource[], hash: string) {
    const owned = pods.ownedBy(set.metadata.uid ?? '').filter((pod) => pod.metadata.deletionTimestamp === undefined);
    const rightful = owned.filter((pod) => wanted.some((node) => node.metadata.name === nodeOf(pod)));
    const available = rightful.filter((pod) => isAvailable(pod, spec)).length;
    const status = {
      currentNumberScheduled: rightful.length,
      numberMisscheduled: owned.length - rightful.length,
      desiredNumberScheduled: wanted.length,
      numberReady: rightful.filter(isReady).length,
      observedGeneration: set.metadata.generation ?? 1,
      ...counters({
        updatedNumberScheduled: rightful.filter((pod) => pod.metadata.labels?.[revisionLabel] === hash).length,
        numberAvailable: available,
        numberUnavailable: wanted.length - available,
      }),
    };
    const fresh = sets.get(set.metadata.namespace, set.metadata.name) ?? set;
    if (canonical(fresh['status']) !== canonical(status)) await mirrors.updateStatus({ ...fresh, status });
    const waits = rightful.map((pod) => availableIn(pod, spec.minReadySeconds ?? 0, now()));
    const pending = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
    return pending.length === 0 ? undefined : Math.min(...pending);
  }

  const all = () => sets.all().map((set) => `${set.metadata.namespace}/${set.metadata.name}`);
  return {
    name: 'daemonset-controller',
    watches: [
      { apiVersion: 'apps/v1', kind: 'DaemonSet', keys: itself },
      { apiVersion: 'v1', kind: 'Pod', keys: (pod, before) => controllerKeys('DaemonSet', pod, before) },
      {
        apiVersion: 'v1',
        kind: 'Node',
        keys: (node, before) => (placementOf(node) === placementOf(before) ? [] : all()),
      },
    ],
    reconcile,
  };
};

/** What of a node decides where daemons run; heartbeats are not. */
function placementOf(node: Resource | undefined): string {
  const spec = node?.['spec'] as JsonObject | undefined;
  return node === undefined
    ? ''
    : canonical([node.metadata.labels ?? {}, spec?.['taints'] ?? [], spec?.['unschedulable'] ?? false]);
}

/** A daemon's pod, tied to its node by affinity, so that the scheduler has the last word. */
function podFor(set: Resource, spec: Spec, node: Resource, hash: string): Resource {
  const pod = podFrom(set, spec.template);
  const podSpec = pod['spec'] as JsonObject & { tolerations?: JsonValue[]; affinity?: JsonObject };
  const onNode = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node.metadata.name] }] };
  const generation = set.metadata.annotations?.['deprecated.daemonset.template.generation'];
  pod.metadata.labels = {
    ...pod.metadata.labels,
    [revisionLabel]: hash,
    ...(generation === undefined ? {} : { 'pod-template-generation': generation }),
  };
  podSpec.affinity = {
    ...podSpec.affinity,
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: termsOf(podSpec.affinity, onNode) },
    },
  };
  podSpec.tolerations = [...(podSpec.tolerations ?? []), ...tolerations];
  return pod;
}

/** Terms are alternatives, so the node goes into each of those that the template has. */
function termsOf(affinity: JsonObject | undefined, onNode: JsonObject): JsonObject[] {
  const required = (
    affinity as {
      nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: JsonObject[] } };
    }
  )?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return required === undefined ? [onNode] : required.map((term) => ({ ...term, ...onNode }));
}

/** Where a pod runs or is meant to run. */
function nodeOf(pod: Resource): string | undefined {
  const spec = pod['spec'] as {
    nodeName?: string;
    affinity?: {
      nodeAffinity?: {
        requiredDuringSchedulingIgnoredDuringExecution?: {
          nodeSelectorTerms: { matchFields?: { values: string[] }[] }[];
        };
      };
    };
  };
  if (spec.nodeName !== undefined) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.[0]?.values[0];
}

const byAge = (one: Resource, other: Resource) =>
  Date.parse(one.metadata.creationTimestamp ?? '') - Date.parse(other.metadata.creationTimestamp ?? '');
