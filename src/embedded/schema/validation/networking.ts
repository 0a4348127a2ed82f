import { isIP, isIPv4 } from 'node:net';
import type { JsonObject, Resource } from '../../../resource/index.ts';
import { at, each, isEmpty, number, text, texts } from '../access.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, notSupported, required } from './causes.ts';
import { checkSelector, named, namedIfSet, port, portNumber } from './fields.ts';
import { immutable } from './metadata.ts';
import { dnsLabel, dnsSubdomain, portName, wildcardSubdomain } from './names.ts';

const rangeWords = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

function isRange(value: string): boolean {
  const [address = '', bits = ''] = value.split('/');
  return isIP(address) !== 0 && /^\d+$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128);
}

export function checkNetworkPolicy(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const causes = checkSelector('spec.podSelector', spec['podSelector']);
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const)
    for (const [index, rule] of each(spec[direction]).entries()) {
      const here = `spec.${direction}[${index}]`;
      causes.push(
        ...each(rule['ports']).flatMap((one, place) => checkPort(`${here}.ports[${place}]`, one)),
        ...each(rule[peers]).flatMap((one, place) => checkPeer(`${here}.${peers}[${place}]`, one)),
      );
    }
  const types = texts(spec['policyTypes']);
  if (types.length > 2)
    return [...causes, invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  return [
    ...causes,
    ...types.flatMap((type, index) =>
      type === 'Ingress' || type === 'Egress'
        ? []
        : [notSupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress'])],
    ),
  ];
}

function checkPort(path: string, one: JsonObject): Cause[] {
  const causes: Cause[] = [];
  const protocol = text(one['protocol']);
  if (protocol !== '' && !['TCP', 'UDP', 'SCTP'].includes(protocol))
    causes.push(notSupported(`${path}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']));
  const [first, last] = [one['port'], one['endPort']];
  if (first !== undefined) causes.push(...port(`${path}.port`, first));
  if (last === undefined) return causes;
  if (first === undefined)
    causes.push(invalid(`${path}.endPort`, last, 'may not be specified when `port` is not specified'));
  else if (typeof first === 'string')
    causes.push(invalid(`${path}.endPort`, last, 'may not be specified when `port` is non-numeric'));
  else {
    if (number(last) < number(first))
      causes.push(invalid(`${path}.endPort`, first, 'must be greater than or equal to `port`'));
    causes.push(...portNumber(`${path}.endPort`, last));
  }
  return causes;
}

function checkPeer(path: string, peer: JsonObject): Cause[] {
  const present = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((field) => peer[field] !== undefined);
  const causes = [
    ...checkSelector(`${path}.podSelector`, peer['podSelector']),
    ...checkSelector(`${path}.namespaceSelector`, peer['namespaceSelector']),
    ...(peer['ipBlock'] === undefined ? [] : checkBlock(`${path}.ipBlock`, at(peer, 'ipBlock'))),
  ];
  if (present.length === 0) causes.push(required(path, 'must specify a peer'));
  if (present.length > 1 && peer['ipBlock'] !== undefined)
    causes.push(forbidden(path, 'may not specify both ipBlock and another peer'));
  return causes;
}

function checkBlock(path: string, block: JsonObject): Cause[] {
  const range = text(block['cidr']);
  if (range === '') return [required(`${path}.cidr`)];
  if (!isRange(range)) return [invalid(`${path}.cidr`, range, rangeWords)];
  return texts(block['except']).flatMap((one, index) =>
    isRange(one) ? [] : [invalid(`${path}.except[${index}]`, one, rangeWords)],
  );
}

export function checkIngress(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const rules = each(spec['rules']);
  const causes: Cause[] = [];
  if (rules.length === 0 && spec['defaultBackend'] === undefined)
    causes.push(invalid('spec', null, 'either `defaultBackend` or `rules` must be specified'));
  if (spec['defaultBackend'] !== undefined)
    causes.push(...checkBackend('spec.defaultBackend', at(spec, 'defaultBackend')));
  return [
    ...causes,
    ...rules.flatMap((rule, index) => checkRule(`spec.rules[${index}]`, rule)),
    ...each(spec['tls']).flatMap((tls, index) => [
      ...texts(tls['hosts']).flatMap((host, place) => checkHost(`spec.tls[${index}].hosts[${place}]`, host)),
      ...namedIfSet(`spec.tls[${index}].secretName`, tls['secretName'], dnsSubdomain),
    ]),
    ...(spec['ingressClassName'] === undefined
      ? []
      : named('spec.ingressClassName', spec['ingressClassName'], dnsSubdomain)),
  ];
}

const checkHost = (path: string, host: string): Cause[] =>
  named(path, host, host.includes('*') ? wildcardSubdomain : dnsSubdomain);

function checkRule(path: string, rule: JsonObject): Cause[] {
  const host = text(rule['host']);
  const causes: Cause[] = [];
  if (host !== '') {
    if (isIP(host) !== 0) causes.push(invalid(`${path}.host`, host, 'must be a DNS name, not an IP address'));
    causes.push(...checkHost(`${path}.host`, host));
  }
  if (rule['http'] === undefined) return causes;
  const paths = each(at(rule, 'http')['paths']);
  if (paths.length === 0) causes.push(required(`${path}.http.paths`));
  return [...causes, ...paths.flatMap((one, index) => checkPath(`${path}.http.paths[${index}]`, one))];
}

const sequences = ['//', '/./', '/../', '%2f', '%2F'];
const suffixes = ['/..', '/.'];

function checkPath(path: string, one: JsonObject): Cause[] {
  const type = one['pathType'];
  if (isEmpty(type)) return [required(`${path}.pathType`, 'pathType must be specified')];
  const route = text(one['path']);
  const causes: Cause[] = [];
  if (type === 'Exact' || type === 'Prefix') {
    if (!route.startsWith('/')) causes.push(invalid(`${path}.path`, route, 'must be an absolute path'));
    for (const part of sequences)
      if (route.includes(part)) causes.push(invalid(`${path}.path`, route, `must not contain '${part}'`));
    for (const part of suffixes)
      if (route.endsWith(part)) causes.push(invalid(`${path}.path`, route, `cannot end with '${part}'`));
  } else if (type === 'ImplementationSpecific') {
    if (route !== '' && !route.startsWith('/')) causes.push(invalid(`${path}.path`, route, 'must be an absolute path'));
  } else causes.push(notSupported(`${path}.pathType`, type, ['Exact', 'ImplementationSpecific', 'Prefix']));
  return [...causes, ...checkBackend(`${path}.backend`, at(one, 'backend'))];
}

function checkBackend(path: string, backend: JsonObject): Cause[] {
  const [service, resource] = [backend['service'], backend['resource']];
  if (service !== undefined && resource !== undefined)
    return [invalid(path, '', 'cannot set both resource and service backends')];
  if (resource !== undefined)
    return ['kind', 'name'].flatMap((field) =>
      text(at(backend, 'resource')[field]) === '' ? [required(`${path}.resource.${field}`)] : [],
    );
  if (service === undefined) return [invalid(path, '', 'resource or service backend is required')];
  const target = at(backend, 'service');
  const name = text(target['name']);
  const [label, digits] = [text(at(target, 'port')['name']), number(at(target, 'port')['number'])];
  const causes = name === '' ? [required(`${path}.service.name`)] : named(`${path}.service.name`, name, dnsLabel);
  if (label !== '' && digits !== 0) causes.push(invalid(path, '', 'cannot set both port name & port number'));
  else if (label !== '') causes.push(...named(`${path}.service.port.name`, label, portName));
  else if (digits !== 0) causes.push(...portNumber(`${path}.service.port.number`, digits));
  else causes.push(required(path, 'port name or number is required'));
  return causes;
}

export function checkIngressClass(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const controller = text(spec['controller']);
  const causes: Cause[] = [];
  if (controller.length > 250) causes.push(invalid('spec.controller', controller, 'must be no more than 250 bytes'));
  if (controller !== '' && !/^[^/]+\/.+$/.test(controller))
    causes.push(invalid('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  if (controller === '') causes.push(required('spec.controller'));
  const parameters = at(spec, 'parameters');
  if (!isEmpty(spec['parameters']))
    for (const field of ['kind', 'name'])
      if (text(parameters[field]) === '') causes.push(required(`spec.parameters.${field}`));
  return causes;
}

export const checkIngressClassUpdate = (object: Resource, old: Resource): Cause[] => [
  ...immutable('spec.controller', at(object, 'spec')['controller'], at(old, 'spec')['controller']),
  ...checkIngressClass(object),
];
