import type { JsonObject, Resource } from '../../../resource/index.ts';
import type { Container, PodSpec } from '../pod-spec.ts';

export type ComponentName = 'predictor' | 'transformer' | 'explainer';
export const componentNames: readonly ComponentName[] = ['predictor', 'transformer', 'explainer'];

/** The container that serves, in pods and in runtimes. */
export const servingContainer = 'kserve-container';

export type Model = Container & {
  modelFormat: { name: string; version?: string };
  storageUri?: string;
  storage?: { key?: string; path?: string; parameters?: Record<string, string> };
  protocolVersion?: string;
  runtime?: string;
  runtimeVersion?: string;
};

export type Component = PodSpec & {
  model?: Model;
  minReplicas?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  deploymentStrategy?: JsonObject;
  storageUris?: { uri: string; mountPath?: string }[];
};

/** The older way to name a model's format: a field of its own. */
const frameworks = [
  'sklearn',
  'xgboost',
  'tensorflow',
  'pytorch',
  'onnx',
  'triton',
  'pmml',
  'lightgbm',
  'paddle',
  'huggingface',
] as const;

const settingsOfComponents = new Set([
  'model',
  'minReplicas',
  'maxReplicas',
  'scaleTarget',
  'scaleMetric',
  'scaleMetricType',
  'autoScaling',
  'containerConcurrency',
  'timeout',
  'canaryTrafficPercent',
  'logger',
  'batcher',
  'labels',
  'annotations',
  'deploymentStrategy',
  'storageUris',
  'workerSpec',
  'art',
  ...frameworks,
]);

export function componentOf(service: Resource, name: ComponentName): Component | undefined {
  const found = (service['spec'] as JsonObject)[name] as Component | undefined;
  return found === undefined ? undefined : structuredClone(found);
}

/** The predictor's model, as the defaulting webhook writes it. */
export function modelOf(component: Component): Model | undefined {
  if (component.model !== undefined) return component.model;
  for (const name of frameworks) {
    const found = component[name] as Omit<Model, 'modelFormat'> | undefined;
    if (found !== undefined) return { ...found, modelFormat: { name } } as Model;
  }
  return undefined;
}

export function protocolOf({ protocolVersion, modelFormat: { name } }: Model): string {
  return protocolVersion ?? (['triton', 'onnx', 'huggingface'].includes(name) ? 'v2' : 'v1');
}

/** What a component says of its pod. */
export function podOf(component: Component): Partial<PodSpec> {
  return Object.fromEntries(Object.entries(component).filter(([key]) => !settingsOfComponents.has(key)));
}
