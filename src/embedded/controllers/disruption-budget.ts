import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { itself, type MakeController } from './controller.ts';
import { keyOf, type Mirrors, splitKey } from './mirror.ts';
import { controllerOf } from './owner.ts';
import { conditionOf, isFinished, isReady, portionOf, timestamp } from './pod.ts';
import { selects } from './selector.ts';

interface Spec {
  selector?: JsonObject;
  minAvailable?: JsonValue;
  maxUnavailable?: JsonValue;
}

/** How long a pod that was evicted may take to vanish before it counts as healthy again. */
const evictionPatience = 120_000;

/** Counts how many pods may be evicted now (https://kubernetes.io/docs/concepts/workloads/pods/disruptions/). */
export const disruptionBudget: MakeController = ({ mirrors, recorder, now }) => {
  const budgets = mirrors.of('policy/v1', 'PodDisruptionBudget');
  const pods = mirrors.of('v1', 'Pod');
  const events = recorder('controllermanager');
  for (const [apiVersion, kind] of scalable) mirrors.of(apiVersion, kind);

  async function reconcile(key: string): Promise<number | undefined> {
    const { namespace, name } = splitKey(key);
    const budget = budgets.get(namespace, name);
    if (budget === undefined) return undefined;
    const spec = budget['spec'] as unknown as Spec;
    const covered = pods
      .inNamespace(namespace)
      .filter((pod) => selects(spec.selector, pod.metadata.labels) && !isFinished(pod));
    if (covered.length === 0) events(budget, 'Normal', 'NoPods', 'No matching pods found');
    const evicted = recentlyEvicted(budget, covered, now().getTime());
    const healthy = covered.filter(
      (pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined && !(pod.metadata.name in evicted),
    ).length;
    const { expected, desired } = expectationOf(mirrors, spec, covered);
    await writeStatus(budget, { expected, desired, healthy, evicted });
    return Object.keys(evicted).length === 0 ? undefined : evictionPatience;
  }

  async function writeStatus(
    budget: Resource,
    counts: { expected: number; desired: number; healthy: number; evicted: Record<string, string> },
  ): Promise<void> {
    const allowed = counts.expected > 0 ? Math.max(0, counts.healthy - counts.desired) : 0;
    const before = (budget['status'] ?? {}) as { conditions?: JsonObject[] };
    const status = allowed > 0 ? 'True' : 'False';
    const old = conditionOf(budget, 'DisruptionAllowed') as { status: string; lastTransitionTime?: string } | undefined;
    const condition = {
      type: 'DisruptionAllowed',
      status,
      reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
      message: '',
      observedGeneration: budget.metadata.generation ?? 1,
      lastTransitionTime: old?.status === status ? (old.lastTransitionTime ?? timestamp(now())) : timestamp(now()),
    };
    const others = (before.conditions ?? []).filter(({ type }) => type !== 'DisruptionAllowed');
    const wanted = {
      ...(Object.keys(counts.evicted).length === 0 ? {} : { disruptedPods: counts.evicted }),
      disruptionsAllowed: allowed,
      currentHealthy: counts.healthy,
      desiredHealthy: counts.desired,
      expectedPods: counts.expected,
      observedGeneration: budget.metadata.generation ?? 1,
      conditions: [...others, condition],
    };
    if (canonical(before as JsonValue) !== canonical(wanted as unknown as JsonValue))
      await mirrors.updateStatus({ ...budget, status: wanted as unknown as JsonObject });
  }

  return {
    name: 'disruption-controller',
    watches: [
      { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', keys: itself },
      { apiVersion: 'v1', kind: 'Pod', keys: (now, before) => [...budgetsOf(now), ...budgetsOf(before)] },
      // The size that a controller is meant to have is part of the sum.
      ...scalable.map(([apiVersion, kind]) => ({
        apiVersion,
        kind,
        keys: (now: Resource | undefined, before: Resource | undefined) =>
          now?.metadata.generation === before?.metadata.generation
            ? []
            : budgets.inNamespace((now ?? before)?.metadata.namespace).map(keyOf),
      })),
    ],
    reconcile,
  };

  function budgetsOf(pod: Resource | undefined): string[] {
    if (pod === undefined) return [];
    return budgets
      .inNamespace(pod.metadata.namespace)
      .filter((budget) => selects((budget['spec'] as unknown as Spec).selector, pod.metadata.labels))
      .map(keyOf);
  }
};

/** Controllers whose `spec.replicas` says how many pods there should be. */
const scalable: readonly (readonly [string, string])[] = [
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'StatefulSet'],
];

function expectationOf(mirrors: Mirrors, spec: Spec, covered: readonly Resource[]) {
  if (typeof spec.minAvailable === 'number') return { expected: covered.length, desired: spec.minAvailable };
  const expected = intendedSize(mirrors, covered);
  if (spec.minAvailable !== undefined) return { expected, desired: portionOf(spec.minAvailable, expected, 'up') };
  const unavailable = portionOf(spec.maxUnavailable ?? 0, expected, 'up');
  return { expected, desired: Math.max(0, expected - unavailable) };
}

/** The sizes of all controllers that the pods have, each once; pods whose controller has none count by themselves. */
function intendedSize(mirrors: Mirrors, covered: readonly Resource[]): number {
  const sizes = new Map<string, number>();
  for (const pod of covered) {
    const owner = controllerOf(pod);
    const row = scalable.find(([, kind]) => kind === owner?.kind);
    const found = row === undefined ? undefined : mirrors.of(...row).get(pod.metadata.namespace, owner?.name ?? '');
    if (found?.metadata.uid !== owner?.uid || found === undefined) continue;
    sizes.set(owner?.uid ?? '', Number((found['spec'] as JsonObject)['replicas'] ?? 1));
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** Evictions that the API noted in the status and whose pods are still there. */
function recentlyEvicted(budget: Resource, covered: readonly Resource[], now: number): Record<string, string> {
  const noted = ((budget['status'] as JsonObject | undefined)?.['disruptedPods'] ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(noted).filter(([name, time]) => {
      const pod = covered.find(({ metadata }) => metadata.name === name);
      const isThere = pod !== undefined && pod.metadata.deletionTimestamp === undefined;
      return isThere && Date.parse(time) + evictionPatience > now;
    }),
  );
}
