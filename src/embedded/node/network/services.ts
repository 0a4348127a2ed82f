import type { Resource } from '../../../resource/index.ts';
import type { Mirror, Mirrors } from '../../controllers/mirror.ts';

export interface ServicePort {
  name: string;
  port: number;
  protocol: string;
  nodePort?: number;
}

export interface Backend {
  ip: string;
  port: number;
}

interface Slice {
  ports?: { name?: string; port?: number; protocol?: string }[];
  endpoints?: { addresses?: string[]; hostname?: string; conditions?: { ready?: boolean } }[];
}

/** Services and what is behind them, as the endpoint controller says it. */
export class Services {
  readonly #services: Mirror;
  readonly #slices: Mirror;

  readonly #api: Backend | undefined;

  /** `api` is what the Service `kubernetes` leads to, where nothing else says so. */
  constructor(mirrors: Mirrors, api?: Backend) {
    this.#api = api;
    this.#services = mirrors.of('v1', 'Service');
    this.#slices = mirrors.of('discovery.k8s.io/v1', 'EndpointSlice');
  }

  onChange(listener: () => void): void {
    this.#services.onChange(listener);
    this.#slices.onChange(listener);
  }

  all(): Resource[] {
    return this.#services.all();
  }

  get(namespace: string, name: string): Resource | undefined {
    return this.#services.get(namespace, name);
  }

  /** Who answers on a port of a Service now. */
  backends(service: Resource, port: ServicePort): Backend[] {
    const { name, namespace } = service.metadata;
    if (name === 'kubernetes' && namespace === 'default' && this.#api !== undefined) return [this.#api];
    return this.#slicesOf(service).flatMap((slice) => {
      const target = slice.ports?.find(
        ({ name, protocol }) => (name ?? '') === port.name && (protocol ?? 'TCP') === port.protocol,
      );
      if (target?.port === undefined) return [];
      return readyOf(slice).map(({ ip }) => ({ ip, port: target.port as number }));
    });
  }

  /** The addresses behind a headless Service, with the names of their own that they have. */
  members(service: Resource): { ip: string; hostname?: string }[] {
    return this.#slicesOf(service).flatMap(readyOf);
  }

  #slicesOf({ metadata }: Resource): Slice[] {
    return this.#slices
      .inNamespace(metadata.namespace)
      .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name)
      .map((slice) => slice as unknown as Slice);
  }
}

function readyOf(slice: Slice): { ip: string; hostname?: string }[] {
  return (slice.endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses, hostname }) =>
      addresses?.[0] === undefined ? [] : [{ ip: addresses[0], ...(hostname === undefined ? {} : { hostname }) }],
    );
}

/** The ports of a Service. */
export function portsOf(service: Resource): ServicePort[] {
  const spec = service['spec'] as { ports?: { name?: string; port: number; protocol?: string; nodePort?: number }[] };
  return (spec.ports ?? []).map(({ name = '', port, protocol = 'TCP', nodePort }) => ({
    name,
    port,
    protocol,
    ...(nodePort === undefined ? {} : { nodePort }),
  }));
}

/** Undefined for headless Services and those that are only names. */
export function clusterAddressOf(service: Resource): string | undefined {
  const { clusterIP, type } = service['spec'] as { clusterIP?: string; type?: string };
  return type === 'ExternalName' || clusterIP === undefined || clusterIP === '' || clusterIP === 'None'
    ? undefined
    : clusterIP;
}
