import { isIP } from 'node:net';
import type { Resource } from '../../../resource/index.ts';
import { each, text, texts } from '../access.ts';
import type { Cause } from '../schema.ts';
import { duplicate, invalid, required } from './causes.ts';
import { named, oneOf, portNumber, protocols } from './fields.ts';
import { immutable } from './metadata.ts';
import { dnsLabel } from './names.ts';
import { addressWords } from './services.ts';

/** Addresses of a service, in their old form. */
export function checkEndpoints(object: Resource): Cause[] {
  return each(object['subsets']).flatMap((subset, index) => {
    const here = `subsets[${index}]`;
    const [ready, waiting] = [each(subset['addresses']), each(subset['notReadyAddresses'])];
    const causes: Cause[] = [];
    if (ready.length + waiting.length === 0)
      causes.push(required(here, 'must specify `addresses` or `notReadyAddresses`'));
    for (const [field, list] of [
      ['addresses', ready],
      ['notReadyAddresses', waiting],
    ] as const)
      for (const [place, address] of list.entries())
        if (isIP(text(address['ip'])) === 0)
          causes.push(
            invalid(`${here}.${field}[${place}].ip`, text(address['ip']), addressWords),
            invalid(`${here}.${field}[${place}].ip`, text(address['ip']), 'must be a valid IP address'),
          );
    const ports = each(subset['ports']);
    for (const [place, one] of ports.entries()) {
      const spot = `${here}.ports[${place}]`;
      if (ports.length > 1 && text(one['name']) === '') causes.push(required(`${spot}.name`));
      else if (text(one['name']) !== '') causes.push(...named(`${spot}.name`, one['name'], dnsLabel));
      causes.push(...portNumber(`${spot}.port`, one['port']), ...oneOf(`${spot}.protocol`, one['protocol'], protocols));
    }
    return causes;
  });
}

/** Addresses of a service, all of one type. */
export function checkEndpointSlice(object: Resource): Cause[] {
  const type = text(object['addressType']);
  const causes = type === '' ? [required('addressType')] : oneOf('addressType', type, ['FQDN', 'IPv4', 'IPv6']);
  const names = new Set<string>();
  for (const [index, one] of each(object['ports']).entries()) {
    const name = text(one['name']);
    if (names.has(name)) causes.push(duplicate(`ports[${index}].name`, name));
    names.add(name);
    if (name !== '') causes.push(...named(`ports[${index}].name`, name, dnsLabel));
    causes.push(...oneOf(`ports[${index}].protocol`, one['protocol'], protocols));
  }
  for (const [index, endpoint] of each(object['endpoints']).entries()) {
    const addresses = texts(endpoint['addresses']);
    if (addresses.length === 0)
      causes.push(required(`endpoints[${index}].addresses`, 'must contain at least 1 address'));
    for (const [place, address] of addresses.entries())
      causes.push(...checkEndpointAddress(`endpoints[${index}].addresses[${place}]`, address, type));
  }
  return causes;
}

function checkEndpointAddress(path: string, address: string, type: string): Cause[] {
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const version = isIP(address);
  if (version === 0) return [invalid(path, address, addressWords)];
  return `IPv${version}` === type ? [] : [invalid(path, address, `must be an ${type} address`)];
}

export const checkEndpointSliceUpdate = (object: Resource, old: Resource): Cause[] => [
  ...checkEndpointSlice(object),
  ...immutable('addressType', object['addressType'], old['addressType']),
];
