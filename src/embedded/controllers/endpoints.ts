import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { itself, type MakeController } from './controller.ts';
import { splitKey } from './mirror.ts';
import { controlledBy, isControlledBy } from './owner.ts';
import { isFinished, isReady } from './pod.ts';
import { selectsBy } from './selector.ts';

interface ServicePort {
  name?: string;
  port: number;
  protocol?: string;
  targetPort?: number | string;
  appProtocol?: string;
}
interface ServiceSpec {
  selector?: JsonObject;
  type?: string;
  clusterIP?: string;
  publishNotReadyAddresses?: boolean;
  ports?: ServicePort[];
}
interface Container {
  ports?: { name?: string; containerPort: number; protocol?: string }[];
}
interface Backend {
  pod: Resource;
  ip: string;
  ready: boolean;
  terminating: boolean;
  ports: { name?: string; port: number; protocol: string; appProtocol?: string }[];
}

/** At most so many endpoints a slice, as the real controller's default. */
const sliceSize = 100;

/**
 * The addresses behind each Service, as EndpointSlices and as the older Endpoints
 * (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/).
 */
export const endpoints: MakeController = ({ mirrors }) => {
  const services = mirrors.of('v1', 'Service');
  const pods = mirrors.of('v1', 'Pod');
  const slices = mirrors.of('discovery.k8s.io/v1', 'EndpointSlice');
  const legacy = mirrors.of('v1', 'Endpoints');

  async function reconcile(key: string): Promise<undefined> {
    const { namespace, name } = splitKey(key);
    const service = services.get(namespace, name);
    const spec = service?.['spec'] as ServiceSpec | undefined;
    if (service === undefined || spec === undefined) return remove(namespace, name);
    if (spec.selector === undefined || spec.type === 'ExternalName') return undefined;
    const backends = pods
      .inNamespace(namespace)
      .filter((pod) => selectsBy(spec.selector, pod.metadata.labels) && !isFinished(pod))
      .flatMap((pod) => backendOf(pod, spec))
      .sort((one, other) => (one.pod.metadata.name < other.pod.metadata.name ? -1 : 1));
    await writeSlices(service, backends);
    await writeLegacy(service, backends);
    return undefined;
  }

  async function remove(namespace: string | undefined, name: string): Promise<undefined> {
    const old = legacy.get(namespace, name);
    if (old?.metadata.labels?.[managedBy] === 'endpoint-controller') await mirrors.delete(old);
    return undefined;
  }

  async function writeSlices(service: Resource, backends: readonly Backend[]): Promise<void> {
    const groups = new Map<string, Backend[]>();
    for (const backend of backends) {
      const shape = canonical(backend.ports as unknown as JsonValue);
      const list = groups.get(shape);
      if (list === undefined) groups.set(shape, [backend]);
      else list.push(backend);
    }
    if (groups.size === 0) groups.set('', []);
    const wanted = [...groups.values()].flatMap((group) => chunks(group));
    const existing = slices
      .ownedBy(service.metadata.uid ?? '')
      .filter((slice) => isControlledBy(slice, service) && slice.metadata.labels?.[sliceManagedBy] === sliceManager);
    await Promise.all([
      ...wanted.map((group, index) => writeSlice(service, group, existing[index])),
      ...existing.slice(wanted.length).map((slice) => mirrors.delete(slice)),
    ]);
  }

  async function writeSlice(
    service: Resource,
    group: readonly Backend[],
    existing: Resource | undefined,
  ): Promise<void> {
    const content = {
      addressType: 'IPv4',
      endpoints: group.map(sliceEndpoint),
      ports: (group[0]?.ports ?? []).map(({ name, ...port }) => ({ name: name ?? '', ...port })),
    };
    const labels = {
      ...service.metadata.labels,
      'kubernetes.io/service-name': service.metadata.name,
      [sliceManagedBy]: sliceManager,
      ...((service['spec'] as ServiceSpec).clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
    };
    if (existing === undefined) {
      await mirrors.create({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: '',
          generateName: `${service.metadata.name}-`,
          namespace: service.metadata.namespace ?? '',
          labels,
          ownerReferences: [controlledBy(service)],
        },
        ...(content as unknown as JsonObject),
      });
      return;
    }
    const before = {
      endpoints: existing['endpoints'] ?? [],
      ports: existing['ports'] ?? [],
      labels: existing.metadata.labels,
    };
    const after = { endpoints: content.endpoints, ports: content.ports, labels };
    if (canonical(before as JsonValue) === canonical(after as unknown as JsonValue)) return;
    await mirrors.update({
      ...existing,
      ...(content as unknown as JsonObject),
      metadata: { ...existing.metadata, labels },
    });
  }

  async function writeLegacy(service: Resource, backends: readonly Backend[]): Promise<void> {
    const { name, namespace } = service.metadata;
    const subsets = legacySubsets(backends);
    const existing = legacy.get(namespace, name);
    const labels = {
      ...service.metadata.labels,
      [managedBy]: 'endpoint-controller',
      ...((service['spec'] as ServiceSpec).clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
    };
    const content = subsets.length === 0 ? {} : { subsets };
    if (existing === undefined) {
      await mirrors.create({
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name, namespace: namespace ?? '', labels },
        ...content,
      });
      return;
    }
    const before = { subsets: existing['subsets'] ?? [], labels: existing.metadata.labels };
    if (canonical(before as JsonValue) === canonical({ subsets, labels } as JsonValue)) return;
    const { subsets: _old, ...rest } = existing;
    await mirrors.update({ ...rest, ...content, metadata: { ...existing.metadata, labels } } as Resource);
  }

  return {
    name: 'endpointslice-controller',
    watches: [
      { apiVersion: 'v1', kind: 'Service', keys: itself },
      { apiVersion: 'v1', kind: 'Pod', keys: (now, before) => [...servicesOf(now), ...servicesOf(before)] },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        keys: (now, before) => (now === undefined ? serviceOf(before) : []),
      },
      { apiVersion: 'v1', kind: 'Endpoints', keys: (now, before) => (now === undefined ? itself(now, before) : []) },
    ],
    reconcile,
  };

  function servicesOf(pod: Resource | undefined): string[] {
    if (pod === undefined) return [];
    return services
      .inNamespace(pod.metadata.namespace)
      .filter((service) => selectsBy((service['spec'] as ServiceSpec).selector, pod.metadata.labels))
      .map((service) => `${service.metadata.namespace}/${service.metadata.name}`);
  }
};

