import type { JsonObject, Resource } from '../../../resource/index.ts';
import { conditionOf, isReady } from '../../controllers/pod.ts';
import type { Runtime } from './runtime.ts';
import { hostOf, type Settings } from './settings.ts';
import { type ComponentName, servingContainer } from './spec.ts';
import { workloadName } from './workload.ts';

interface Condition extends JsonObject {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  severity?: string;
}

export interface Seen {
  /** The Deployments that there are, by component. */
  parts: readonly (readonly [ComponentName, Resource | undefined])[];
  predictorPods: readonly Resource[];
  runtime?: Runtime | undefined;
  isStopped: boolean;
  /** Why no predictor can be made. */
  failure?: { reason: string; message: string };
}

/** `PredictorReady` and so on, from the Deployments; Ready when all of them are and the address is known. */
export function statusOf(service: Resource, seen: Seen, settings: Settings, time: string): JsonObject {
  const { parts, runtime, failure } = seen;
  const { name, namespace = '', generation = 1 } = service.metadata;
  const ready = parts.map(([component, deployment]) => readiness(component, deployment, seen.isStopped));
  const isReachable = failure === undefined && !seen.isStopped && ready.every(({ status }) => status === 'True');
  const ingress: Condition = isReachable
    ? { type: 'IngressReady', status: 'True' }
    : { type: 'IngressReady', status: seen.isStopped ? 'False' : 'Unknown', ...stopped(seen.isStopped) };
  const first = ready.find(({ status }) => status !== 'True');
  const all: Condition = {
    type: 'Ready',
    status: isReachable ? 'True' : (first?.status ?? 'Unknown'),
    ...(isReachable || first?.reason === undefined ? {} : { reason: first.reason, message: first.message ?? '' }),
  };
  const conditions = [
    ...ready,
    ingress,
    all,
    { type: 'Stopped', status: seen.isStopped ? 'True' : 'False', severity: 'Info' } as Condition,
  ].sort((one, other) => (one.type < other.type ? -1 : 1));
  const front = parts.some(([component]) => component === 'transformer') ? 'transformer' : 'predictor';
  const inside = `${workloadName(service, front)}.${namespace}.svc.cluster.local`;
  const url = (host: string) => `${settings.scheme}://${host}`;
  return {
    observedGeneration: generation,
    deploymentMode: 'Standard',
    ...(runtime === undefined
      ? {}
      : { [runtime.kind === 'ServingRuntime' ? 'servingRuntimeName' : 'clusterServingRuntimeName']: runtime.name }),
    conditions: timed(conditions, service, time),
    ...(isReachable ? { url: url(hostOf(name, namespace, settings)), address: { url: url(inside) } } : {}),
    components: Object.fromEntries(
      parts.map(([component], index) => [
        component,
        ready[index]?.status === 'True'
          ? { url: url(hostOf(workloadName(service, component), namespace, settings)) }
          : {},
      ]),
    ),
    modelStatus: modelStatus(service, seen, time),
  };
}

const stopped = (isStopped: boolean) => (isStopped ? { reason: 'Stopped' } : {});

function readiness(component: ComponentName, deployment: Resource | undefined, isStopped: boolean): Condition {
  const type = `${component[0]?.toUpperCase()}${component.slice(1)}Ready`;
  if (isStopped) return { type, status: 'False', reason: 'Stopped' };
  const available =
    deployment === undefined ? undefined : (conditionOf(deployment, 'Available') as Condition | undefined);
  if (available === undefined) return { type, status: 'Unknown' };
  if (available.status === 'True') return { type, status: 'True' };
  return { type, status: available.status, reason: available.reason ?? '', message: available.message ?? '' };
}

function timed(conditions: readonly Condition[], service: Resource, time: string): JsonObject[] {
  return conditions.map((condition) => {
    const before = conditionOf(service, condition.type);
    const lastTransitionTime = before?.status === condition.status ? (before.lastTransitionTime ?? time) : time;
    return { ...condition, lastTransitionTime };
  });
}

interface ContainerStatus {
  name: string;
  state?: State;
  lastState?: State;
}
interface State {
  waiting?: { reason?: string; message?: string };
  terminated?: { reason?: string; message?: string; exitCode: number };
}

/** Whether the model is loaded; why not, with the exit code of the server or of what fetched it. */
function modelStatus(service: Resource, { predictorPods, failure, isStopped, parts }: Seen, time: string): JsonObject {
  const before = ((service['status'] ?? {}) as { modelStatus?: JsonObject }).modelStatus ?? {};
  const active = (before['states'] as { activeModelState?: string } | undefined)?.activeModelState ?? '';
  const known = before['lastFailureInfo'] as JsonObject | undefined;
  if (failure !== undefined) {
    return {
      transitionStatus: 'InvalidSpec',
      states: { activeModelState: active, targetModelState: 'FailedToLoad' },
      lastFailureInfo: failureInfo({ ...failure }, known, time),
    };
  }
  if (isStopped) return { transitionStatus: '' };
  const total = predictorPods.length;
  const deployment = parts.find(([name]) => name === 'predictor')?.[1];
  const failed = predictorPods.flatMap((pod) => loadFailure(pod) ?? []);
  if (failed.length > 0) {
    return {
      transitionStatus: 'BlockedByFailedLoad',
      states: { activeModelState: active, targetModelState: 'FailedToLoad' },
      copies: { failedCopies: failed.length, totalCopies: total },
      lastFailureInfo: failureInfo(failed[0] as JsonObject, known, time),
    };
  }
  if (
    deployment !== undefined &&
    conditionOf(deployment, 'Available')?.status === 'True' &&
    predictorPods.some(isReady)
  ) {
    return {
      transitionStatus: 'UpToDate',
      states: { activeModelState: 'Loaded', targetModelState: 'Loaded' },
      copies: { failedCopies: 0, totalCopies: total },
    };
  }
  const isLoading = predictorPods.some((pod) => (pod['status'] as { phase?: string } | undefined)?.phase === 'Running');
  return {
    transitionStatus: 'InProgress',
    states: { activeModelState: active, targetModelState: isLoading ? 'Loading' : 'Pending' },
    copies: { failedCopies: 0, totalCopies: total },
  };
}

function loadFailure(pod: Resource): JsonObject | undefined {
  const status = (pod['status'] ?? {}) as {
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const { name, state, lastState } of all) {
    if (name !== 'storage-initializer' && name !== servingContainer) continue;
    const isCrashing = state?.waiting?.reason === 'CrashLoopBackOff';
    const ended = state?.terminated ?? (isCrashing ? lastState?.terminated : undefined);
    if (ended === undefined || ended.exitCode === 0) continue;
    return { reason: 'ModelLoadFailed', message: ended.message ?? ended.reason ?? '', exitCode: ended.exitCode };
  }
  return undefined;
}

function failureInfo(info: JsonObject, known: JsonObject | undefined, time: string): JsonObject {
  const isSame = known?.['reason'] === info['reason'] && known?.['message'] === info['message'];
  return { ...info, time: isSame ? (known?.['time'] ?? time) : time };
}
