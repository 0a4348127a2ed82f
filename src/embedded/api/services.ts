import { isJsonObject, type JsonObject, type Resource } from '../../resource/index.ts';
import type { Cause } from '../schema/schema.ts';
import type { Store } from '../store/store.ts';
import { objectIn } from './fields.ts';

/** Addresses that Services get: a prefix of two bytes, such as `10.96`. */
export interface ServiceRange {
  prefix: string;
  nodePorts: readonly [number, number];
}

/**
 * Gives a Service the addresses and node ports it needs, and says which of those it asks for cannot be had. Those it
 * had before stay its own.
 */
export function allocateService(store: Store, range: ServiceRange, service: Resource, old?: Resource): Cause[] {
  const spec = objectIn(service, 'spec');
  const before = (old?.['spec'] ?? {}) as JsonObject;
  const { addresses, ports } = taken(store, service.metadata.uid);
  const causes: Cause[] = [];
  if (spec['type'] === 'ExternalName') {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[field];
    return causes;
  }
  spec['clusterIP'] ||= before['clusterIP'] || (spec['clusterIPs'] as string[] | undefined)?.[0] || undefined;
  const address = spec['clusterIP'] as string | undefined;
  if (address === undefined) spec['clusterIP'] = freeAddress(range, addresses);
  else if (address !== 'None' && address !== before['clusterIP']) {
    const problem = !address.startsWith(`${range.prefix}.`)
      ? 'the provided network does not match the current range'
      : addresses.has(address)
        ? 'provided IP is already allocated'
        : undefined;
    if (problem !== undefined)
      causes.push({
        reason: 'FieldValueInvalid',
        field: 'spec.clusterIPs',
        message: `Invalid value: ["${address}"]: failed to allocate IP ${address}: ${problem}`,
      });
  }
  spec['clusterIPs'] = [spec['clusterIP'] as string];
  // A headless Service without a selector is offered in both families, as the real server does.
  const isFree = spec['clusterIP'] === 'None' && !isJsonObject(spec['selector']);
  spec['ipFamilies'] ??= isFree ? ['IPv4', 'IPv6'] : ['IPv4'];
  spec['ipFamilyPolicy'] ??= isFree ? 'RequireDualStack' : 'SingleStack';
  causes.push(...allocatePorts(spec, before, range, ports));
  return causes;
}

function allocatePorts(spec: JsonObject, before: JsonObject, range: ServiceRange, taken: Set<number>): Cause[] {
  const needed =
    spec['type'] === 'NodePort' || (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
  const own = (spec['ports'] ?? []) as JsonObject[];
  if (!needed) {
    // A port that only the former type needed is given back.
    if (spec['type'] === 'ClusterIP') for (const port of own) delete port['nodePort'];
    return [];
  }
  const former = (before['ports'] ?? []) as JsonObject[];
  const formerPorts = new Set(former.map((port) => port['nodePort']));
  const causes: Cause[] = [];
  own.forEach((port, index) => {
    port['nodePort'] ||= former.find(
      (other) => other['port'] === port['port'] && other['protocol'] === port['protocol'],
    )?.['nodePort'];
    const wanted = port['nodePort'] as number | undefined;
    if (wanted === undefined) {
      const [first, last] = range.nodePorts;
      let free = first + Math.floor(Math.random() * (last - first + 1));
      while (taken.has(free)) free = free === last ? first : free + 1;
      port['nodePort'] = free;
      taken.add(free);
    } else if (!formerPorts.has(wanted)) {
      const problem =
        wanted < range.nodePorts[0] || wanted > range.nodePorts[1]
          ? `provided port is not in the valid range. The range of valid ports is ${range.nodePorts.join('-')}`
          : taken.has(wanted)
            ? 'provided port is already allocated'
            : undefined;
      taken.add(wanted);
      if (problem !== undefined)
        causes.push({
          reason: 'FieldValueInvalid',
          field: `spec.ports[${index}].nodePort`,
          message: `Invalid value: ${wanted}: ${problem}`,
        });
    }
  });
  return causes;
}

function taken(store: Store, except: string | undefined): { addresses: Set<string>; ports: Set<number> } {
  const addresses = new Set<string>();
  const ports = new Set<number>();
  for (const { object } of store.list('/services')) {
    if (object.metadata.uid === except) continue;
    const spec = object['spec'] as JsonObject;
    for (const address of (spec['clusterIPs'] ?? []) as string[]) addresses.add(address);
    for (const port of (spec['ports'] ?? []) as JsonObject[])
      if (typeof port['nodePort'] === 'number') ports.add(port['nodePort']);
  }
  return { addresses, ports };
}

/** Any free address but the first 256, which are left to those who ask for one. */
function freeAddress({ prefix }: ServiceRange, taken: ReadonlySet<string>): string {
  for (;;) {
    const at = 256 + Math.floor(Math.random() * (65_534 - 256));
    const address = `${prefix}.${at >> 8}.${at & 255}`;
    if (!taken.has(address)) return address;
  }
}
