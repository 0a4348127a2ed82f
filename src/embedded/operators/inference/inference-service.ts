import { canonical, type JsonObject, type JsonValue, type Resource } from '../../../resource/index.ts';
import { itself } from '../../controllers/controller.ts';
import { keyOf, splitKey } from '../../controllers/mirror.ts';
import { controllerKeys } from '../../controllers/owner.ts';
import { timestamp } from '../../controllers/pod.ts';
import { ensure, remove } from '../children.ts';
import type { PodSpec } from '../pod-spec.ts';
import type { MakeOperator } from '../program.ts';
import { mergedPod, NoRuntime, type Runtime, runtimeFor } from './runtime.ts';
import { readSettings, type Settings } from './settings.ts';
import { type Component, type ComponentName, componentNames, componentOf, modelOf } from './spec.ts';
import { type Seen, statusOf } from './status.ts';
import { deploymentOf, mainOf, type Part, serviceOf, workloadName } from './workload.ts';

const apiVersion = 'serving.kserve.io/v1beta1';
const group = 'serving.kserve.io';

/**
 * A served model in Standard mode: a Deployment and a Service for each component (KServe v0.18). Autoscalers are left
 * out, and Knative's mode is left to a cluster that has it.
 */
export const inferenceService: MakeOperator = ({ mirrors, recorder, now }) => {
  const services = mirrors.of(apiVersion, 'InferenceService');
  const deployments = mirrors.of('apps/v1', 'Deployment');
  const events = recorder('v1beta1Controllers');

  async function reconcile(key: string): Promise<undefined> {
    const { namespace, name } = splitKey(key);
    const found = services.get(namespace, name);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
    const settings = readSettings(mirrors);
    if (!isStandard(found, settings)) return undefined;
    const isStopped = found.metadata.annotations?.[`${group}/stop`] === 'true';
    const names = componentNames.filter((component) => componentOf(found, component) !== undefined);
    const seen: Seen = { parts: names.map((component) => [component, undefined]), predictorPods: [], isStopped };
    try {
      if (!isStopped) for (const component of names) await make(found, component, settings, seen);
    } catch (error) {
      if (!(error instanceof NoRuntime)) throw error;
      seen.failure = { reason: error.reason, message: error.message };
      events(found, 'Warning', 'InternalError', error.message);
    }
    for (const component of componentNames) if (isStopped || !names.includes(component)) await unmake(found, component);
    await writeStatus(found, { ...seen, parts: names.map((one) => [one, deploymentIn(found, one)]) }, settings);
    return undefined;
  }

  async function make(found: Resource, name: ComponentName, settings: Settings, seen: Seen): Promise<void> {
    const component = componentOf(found, name) as Component;
    const part = partOf(found, name, component, seen);
    if (part === undefined) return;
    await ensure(mirrors, found, deploymentOf(found, part, settings));
    await ensure(mirrors, found, serviceOf(found, part));
    if (name === 'predictor') seen.predictorPods = podsOf(found);
  }

  function partOf(found: Resource, name: ComponentName, component: Component, seen: Seen): Part | undefined {
    const model = name === 'predictor' ? modelOf(component) : undefined;
    if (model === undefined) {
      if ((component.containers ?? []).length === 0) return undefined;
      const pod: PodSpec = { containers: component.containers };
      if (name !== 'predictor') tellPredictor(found, pod);
      return { name, component, pod, uri: storageVariable(pod) };
    }
    const runtime: Runtime = runtimeFor(mirrors, found.metadata.namespace ?? '', model);
    seen.runtime = runtime;
    const { labels, annotations } = runtime.spec;
    const uri = model.storageUri ?? storedAt(model);
    return { name, component, pod: mergedPod(found, runtime, model), labels, annotations, uri };
  }

  async function unmake(found: Resource, component: ComponentName): Promise<void> {
    const { uid = '', namespace } = found.metadata;
    const name = workloadName(found, component);
    for (const mirror of [deployments, mirrors.of('v1', 'Service')]) {
      const child = mirror.get(namespace, name);
      if (child?.metadata.ownerReferences?.some((owner) => owner.uid === uid)) await remove(mirrors, child);
    }
  }

  const deploymentIn = (found: Resource, component: ComponentName) =>
    deployments.get(found.metadata.namespace, workloadName(found, component));

  function podsOf(found: Resource): Resource[] {
    const { namespace, name } = found.metadata;
    return mirrors
      .of('v1', 'Pod')
      .inNamespace(namespace)
      .filter(
        ({ metadata: { labels, deletionTimestamp } }) =>
          deletionTimestamp === undefined &&
          labels?.[`${group}/inferenceservice`] === name &&
          labels['component'] === 'predictor',
      );
  }

  async function writeStatus(found: Resource, seen: Seen, settings: Settings): Promise<void> {
    const status = statusOf(found, seen, settings, timestamp(now()));
    if (canonical(found['status']) === canonical(status as JsonValue)) return;
    const fresh = services.get(found.metadata.namespace, found.metadata.name);
    if (fresh?.metadata.uid !== found.metadata.uid) return;
    const written = await mirrors.updateStatus({ ...(fresh as Resource), status });
    const isReady = (one: Resource) =>
      ((one['status'] as { conditions?: JsonObject[] } | undefined)?.conditions ?? []).some(
        ({ type, status: truth }) => type === 'Ready' && truth === 'True',
      );
    if (isReady(written) && !isReady(found))
      events(found, 'Normal', 'InferenceServiceReady', `InferenceService [${found.metadata.name}] is Ready`);
    if (!isReady(written) && isReady(found))
      events(
        found,
        'Warning',
        'InferenceServiceNotReady',
        `InferenceService [${found.metadata.name}] is no longer Ready`,
      );
  }

  const owned = (now: Resource | undefined, before: Resource | undefined) =>
    controllerKeys('InferenceService', now, before);
  const everything = () => services.all().map(keyOf);
  return {
    name: 'inferenceservice-controller',
    watches: [
      { apiVersion, kind: 'InferenceService', keys: itself },
      { apiVersion: 'apps/v1', kind: 'Deployment', keys: owned },
      { apiVersion: 'v1', kind: 'Service', keys: owned },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        keys: (now, before) => {
          const { labels, namespace } = (now ?? before)?.metadata ?? {};
          const name = labels?.[`${group}/inferenceservice`];
          return name === undefined ? [] : [`${namespace}/${name}`];
        },
      },
      { apiVersion: `${group}/v1alpha1`, kind: 'ServingRuntime', keys: everything },
      { apiVersion: `${group}/v1alpha1`, kind: 'ClusterServingRuntime', keys: everything },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        keys: (now) => (now?.metadata.name === 'inferenceservice-config' ? everything() : []),
      },
    ],
    reconcile,
  };
};