const managedBy = 'endpoints.kubernetes.io/managed-by';
const sliceManagedBy = 'endpointslice.kubernetes.io/managed-by';
const sliceManager = 'endpointslice-controller.k8s.io';

function serviceOf(slice: Resource | undefined): string[] {
  const name = slice?.metadata.labels?.['kubernetes.io/service-name'];
  return name === undefined ? [] : [`${slice?.metadata.namespace}/${name}`];
}

function chunks(group: Backend[]): Backend[][] {
  if (group.length === 0) return [[]];
  return Array.from({ length: Math.ceil(group.length / sliceSize) }, (_, index) =>
    group.slice(index * sliceSize, (index + 1) * sliceSize),
  );
}

function backendOf(pod: Resource, spec: ServiceSpec): Backend[] {
  const ip = (pod['status'] as { podIP?: string } | undefined)?.podIP;
  if (ip === undefined || ip === '') return [];
  const ports = (spec.ports ?? []).flatMap((port) => {
    const number = targetOf(pod, port);
    if (number === undefined) return [];
    return [
      {
        ...(port.name === undefined ? {} : { name: port.name }),
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ];
  });
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  return [
    {
      pod,
      ip,
      ports,
      terminating,
      ready:
        (isReady(pod) || spec.publishNotReadyAddresses === true) &&
        (!terminating || spec.publishNotReadyAddresses === true),
    },
  ];
}

/** A named target is looked up among the ports of the pod's containers. */
function targetOf(pod: Resource, port: ServicePort): number | undefined {
  if (typeof port.targetPort !== 'string') return port.targetPort ?? port.port;
  const { containers = [], initContainers = [] } = pod['spec'] as {
    containers?: Container[];
    initContainers?: Container[];
  };
  return [...containers, ...initContainers]
    .flatMap((container) => container.ports ?? [])
    .find((one) => one.name === port.targetPort && (one.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))?.containerPort;
}

function targetRef(pod: Resource) {
  return { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid ?? '' };
}

function hostnameOf(pod: Resource): { hostname?: string } {
  const { hostname, subdomain } = pod['spec'] as { hostname?: string; subdomain?: string };
  return hostname === undefined || subdomain === undefined ? {} : { hostname };
}

function nodeOf(pod: Resource): { nodeName?: string } {
  const { nodeName } = pod['spec'] as { nodeName?: string };
  return nodeName === undefined ? {} : { nodeName };
}

function sliceEndpoint({ pod, ip, ready, terminating }: Backend) {
  return {
    addresses: [ip],
    conditions: { ready, serving: isReady(pod), terminating },
    ...hostnameOf(pod),
    ...nodeOf(pod),
    targetRef: targetRef(pod),
  };
}

function legacySubsets(backends: readonly Backend[]): JsonObject[] {
  const byPorts = new Map<string, Backend[]>();
  for (const backend of backends) {
    if (backend.terminating && !backend.ready) continue;
    const shape = canonical(backend.ports as unknown as JsonValue);
    byPorts.set(shape, [...(byPorts.get(shape) ?? []), backend]);
  }
  return [...byPorts.values()].map((group) => {
    const address = ({ pod, ip }: Backend) => ({ ip, ...hostnameOf(pod), ...nodeOf(pod), targetRef: targetRef(pod) });
    const ready = group.filter((one) => one.ready).map(address);
    const notReady = group.filter((one) => !one.ready).map(address);
    return {
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
      ...(group[0]!.ports.length === 0 ? {} : { ports: group[0]!.ports }),
    } as unknown as JsonObject;
  });
}
