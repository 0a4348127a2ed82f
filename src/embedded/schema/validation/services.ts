import { isIP, isIPv6 } from 'node:net';
import type { JsonObject, Resource } from '../../../resource/index.ts';
import { at, each, isEmpty, number, text, texts } from '../access.ts';
import { equalJson, structJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { duplicate, forbidden, invalid, notSupported, required } from './causes.ts';
import { named, oneOf, port, portNumber, protocols } from './fields.ts';
import { checkLabels } from './metadata.ts';
import { dnsLabel, dnsSubdomain, qualifiedName } from './names.ts';

export const addressWords = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

/** Cluster addresses as the server sees them: the single one is the first of the list. */
export function clusterIps(spec: JsonObject): string[] {
  const list = texts(spec['clusterIPs']);
  const single = text(spec['clusterIP']);
  return list.length === 0 && single !== '' ? [single] : list;
}

/** A service, new or changed. */
export function checkService(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const type = text(spec['type']);
  const ports = each(spec['ports']);
  const headless = clusterIps(spec)[0] === 'None';
  const causes: Cause[] = [];
  if (ports.length === 0 && !headless && type !== 'ExternalName') causes.push(required('spec.ports'));
  if (headless && (type === 'LoadBalancer' || type === 'NodePort'))
    causes.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  if (type === 'ExternalName') causes.push(...checkExternalName(spec));
  return [
    ...causes,
    ...checkPorts(ports, type),
    ...checkLabels(at(spec, 'selector'), 'spec.selector'),
    ...checkAffinity(spec),
    ...(type === 'ExternalName' ? [] : checkAddresses(spec)),
    ...texts(spec['externalIPs']).flatMap((ip, index) =>
      isIP(ip) === 0 ? [invalid(`spec.externalIPs[${index}]`, ip, addressWords)] : [],
    ),
    ...oneOf('spec.type', type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']),
    ...checkBalancing(spec, type),
    ...checkTraffic(spec, type),
  ];
}

function checkExternalName(spec: JsonObject): Cause[] {
  const causes: Cause[] = [];
  const words = 'may not be set for ExternalName services';
  if (clusterIps(spec).length > 0) causes.push(forbidden('spec.clusterIPs', words));
  if (!isEmpty(spec['ipFamilies'])) causes.push(forbidden('spec.ipFamilies', words));
  if (spec['ipFamilyPolicy'] !== undefined) causes.push(forbidden('spec.ipFamilyPolicy', words));
  const name = text(spec['externalName']).replace(/\.$/, '');
  return [
    ...causes,
    ...(name === '' ? [required('spec.externalName')] : named('spec.externalName', name, dnsSubdomain)),
  ];
}

function checkPorts(ports: JsonObject[], type: string): Cause[] {
  const [names, numbers, nodePorts] = [new Set<string>(), new Set<string>(), new Set<string>()];
  return ports.flatMap((one, index) => {
    const here = `spec.ports[${index}]`;
    const name = text(one['name']);
    const causes: Cause[] = [];
    if (name === '' && ports.length > 1) causes.push(required(`${here}.name`));
    if (name !== '') {
      causes.push(...named(`${here}.name`, name, dnsLabel));
      if (names.has(name)) causes.push(duplicate(`${here}.name`, name));
      names.add(name);
    }
    causes.push(...portNumber(`${here}.port`, one['port']), ...oneOf(`${here}.protocol`, one['protocol'], protocols));
    causes.push(...port(`${here}.targetPort`, one['targetPort']));
    if (one['appProtocol'] !== undefined)
      causes.push(...named(`${here}.appProtocol`, one['appProtocol'], qualifiedName));
    const nodePort = number(one['nodePort']);
    if (nodePort !== 0) {
      if (type === 'ClusterIP')
        causes.push(forbidden(`${here}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
      const key = `${one['protocol']}/${nodePort}`;
      if (nodePorts.has(key)) causes.push(duplicate(`${here}.nodePort`, nodePort));
      nodePorts.add(key);
    }
    const key = `${one['protocol']}/${one['port']}`;
    if (numbers.has(key)) causes.push(repeatedPort(here, one));
    numbers.add(key);
    return causes;
  });
}

/** The server shows its internal type, with the names of Go fields. */
function repeatedPort(field: string, one: JsonObject): Cause {
  const shown = structJson({
    Name: '',
    Protocol: one['protocol'],
    AppProtocol: null,
    Port: one['port'],
    TargetPort: 0,
    NodePort: 0,
  });
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown}`, field };
}

function checkAffinity(spec: JsonObject): Cause[] {
  const affinity = text(spec['sessionAffinity']);
  const causes = oneOf('spec.sessionAffinity', affinity, ['ClientIP', 'None']);
  const seconds = number(at(at(spec, 'sessionAffinityConfig'), 'clientIP')['timeoutSeconds']);
  if (affinity === 'ClientIP' && (seconds <= 0 || seconds > 86_400))
    causes.push(
      invalid(
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
        seconds,
        'must be greater than 0 and less than 86400',
      ),
    );
  return causes;
}

const families = ['IPv4', 'IPv6'];

const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

function checkAddresses(spec: JsonObject): Cause[] {
  const ips = clusterIps(spec);
  const single = text(spec['clusterIP']);
  const causes: Cause[] = [];
  if (single !== '' && ips[0] !== single)
    causes.push(invalid('spec.clusterIPs', ips, 'first value must match `clusterIP`'));
  if (single === '' && ips.length > 0)
    causes.push(invalid('spec.clusterIPs', ips, 'must be empty when `clusterIP` is not specified'));
  const seen = new Set<string>();
  for (const [index, family] of texts(spec['ipFamilies']).entries()) {
    if (!families.includes(family)) causes.push(notSupported(`spec.ipFamilies[${index}]`, family, families));
    if (seen.has(family)) causes.push(duplicate(`spec.ipFamilies[${index}]`, family));
    seen.add(family);
  }
  causes.push(...oneOf('spec.ipFamilyPolicy', spec['ipFamilyPolicy'], familyPolicies, true));
  if (ips[0] === 'None') {
    if (ips.length > 1) causes.push(invalid('spec.clusterIPs', ips, "'None' must be the first and only value"));
    return causes;
  }
  const wrong = ips.flatMap((ip, index) =>
    isIP(ip) === 0 ? [invalid(`spec.clusterIPs[${index}]`, ip, addressWords)] : [],
  );
  causes.push(...wrong);
  if (ips.length > 2) causes.push(invalid('spec.clusterIPs', ips, 'may only hold up to 2 values'));
  if (wrong.length > 0) return causes;
  const [first, second] = ips;
  if (ips.length === 2 && isIPv6(first ?? '') === isIPv6(second ?? ''))
    causes.push(invalid('spec.clusterIPs', ips, 'may specify no more than one IP for each IP family'));
  return causes;
}

function checkBalancing(spec: JsonObject, type: string): Cause[] {
  const causes: Cause[] = [];
  const words = "may only be used when `type` is 'LoadBalancer'";
  if (!isEmpty(spec['loadBalancerSourceRanges']) && type !== 'LoadBalancer')
    causes.push(forbidden('spec.LoadBalancerSourceRanges', words));
  if (spec['allocateLoadBalancerNodePorts'] !== undefined && type !== 'LoadBalancer')
    causes.push(forbidden('spec.allocateLoadBalancerNodePorts', words));
  if (spec['loadBalancerClass'] !== undefined && type !== 'LoadBalancer')
    causes.push(forbidden('spec.loadBalancerClass', words));
  return causes;
}

function checkTraffic(spec: JsonObject, type: string): Cause[] {
  const external =
    type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && !isEmpty(spec['externalIPs']));
  const policy = text(spec['externalTrafficPolicy']);
  const causes: Cause[] = [];
  if (!external && policy !== '')
    causes.push(invalid('spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services'));
  if (external) causes.push(...oneOf('spec.externalTrafficPolicy', policy, ['Cluster', 'Local']));
  if (number(spec['healthCheckNodePort']) !== 0 && !(type === 'LoadBalancer' && policy === 'Local'))
    causes.push(
      invalid(
        'spec.healthCheckNodePort',
        spec['healthCheckNodePort'],
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  return [
    ...causes,
    ...oneOf('spec.internalTrafficPolicy', spec['internalTrafficPolicy'], ['Cluster', 'Local'], true),
    ...oneOf(
      'spec.trafficDistribution',
      spec['trafficDistribution'],
      ['PreferClose', 'PreferSameZone', 'PreferSameNode'],
      true,
    ),
  ];
}

/** The first address of a service stays, unless its type changes from or to ExternalName. */
export function checkServiceUpdate(object: Resource, old: Resource): Cause[] {
  const [spec, before] = [at(object, 'spec'), at(old, 'spec')];
  const causes: Cause[] = [];
  const [now, then] = [clusterIps(spec), clusterIps(before)];
  const external = spec['type'] === 'ExternalName' || before['type'] === 'ExternalName';
  if (!external && then.length > 0 && now.length > 0 && now[0] !== then[0])
    causes.push(invalid('spec.clusterIPs[0]', now, 'may not change once set'));
  const [family, previous] = [texts(spec['ipFamilies']), texts(before['ipFamilies'])];
  if (!external && previous.length > 0 && family.length > 0 && family[0] !== previous[0])
    causes.push(invalid('spec.ipFamilies[0]', family[0], 'may not change once set'));
  if (before['type'] === 'LoadBalancer' && spec['type'] === 'LoadBalancer')
    causes.push(...frozen('spec.loadBalancerClass', spec['loadBalancerClass'], before['loadBalancerClass']));
  return [...causes, ...checkService(object)];
}

const frozen = (path: string, now: JsonObject[string], before: JsonObject[string]): Cause[] =>
  equalJson(now, before) ? [] : [invalid(path, now, 'may not change once set')];
