import { canonical, type JsonObject, type JsonValue, type Resource } from '../../../resource/index.ts';
import { itself } from '../../controllers/controller.ts';
import { keyOf, splitKey } from '../../controllers/mirror.ts';
import { controllerKeys } from '../../controllers/owner.ts';
import { conditionOf, timestamp } from '../../controllers/pod.ts';
import { ensure } from '../children.ts';
import type { MakeOperator } from '../program.ts';
import { hostOf, readSettings, type Settings } from './settings.ts';
import { componentOf, modelOf, protocolOf } from './spec.ts';

const apiVersion = 'serving.kserve.io/v1alpha1';

type Step = JsonObject & { serviceName?: string; serviceUrl?: string };
type Nodes = Record<string, JsonObject & { steps?: Step[] }>;

/** A router before several models: a Deployment that is told the graph as JSON, and a Service (KServe v0.18). */
export const inferenceGraph: MakeOperator = ({ mirrors, recorder, now }) => {
  const graphs = mirrors.of(apiVersion, 'InferenceGraph');
  const services = mirrors.of('serving.kserve.io/v1beta1', 'InferenceService');
  const events = recorder('InferenceGraphController');

  async function reconcile(key: string): Promise<undefined> {
    const { namespace, name } = splitKey(key);
    const found = graphs.get(namespace, name);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
    const settings = readSettings(mirrors);
    const unready: string[] = [];
    const spec = resolved(found, unready);
    if (unready.length > 0) {
      const message = `Failed to find graph service ${unready.join(', ')}`;
      events(found, 'Warning', 'InternalError', message);
      return writeStatus(found, { status: 'False', reason: 'InferenceServiceNotReady', message }, settings);
    }
    const deployment = await ensure(mirrors, found, routerOf(found, spec, settings));
    await ensure(mirrors, found, serviceOf(found));
    const available = conditionOf(deployment, 'Available') as JsonObject | undefined;
    const status = String(available?.['status'] ?? 'Unknown');
    const why = status === 'True' ? {} : { reason: available?.['reason'] ?? '', message: available?.['message'] ?? '' };
    return writeStatus(found, { status, ...(available === undefined ? {} : why) }, settings);
  }

  /** The graph with the address of each service that it names; those that have none yet are noted. */
  function resolved(found: Resource, unready: string[]): JsonObject {
    const spec = structuredClone(found['spec']) as JsonObject & { nodes: Nodes };
    for (const { steps = [] } of Object.values(spec.nodes))
      for (const step of steps) {
        if (step.serviceName === undefined || step.serviceUrl !== undefined) continue;
        const url = endpointOf(services.get(found.metadata.namespace, step.serviceName));
        if (url === undefined) unready.push(step.serviceName);
        else step.serviceUrl = url;
      }
    return spec;
  }

  async function writeStatus(found: Resource, ready: JsonObject, settings: Settings): Promise<undefined> {
    const { name, namespace = '', generation = 1 } = found.metadata;
    const before = conditionOf(found, 'Ready');
    const kept = before?.status === ready['status'] ? before?.lastTransitionTime : undefined;
    const lastTransitionTime = kept ?? timestamp(now());
    const status: JsonObject = {
      observedGeneration: generation,
      deploymentMode: 'Standard',
      conditions: [{ type: 'Ready', ...ready, lastTransitionTime }],
      ...(ready['status'] === 'True' ? { url: `${settings.scheme}://${hostOf(name, namespace, settings)}` } : {}),
    };
    if (canonical(found['status']) === canonical(status as JsonValue)) return undefined;
    const fresh = graphs.get(namespace, name);
    if (fresh !== undefined) await mirrors.updateStatus({ ...fresh, status });
    return undefined;
  }

  const owned = (now: Resource | undefined, before: Resource | undefined) =>
    controllerKeys('InferenceGraph', now, before);
  return {
    name: 'inferencegraph-controller',
    watches: [
      { apiVersion, kind: 'InferenceGraph', keys: itself },
      { apiVersion: 'apps/v1', kind: 'Deployment', keys: owned },
      { apiVersion: 'v1', kind: 'Service', keys: owned },
      {
        apiVersion: 'serving.kserve.io/v1beta1',
        kind: 'InferenceService',
        keys: (now, before) => graphs.inNamespace((now ?? before)?.metadata.namespace).map(keyOf),
      },
      { apiVersion: 'v1', kind: 'ConfigMap', keys: () => [] },
    ],
    reconcile,
  };
};

/** Where a service answers predictions, by the protocol that its model speaks. */
function endpointOf(service: Resource | undefined): string | undefined {
  const url = (service?.['status'] as { address?: { url?: string } } | undefined)?.address?.url;
  const predictor = service === undefined ? undefined : componentOf(service, 'predictor');
  if (service === undefined || predictor === undefined || url === undefined) return undefined;
  const model = modelOf(predictor);
  const { name } = service.metadata;
  const isSecond = model !== undefined && protocolOf(model) === 'v2';
  return isSecond ? `${url}/v2/models/${name}/infer` : `${url}/v1/models/${name}:predict`;
}

function metadataOf(found: Resource) {
  const { name, namespace = '', labels } = found.metadata;
  const own = { app: `isvc.${name}`, 'serving.kserve.io/inferencegraph': name };
  return { name, namespace, labels: { ...labels, ...own } };
}

function routerOf(found: Resource, spec: JsonObject, settings: Settings): Resource {
  const metadata = metadataOf(found);
  const { name } = metadata;
  const container = {
    name,
    image: settings.router,
    args: ['--graph-json', JSON.stringify(spec)],
    ports: [{ containerPort: 8080, protocol: 'TCP' }],
    readinessProbe: { tcpSocket: { port: 8080 }, timeoutSeconds: 1, periodSeconds: 10 },
    ...(spec['resources'] === undefined ? {} : { resources: spec['resources'] }),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: Number(spec['minReplicas'] ?? 1),
      selector: { matchLabels: { app: metadata.labels.app } },
      template: { metadata: { labels: metadata.labels }, spec: { containers: [container] } },
    },
  };
}

function serviceOf(found: Resource): Resource {
  const metadata = metadataOf(found);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      type: 'ClusterIP',
      selector: { app: metadata.labels.app },
      ports: [{ name: metadata.name, port: 80, targetPort: 8080, protocol: 'TCP' }],
    },
  };
}
