import type { JsonObject, JsonValue, Resource } from '../../../resource/index.ts';
import type { Container, PodSpec } from '../pod-spec.ts';
import type { Settings } from './settings.ts';
import { type Component, type ComponentName, podOf, servingContainer } from './spec.ts';
import { addStorage } from './storage.ts';

const group = 'serving.kserve.io';

/** Deployment and Service of one component. */
export const workloadName = (service: Resource, component: ComponentName) => `${service.metadata.name}-${component}`;

/** The labels of a component's pods: `kubectl logs -l` finds them by these. */
function labelsOf(service: Resource, name: ComponentName, component: Component): Record<string, string> {
  return {
    ...service.metadata.labels,
    ...component.labels,
    app: `isvc.${workloadName(service, name)}`,
    component: name,
    [`${group}/inferenceservice`]: service.metadata.name,
  };
}

export interface Part {
  name: ComponentName;
  component: Component;
  /** The pod before the component's own settings are laid over it. */
  pod: PodSpec;
  annotations?: Record<string, string> | undefined;
  labels?: Record<string, string> | undefined;
  /** Where its model is. */
  uri?: string | undefined;
}

export function deploymentOf(service: Resource, part: Part, settings: Settings): Resource {
  const { name, component } = part;
  const spec: PodSpec = { ...structuredClone(part.pod), ...podOf(component), containers: part.pod.containers };
  for (const container of spec.containers) prepare(container, settings);
  const uri = part.uri ?? component.storageUris?.[0]?.uri;
  if (uri !== undefined) addStorage(spec, uri, settings);
  const labels = { ...part.labels, ...labelsOf(service, name, component) };
  const annotations = {
    ...part.annotations,
    ...passedOn(service.metadata.annotations),
    ...component.annotations,
    ...(uri === undefined ? {} : { [`internal.${group}/storage-initializer-sourceuri`]: uri }),
    [`${group}/deploymentMode`]: 'Standard',
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: workloadName(service, name), namespace: service.metadata.namespace ?? '', labels, annotations },
    spec: {
      replicas: component.minReplicas ?? 1,
      selector: { matchLabels: { app: labels.app } },
      strategy: component.deploymentStrategy ?? {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
      },
      template: { metadata: { labels, annotations }, spec },
    },
  };
}

export function serviceOf(service: Resource, { name, component, pod }: Part): Resource {
  const labels = labelsOf(service, name, component);
  const main = mainOf(pod);
  const [port] = main?.ports ?? [];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: workloadName(service, name), namespace: service.metadata.namespace ?? '', labels },
    spec: {
      type: 'ClusterIP',
      selector: { app: labels['app'] as string },
      ports: [
        {
          name: port?.name ?? workloadName(service, name),
          port: 80,
          targetPort: port?.containerPort ?? 8080,
          protocol: 'TCP',
        },
      ],
    },
  };
}

/** What the controller's defaults and webhook add to the container that serves. */
function prepare(container: Container, { resources }: Settings): void {
  if (container.name !== servingContainer) return;
  container['readinessProbe'] ??= {
    tcpSocket: { port: container.ports?.[0]?.containerPort ?? 8080 },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  };
  if (resources === undefined) return;
  const own = (container['resources'] ?? {}) as { requests?: JsonObject; limits?: JsonObject };
  container['resources'] = {
    ...own,
    requests: { ...within(resources.requests, own.limits), ...own.requests },
    limits: { ...resources.limits, ...own.limits },
  } as JsonValue;
}

/** A default request must not be above the limit that somebody chose: then the limit is requested. */
function within(requests: JsonObject, limits: JsonObject = {}): JsonObject {
  return Object.fromEntries(Object.entries(requests).map(([key, value]) => [key, limits[key] ?? value]));
}

export const mainOf = (pod: PodSpec): Container | undefined =>
  pod.containers.find(({ name }) => name === servingContainer) ?? pod.containers[0];

/** Not passed on to pods: what tools remember, and what is said to the controller. */
function passedOn(annotations: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(annotations).filter(
    ([key]) => !/^kubectl\.|^autoscaling\.knative|\/(stop|deploymentMode|storageSecretName)$/.test(key),
  );
  return Object.fromEntries(kept);
}