function isStandard(found: Resource, settings: Settings): boolean {
  const mode = found.metadata.annotations?.[`${group}/deploymentMode`] ?? settings.defaultMode;
  return mode === 'Standard' || mode === 'RawDeployment';
}

/** A bucket of the storage secret, as the init container is told about it. */
function storedAt({
  storage,
}: {
  storage?: { path?: string; parameters?: Record<string, string> };
}): string | undefined {
  if (storage?.path === undefined) return undefined;
  const { type = 's3', bucket = '' } = storage.parameters ?? {};
  return `${type}://${bucket}/${storage.path}`;
}

/** A container of one's own names its model by a variable. */
function storageVariable(pod: PodSpec): string | undefined {
  return mainOf(pod)?.env?.find(({ name }) => name === 'STORAGE_URI')?.value;
}

/** Transformers and explainers stand in front of the predictor. */
function tellPredictor(found: Resource, pod: PodSpec): void {
  const main = mainOf(pod);
  if (main === undefined) return;
  const { name, namespace } = found.metadata;
  const given = main.args ?? [];
  const added = { '--model_name': name, '--predictor_host': `${name}-predictor.${namespace}`, '--http_port': '8080' };
  const missing = Object.entries(added).filter(([flag]) => !given.some((arg) => arg.split('=')[0] === flag));
  main.args = [...given, ...missing.flat()];
}
