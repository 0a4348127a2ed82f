import { parseQuantity } from '../../schema/index.ts';
import type { ContainerSpec, Pod, ResourceFieldRef } from '../spec.ts';

/** What of a pod only the node knows. */
export interface PodPlace {
  podIP: string;
  hostIP: string;
  nodeName: string;
  /** Amounts of the node, which stand in for limits that are not set. */
  allocatable: Readonly<Record<string, string>>;
}

/** The value of a `fieldRef`; undefined for a path that is none. Maps are printed a `key="value"` a line. */
export function fieldOf(pod: Pod, path: string, place: PodPlace): string | undefined {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript !== null) return metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? 'default';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return printMap(metadata.labels);
    case 'metadata.annotations':
      return printMap(metadata.annotations);
    case 'spec.nodeName':
      return place.nodeName;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? 'default';
    case 'status.hostIP':
    case 'status.hostIPs':
      return place.hostIP;
    case 'status.podIP':
    case 'status.podIPs':
      return place.podIP;
    default:
      return undefined;
  }
}

function printMap(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}

/** The value of a `resourceFieldRef`: rounded up to whole units of the divisor. Undefined for a resource that is none. */
export function resourceOf(
  pod: Pod,
  container: ContainerSpec | undefined,
  reference: ResourceFieldRef,
  place: PodPlace,
): string | undefined {
  const spec =
    reference.containerName === undefined || reference.containerName === ''
      ? container
      : [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
          ({ name }) => name === reference.containerName,
        );
  const [kind, name = ''] = split(reference.resource);
  if (spec === undefined || (kind !== 'limits' && kind !== 'requests')) return undefined;
  const set = spec.resources?.[kind]?.[name] ?? (kind === 'requests' ? spec.resources?.limits?.[name] : undefined);
  const amount = nano(set ?? (kind === 'limits' ? (place.allocatable[name] ?? '0') : '0'));
  const divisor = reference.divisor === undefined ? 0n : nano(reference.divisor);
  const unit = divisor === 0n ? 1_000_000_000n : divisor;
  return String((amount + unit - 1n) / unit);
}

function split(resource: string): [string, string] {
  const dot = resource.indexOf('.');
  return [resource.slice(0, dot), resource.slice(dot + 1)];
}

function nano(text: string | number): bigint {
  const quantity = parseQuantity(String(text));
  return typeof quantity === 'string' ? 0n : quantity.nano;
}
