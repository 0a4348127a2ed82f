import type { JsonObject, Resource } from '../../resource/index.ts';
import { defined } from '../defined.ts';
import { container, environment, metadata, podSpec } from '../pod.ts';
import type { ServeSpec } from './spec.ts';

/** An InferenceService (KServe v0.18, `pkg/apis/serving/v1beta1`). */
export function inferenceService(spec: ServeSpec): Resource {
  return {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: metadata(spec, 'serve', { annotations: { 'serving.kserve.io/deploymentMode': spec.mode } }),
    spec: defined({
      predictor: predictor(spec),
      transformer: spec.transformer === undefined ? undefined : companion(spec.transformer),
      explainer: spec.explainer === undefined ? undefined : companion(spec.explainer),
    }),
  };
}

function predictor(spec: ServeSpec): JsonObject {
  const part = { name: 'kserve-container', command: spec.command, args: spec.args, ports: ports(spec) };
  const { containers, ...pod } = podSpec(spec, part);
  const { name: _name, ...own } = container(spec, part);
  const served =
    spec.framework === 'custom'
      ? { containers: withModel(spec, containers as JsonObject[]) }
      : {
          model: defined({
            modelFormat: defined({ name: spec.framework, version: spec.formatVersion }),
            storageUri: spec.model,
            runtime: spec.runtime,
            protocolVersion: spec.protocol,
            ...own,
          }),
        };
  return {
    ...pod,
    ...served,
    ...defined({
      minReplicas: spec.minReplicas,
      maxReplicas: spec.maxReplicas,
      scaleMetric: spec.scaleMetric,
      scaleTarget: spec.scaleTarget,
      containerConcurrency: spec.concurrency,
      timeout: spec.timeoutSeconds,
      canaryTrafficPercent: spec.canaryPercent,
      logger: spec.logger === undefined ? undefined : defined(spec.logger),
      batcher: spec.batcher === undefined ? undefined : defined(spec.batcher),
    }),
    ...(spec.predictor as JsonObject),
  };
}

const ports = (spec: ServeSpec) =>
  spec.port === undefined ? undefined : [{ containerPort: spec.port, protocol: 'TCP' }];

/** KServe fetches the model of a custom container when this variable names it. */
function withModel(spec: ServeSpec, containers: JsonObject[]): JsonObject[] {
  const [first = {}, ...rest] = containers;
  if (spec.model === undefined) return containers;
  const env = [...((first['env'] ?? []) as JsonObject[]), { name: 'STORAGE_URI', value: spec.model }];
  return [{ ...first, env }, ...rest];
}

function companion(of: NonNullable<ServeSpec['transformer']>): JsonObject {
  const { image, command, args, env } = of;
  return { containers: [defined({ name: 'kserve-container', image, command, args, env: environment(env) })] };
}
