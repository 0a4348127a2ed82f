import type { Resource } from '../../../resource/index.ts';
import type { Pod } from '../spec.ts';
import type { Addresses } from './addresses.ts';
import type { ServiceProxy } from './proxy.ts';
import { clusterAddressOf, portsOf, type Services } from './services.ts';

/** A hosts file for one pod: itself, its aliases, and all Services by the names that the cluster's DNS would know. */
export function hostsFile(pod: Pod, podIP: string, services: Services, addresses: Addresses): string {
  const { metadata, spec } = pod;
  const namespace = metadata.namespace ?? 'default';
  const hostname = hostnameOf(pod);
  const full = spec.subdomain === undefined ? [] : [`${hostname}.${spec.subdomain}.${namespace}.svc.cluster.local`];
  const lines = ['127.0.0.1\tlocalhost', '::1\tlocalhost', `${podIP}\t${[...full, hostname].join(' ')}`];
  for (const { ip, hostnames = [] } of spec.hostAliases ?? []) lines.push(`${ip}\t${hostnames.join(' ')}`);
  for (const service of services.all().sort(byName)) {
    const names = namesOf(service.metadata.name, service.metadata.namespace ?? '', namespace).join(' ');
    const clusterIP = clusterAddressOf(service);
    if (clusterIP !== undefined) lines.push(`${addresses.ofService(clusterIP)}\t${names}`);
    else
      for (const member of services.members(service)) {
        lines.push(`${member.ip}\t${names}`);
        if (member.hostname === undefined) continue;
        const own = namesOf(`${member.hostname}.${service.metadata.name}`, service.metadata.namespace ?? '', namespace);
        lines.push(`${member.ip}\t${own.join(' ')}`);
      }
  }
  return `${lines.join('\n')}\n`;
}

/** The pod's own name among machines: at most 63 characters. */
export function hostnameOf({ metadata, spec }: Pod): string {
  return (spec.hostname ?? metadata.name).slice(0, 63).replace(/[.-]+$/, '');
}

function namesOf(name: string, namespace: string, from: string): string[] {
  const names = [`${name}.${namespace}.svc.cluster.local`, `${name}.${namespace}.svc`, `${name}.${namespace}`];
  return namespace === from ? [...names, name] : names;
}

const byName = (one: Resource, other: Resource) =>
  `${one.metadata.namespace}/${one.metadata.name}` < `${other.metadata.namespace}/${other.metadata.name}` ? -1 : 1;

/**
 * `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT` and the older ones after Docker's links, for the Services of the pod's
 * namespace (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
 */
export async function serviceVariables(
  pod: Pod,
  services: Services,
  proxy: ServiceProxy,
): Promise<Record<string, string>> {
  const namespace = pod.metadata.namespace ?? 'default';
  const variables: Record<string, string> = {};
  if (pod.spec.enableServiceLinks === false) return variables;
  const own = services.all().filter(({ metadata }) => metadata.namespace === namespace);
  for (const service of own.sort(byName)) {
    if (clusterAddressOf(service) === undefined) continue;
    const prefix = service.metadata.name.toUpperCase().replaceAll('-', '_');
    const ports = portsOf(service);
    for (const [index, { name, port, protocol }] of ports.entries()) {
      const door = await proxy.doorOf(namespace, service.metadata.name, port);
      if (door === undefined) continue;
      const at = String(door.port);
      const link = `${protocol.toLowerCase()}://${door.address}:${at}`;
      if (index === 0) {
        Object.assign(variables, {
          [`${prefix}_SERVICE_HOST`]: door.address,
          [`${prefix}_SERVICE_PORT`]: at,
          [`${prefix}_PORT`]: link,
        });
      }
      if (name !== '') variables[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = at;
      const port0 = `${prefix}_PORT_${port}_${protocol}`;
      Object.assign(variables, {
        [port0]: link,
        [`${port0}_PROTO`]: protocol.toLowerCase(),
        [`${port0}_PORT`]: at,
        [`${port0}_ADDR`]: door.address,
      });
    }
  }
  return variables;
}
