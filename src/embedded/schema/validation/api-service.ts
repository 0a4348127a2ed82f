import type { Resource } from '../../../resource/index.ts';
import { at, text } from '../access.ts';
import type { Cause } from '../schema.ts';
import { invalid, required } from './causes.ts';
import { joined } from './definition.ts';
import { named } from './fields.ts';
import { dnsLabel1035, dnsSubdomain } from './names.ts';

/** A group and version that another server answers for. */
export function checkApiService(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const [group, version] = [text(spec['group']), text(spec['version'])];
  const causes: Cause[] = [];
  const name = object.metadata.name;
  const expected = `${version}.${group}`;
  if (name !== expected)
    causes.push(invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(expected)}`));
  if (group !== '') causes.push(...joined('spec.group', group, dnsSubdomain(group)));
  if (group === '' && version !== 'v1')
    causes.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (version === '') causes.push(required('spec.version'));
  else causes.push(...named('spec.version', version, dnsLabel1035));
  for (const [field, most] of [
    ['groupPriorityMinimum', 20_000],
    ['versionPriority', 1000],
  ] as const) {
    const value = typeof spec[field] === 'number' ? spec[field] : 0;
    if (value <= 0 || value > most)
      causes.push(invalid(`spec.${field}`, value, `must be positive and less than ${most}`));
  }
  const service = spec['service'];
  const skip = spec['insecureSkipTLSVerify'] === true;
  if (service === undefined) {
    if (text(spec['caBundle']) !== '')
      causes.push(
        invalid(
          'spec.caBundle',
          `${Buffer.byteLength(text(spec['caBundle']), 'base64')} bytes`,
          'local APIServices may not have a caBundle',
        ),
      );
    if (skip)
      causes.push(invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
    return causes;
  }
  for (const field of ['namespace', 'name'])
    if (text(at(spec, 'service')[field]) === '') causes.push(required(`spec.service.${field}`));
  if (skip && text(spec['caBundle']) !== '')
    causes.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  return causes;
}
