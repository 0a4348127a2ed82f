import { isJsonObject, type JsonObject, type Resource } from '../../resource/index.ts';

/**
 * A canary in Standard mode: a second InferenceService beside the first, and an InferenceGraph that splits requests
 * between the two. (The field `canaryTrafficPercent` moves traffic with Knative alone.)
 */
export const canaryName = (name: string) => `${name}-canary`;
export const splitName = (name: string) => `${name}-split`;

/** Keeps which models were served, newest first. */
const historyAnnotation = 'slipway.dev/models';
const kept = 10;

export interface Served {
  model: string;
  at: string;
}

/** The models that were served before the present one. */
function historyOf(service: Resource): Served[] {
  try {
    const value: unknown = JSON.parse(service.metadata.annotations?.[historyAnnotation] ?? '[]');
    return Array.isArray(value) ? value.filter((one) => isJsonObject(one) && typeof one['model'] === 'string') : [];
  } catch {
    return [];
  }
}

const modelIn = (service: Resource): JsonObject => {
  const predictor = isJsonObject(service['spec']) ? service['spec']['predictor'] : undefined;
  const model = isJsonObject(predictor) ? predictor['model'] : undefined;
  return isJsonObject(model) ? model : {};
};

/** Where the model of a service is; undefined for a custom server without one. */
export function modelOf(service: Resource): string | undefined {
  const uri = modelIn(service)['storageUri'];
  return typeof uri === 'string' ? uri : undefined;
}

/** The second service: like the first, with another model. */
export function canaryService(stable: Resource, model: string): Resource {
  const { name, namespace, labels } = stable.metadata;
  const spec = structuredClone(stable['spec']) as JsonObject;
  const predictor = spec['predictor'] as JsonObject;
  predictor['model'] = { ...(predictor['model'] as JsonObject), storageUri: model };
  return {
    apiVersion: stable.apiVersion,
    kind: stable.kind,
    metadata: {
      name: canaryName(name),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, 'slipway.dev/canary-of': name },
      annotations: { 'serving.kserve.io/deploymentMode': 'Standard' },
    },
    spec,
  };
}

/** Splits requests between a service and its canary by percent. */
export function splitGraph(stable: Resource, percent: number): Resource {
  const { name, namespace, labels } = stable.metadata;
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'InferenceGraph',
    metadata: {
      name: splitName(name),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, 'slipway.dev/canary-of': name },
      annotations: { 'serving.kserve.io/deploymentMode': 'Standard' },
    },
    spec: {
      nodes: {
        root: {
          routerType: 'Splitter',
          steps: [
            { serviceName: name, weight: 100 - percent },
            { serviceName: canaryName(name), weight: percent },
          ],
        },
      },
    },
  };
}

/** The patch that makes a service serve another model and remember the present one. */
export function modelPatch(service: Resource, model: string, at: string): JsonObject {
  const now = modelOf(service);
  const history = [...(now === undefined ? [] : [{ model: now, at }]), ...historyOf(service)].slice(0, kept);
  return withModel(model, history);
}

/** The patch that goes back to the model before, and forgets the present one; undefined where there is none. */
export function rollbackPatch(service: Resource): { model: string; patch: JsonObject } | undefined {
  const [before, ...rest] = historyOf(service);
  return before && { model: before.model, patch: withModel(before.model, rest) };
}

const withModel = (model: string, history: Served[]): JsonObject => ({
  metadata: { annotations: { [historyAnnotation]: JSON.stringify(history) } },
  spec: { predictor: { model: { storageUri: model } } },
});
