import type { JsonObject } from '../../resource/index.ts';
import { timestamp } from '../controllers/pod.ts';
import { type ContainerSpec, type ContainerStatus, isSidecar, type Pod } from './spec.ts';

/** What the node knows of a pod beside its containers. */
export interface PodFacts {
  init: readonly ContainerStatus[];
  main: readonly ContainerStatus[];
  /** Volumes are laid out and the address is there. */
  isPrepared: boolean;
  hostIP: string;
  podIP?: string;
  startTime: string;
  /** Set where the pod as a whole was ended by the node, for example `DeadlineExceeded`. */
  failure?: { reason: string; message: string };
}

interface Condition {
  type: string;
  status: 'True' | 'False';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** The status that the kubelet would report (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/). */
export function podStatus(pod: Pod, facts: PodFacts, now: Date): JsonObject {
  const phase = facts.failure === undefined ? phaseOf(pod, facts) : 'Failed';
  const generation = pod.metadata.generation;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const before = ((pod.status?.['conditions'] ?? []) as unknown as Condition[]).reduce(
    (map, condition) => map.set(condition.type, condition),
    new Map<string, Condition>(),
  );
  const conditions = conditionsOf(pod, facts, phase, before).map((condition) => {
    const old = before.get(condition.type);
    const since = old?.status === condition.status ? old.lastTransitionTime : undefined;
    return {
      ...observed,
      lastProbeTime: null,
      lastTransitionTime: since ?? timestamp(now),
      reason: null,
      message: null,
      ...condition,
    };
  });
  const { podIP } = facts;
  return {
    ...observed,
    phase,
    conditions: conditions as unknown as JsonObject[],
    reason: facts.failure?.reason ?? null,
    message: facts.failure?.message ?? null,
    hostIP: facts.hostIP,
    hostIPs: [{ ip: facts.hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: facts.startTime,
    ...(facts.init.length === 0 ? {} : { initContainerStatuses: facts.init.map(print) }),
    containerStatuses: facts.main.map(print),
  };
}

function print(status: ContainerStatus): JsonObject {
  const { containerID, ...rest } = status;
  return { ...rest, ...(containerID === undefined ? {} : { containerID }) } as unknown as JsonObject;
}

/** The kubelet's `getPhase`. */
function phaseOf(pod: Pod, { init, main }: PodFacts): string {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  for (const { name, state, lastState, started } of init) {
    const ended = state.terminated ?? (state.waiting === undefined ? undefined : lastState.terminated);
    if (sidecars.has(name)) {
      if (!started && state.terminated === undefined && !hasRun(main)) return 'Pending';
    } else if (ended === undefined || (ended.exitCode !== 0 && policy !== 'Never')) return 'Pending';
    else if (ended.exitCode !== 0) return 'Failed';
  }
  if (main.some(({ state, lastState }) => state.waiting !== undefined && lastState.terminated === undefined))
    return 'Pending';
  if (main.some(({ state }) => state.running !== undefined)) return 'Running';
  // A sidecar keeps a pod running until it has ended too.
  if (init.some(({ name, state }) => sidecars.has(name) && state.running !== undefined)) return 'Running';
  if (main.some(({ state }) => state.waiting !== undefined) || policy === 'Always') return 'Running';
  if (main.every(({ state }) => state.terminated?.exitCode === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

const hasRun = (main: readonly ContainerStatus[]) =>
  main.some(({ state, lastState }) => state.waiting === undefined || lastState.terminated !== undefined);

function conditionsOf(pod: Pod, facts: PodFacts, phase: string, before: ReadonlyMap<string, Condition>): Condition[] {
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  const containersReady = readinessOf(facts, pod.spec, phase);
  const gate = (pod.spec.readinessGates ?? []).find(
    ({ conditionType }) => before.get(conditionType)?.status !== 'True',
  );
  const ready =
    containersReady.status === 'True' && gate !== undefined
      ? {
          status: 'False' as const,
          reason: 'ReadinessGatesNotReady',
          message:
            before.get(gate.conditionType) === undefined
              ? `corresponding condition of pod readiness gate "${gate.conditionType}" does not exist.`
              : `the status of pod readiness gate "${gate.conditionType}" is not "True", but ${before.get(gate.conditionType)?.status}`,
        }
      : containersReady;
  return [
    { type: 'PodReadyToStartContainers', status: facts.isPrepared && !isOver ? 'True' : 'False' },
    { type: 'Initialized', ...initialized(pod.spec.initContainers ?? [], facts, phase) },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...containersReady },
    { type: 'PodScheduled', status: 'True' },
  ];
}

function initialized(
  specs: readonly ContainerSpec[],
  { init, main }: PodFacts,
  phase: string,
): Omit<Condition, 'type'> {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  const incomplete = specs
    .filter((spec) => {
      const status = init.find(({ name }) => name === spec.name);
      if (isSidecar(spec)) return status?.started !== true;
      return (status?.state.terminated ?? status?.lastState.terminated)?.exitCode !== 0;
    })
    .map(({ name }) => name);
  if (incomplete.length === 0 || hasRun(main)) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${incomplete.join(' ')}]`,
  };
}

function readinessOf({ init, main }: PodFacts, spec: Pod['spec'], phase: string): Omit<Condition, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const sidecars = (spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name);
  const unready = [...init.filter(({ name }) => sidecars.includes(name)), ...main].filter(({ ready }) => !ready);
  if (unready.length === 0) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.map(({ name }) => name).join(' ')}]`,
  };
}
