import { isJsonObject, type JsonObject } from '../../../resource/index.ts';
import type { Mirrors } from '../../controllers/mirror.ts';

/** What is read of ConfigMap `inferenceservice-config`, whose values are JSON texts. */
export interface Settings {
  defaultMode: string;
  domain: string;
  domainTemplate: string;
  scheme: string;
  /** What a model gets that says nothing about its resources. */
  resources: { requests: JsonObject; limits: JsonObject } | undefined;
  storage: { image: string; requests: JsonObject; limits: JsonObject };
  /** The image that routes the requests of a graph. */
  router: string;
}

export function readSettings(mirrors: Mirrors): Settings {
  const config = mirrors
    .of('v1', 'ConfigMap')
    .all()
    .find(({ metadata }) => metadata.name === 'inferenceservice-config');
  const data = (config?.['data'] ?? {}) as Record<string, string>;
  const part = (key: string) => parse(data[key]);
  const ingress = part('ingress');
  const storage = part('storageInitializer');
  const resource = part('inferenceService')['resource'];
  const text = (from: JsonObject, key: string, otherwise: string) => String(from[key] ?? otherwise);
  return {
    defaultMode: text(part('deploy'), 'defaultDeploymentMode', 'Knative'),
    domain: text(ingress, 'ingressDomain', 'example.com'),
    domainTemplate: text(ingress, 'domainTemplate', '{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}'),
    scheme: text(ingress, 'urlScheme', 'http'),
    resources: isJsonObject(resource)
      ? {
          requests: { cpu: text(resource, 'cpuRequest', '1'), memory: text(resource, 'memoryRequest', '2Gi') },
          limits: { cpu: text(resource, 'cpuLimit', '1'), memory: text(resource, 'memoryLimit', '2Gi') },
        }
      : undefined,
    router: text(part('router'), 'image', 'kserve/router:v0.18.0'),
    storage: {
      image: text(storage, 'image', 'kserve/storage-initializer:v0.18.0'),
      requests: { cpu: text(storage, 'cpuRequest', '100m'), memory: text(storage, 'memoryRequest', '100Mi') },
      limits: { cpu: text(storage, 'cpuLimit', '1'), memory: text(storage, 'memoryLimit', '1Gi') },
    },
  };
}

/** A text that is no JSON says nothing. */
function parse(text: string | undefined): JsonObject {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}

/** The address that users are told, by the template of the settings. */
export function hostOf(name: string, namespace: string, { domain, domainTemplate }: Settings): string {
  const values: Record<string, string> = { Name: name, Namespace: namespace, IngressDomain: domain };
  return domainTemplate.replaceAll(/\{\{\s*\.(\w+)\s*\}\}/g, (whole, key: string) => values[key] ?? whole);
}
