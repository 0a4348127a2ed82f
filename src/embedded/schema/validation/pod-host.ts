import { isIP } from 'node:net';
import type { JsonObject } from '../../../resource/index.ts';
import { at, each, text, texts } from '../access.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, required } from './causes.ts';
import { between, named, oneOf } from './fields.ts';
import { dnsSubdomain } from './names.ts';
import { checkSeccomp } from './security.ts';

/** On the host's network a port of the host is the container's own. */
export function checkHostNetwork(path: string, spec: JsonObject): Cause[] {
  if (spec['hostNetwork'] !== true) return [];
  return each(spec['containers']).flatMap((container, index) =>
    each(container['ports']).flatMap((port, place) =>
      port['hostPort'] !== undefined && port['hostPort'] !== port['containerPort']
        ? [
            invalid(
              `${path}.containers[${index}].ports[${place}].hostPort`,
              port['hostPort'],
              'must match `containerPort` when `hostNetwork` is true',
            ),
          ]
        : [],
    ),
  );
}

/** Who shares what with the host. */
export function checkHostNames(path: string, spec: JsonObject): Cause[] {
  const causes: Cause[] = [];
  if (spec['hostPID'] === true && spec['shareProcessNamespace'] === true)
    causes.push(
      invalid(
        `${path}.securityContext.shareProcessNamespace`,
        true,
        'ShareProcessNamespace and HostPID cannot both be enabled',
      ),
    );
  if (spec['hostUsers'] !== false) return causes;
  for (const [field, shown] of Object.entries({ hostNetwork: 'hostNetwork', hostPID: 'HostPID', hostIPC: 'HostIPC' }))
    if (spec[field] === true) causes.push(forbidden(`${path}.${shown}`, 'when `hostUsers` is false'));
  return causes;
}

const identifiers = 2 ** 31 - 1;

/** Rights that all containers of a pod share. */
export function checkPodSecurity(path: string, context: JsonObject): Cause[] {
  const groups = Array.isArray(context['supplementalGroups']) ? context['supplementalGroups'] : [];
  return [
    ...between(`${path}.fsGroup`, context['fsGroup'], 0, identifiers),
    ...between(`${path}.runAsUser`, context['runAsUser'], 0, identifiers),
    ...between(`${path}.runAsGroup`, context['runAsGroup'], 0, identifiers),
    ...groups.flatMap((group, index) => between(`${path}.supplementalGroups[${index}]`, group, 0, identifiers)),
    ...oneOf(`${path}.fsGroupChangePolicy`, context['fsGroupChangePolicy'], ['Always', 'OnRootMismatch'], true),
    ...checkSeccomp(`${path}.seccompProfile`, context['seccompProfile']),
    ...each(context['sysctls']).flatMap((one, index) =>
      text(one['name']) === '' ? [required(`${path}.sysctls[${index}].name`)] : [],
    ),
  ];
}

/** How names are looked up, where a pod does not leave that to its cluster. */
export function checkDns(path: string, spec: JsonObject): Cause[] {
  const config = at(spec, 'dnsConfig');
  const servers = texts(config['nameservers']);
  if (spec['dnsPolicy'] === 'None') {
    if (spec['dnsConfig'] === undefined) return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (servers.length === 0)
      return [required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  }
  const causes = servers.flatMap((server, index) =>
    isIP(server) === 0 ? [invalid(`${path}.nameservers[${index}]`, server, 'must be a valid IP address')] : [],
  );
  if (servers.length > 3) causes.push(invalid(`${path}.nameservers`, servers, 'must not have more than 3 nameservers'));
  return [
    ...causes,
    ...each(config['options']).flatMap((option, index) =>
      text(option['name']) === '' ? [required(`${path}.options[${index}]`, 'must not be empty')] : [],
    ),
  ];
}

/** Names that a pod knows by itself. */
export function checkHostAliases(path: string, aliases: JsonObject[]): Cause[] {
  return aliases.flatMap((alias, index) => {
    const ip = text(alias['ip']);
    const wrong = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
    return [
      ...(isIP(ip) === 0 ? [invalid(`${path}[${index}].ip`, ip, wrong)] : []),
      ...texts(alias['hostnames']).flatMap((name, place) =>
        named(`${path}[${index}].hostnames[${place}]`, name, dnsSubdomain),
      ),
    ];
  });
}
