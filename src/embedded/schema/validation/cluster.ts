import type { Resource } from '../../../resource/index.ts';
import { at, each, number, text, texts } from '../access.ts';
import { equalJson, structJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, invalidStruct, notSupported, required } from './causes.ts';
import { atMostAll, checkSelector, countOrPercent, matches, named, nonNegative, oneOf } from './fields.ts';
import { immutable } from './metadata.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';
import { checkTemplate } from './pod.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function checkNode(object: Resource): Cause[] {
  return each(at(object, 'spec')['taints']).flatMap((taint, index) => [
    ...named(`metadata.taints[${index}].key`, taint['key'] ?? '', qualifiedName),
    ...oneOf(`metadata.taints[${index}].effect`, taint['effect'], effects),
  ]);
}

const highestPriority = 1_000_000_000;

export function checkPriorityClass(object: Resource): Cause[] {
  const causes: Cause[] = [];
  const name = object.metadata.name;
  const system = name === 'system-node-critical' || name === 'system-cluster-critical';
  if (name.startsWith('system-') && !system)
    causes.push(
      forbidden(
        'metadata.name',
        `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`,
      ),
    );
  if (!system && number(object['value']) > highestPriority)
    causes.push(forbidden('value', `maximum allowed value of a user defined priority is ${highestPriority}`));
  return [...causes, ...oneOf('preemptionPolicy', object['preemptionPolicy'], ['PreemptLowerPriority', 'Never'], true)];
}

export function checkPriorityClassUpdate(object: Resource, old: Resource): Cause[] {
  const causes =
    number(object['value']) === number(old['value']) ? [] : [forbidden('value', 'may not be changed in an update.')];
  return [...causes, ...immutable('preemptionPolicy', object['preemptionPolicy'], old['preemptionPolicy'])];
}

export function checkLease(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const [seconds, transitions] = [spec['leaseDurationSeconds'], spec['leaseTransitions']];
  const causes: Cause[] = [];
  if (seconds !== undefined && number(seconds) <= 0)
    causes.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  return [...causes, ...nonNegative('spec.leaseTransitions', transitions)];
}

export function checkBudget(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const [least, most] = [spec['minAvailable'], spec['maxUnavailable']];
  const causes: Cause[] = [];
  if (least !== undefined && most !== undefined)
    causes.push(
      invalidStruct(
        'spec',
        structJson({
          MinAvailable: least,
          Selector: spec['selector'] ?? null,
          MaxUnavailable: most,
          UnhealthyPodEvictionPolicy: null,
        }),
        'minAvailable and maxUnavailable cannot be both set',
      ),
    );
  for (const [field, value] of [
    ['minAvailable', least],
    ['maxUnavailable', most],
  ] as const)
    if (value !== undefined)
      causes.push(...countOrPercent(`spec.${field}`, value), ...atMostAll(`spec.${field}`, value));
  return [
    ...causes,
    ...checkSelector('spec.selector', spec['selector']),
    ...oneOf(
      'spec.unhealthyPodEvictionPolicy',
      spec['unhealthyPodEvictionPolicy'],
      ['AlwaysAllow', 'IfHealthyBudget'],
      true,
    ),
  ];
}

export function checkReplicationController(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const selector = at(spec, 'selector');
  const template = at(spec, 'template');
  const causes = [
    ...nonNegative('spec.minReadySeconds', spec['minReadySeconds']),
    ...nonNegative('spec.replicas', spec['replicas']),
  ];
  if (Object.keys(selector).length === 0) causes.push(required('spec.selector'));
  if (spec['template'] === undefined) return [...causes, required('spec.template')];
  const labels = at(at(template, 'metadata'), 'labels');
  if (!matches({ matchLabels: selector }, labels))
    causes.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  causes.push(...checkTemplate('spec.template', template));
  const policy = at(template, 'spec')['restartPolicy'];
  if (policy !== 'Always') causes.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  return causes;
}

export const checkPodTemplate = (object: Resource): Cause[] => checkTemplate('template', at(object, 'template'));

export const checkRuntimeClass = (object: Resource): Cause[] =>
  text(object['handler']) === '' ? [required('handler')] : named('handler', object['handler'], dnsSubdomain);

export const checkRuntimeClassUpdate = (object: Resource, old: Resource): Cause[] =>
  immutable('handler', object['handler'], old['handler']);

export function checkRevision(object: Resource): Cause[] {
  const causes = nonNegative('revision', object['revision']);
  if (object['data'] === undefined || object['data'] === null) causes.push(required('data', 'data is mandatory'));
  return causes;
}

export function checkRevisionUpdate(object: Resource, old: Resource): Cause[] {
  const causes = nonNegative('revision', object['revision']);
  return equalJson(object['data'], old['data'])
    ? causes
    : [...causes, ...immutable('data', object['data'], old['data'])];
}

export function checkSigningRequest(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const usages = texts(spec['usages']);
  const causes: Cause[] = [];
  if (usages.length === 0) causes.push(required('spec.usages'));
  const signer = text(spec['signerName']);
  if (signer === '') causes.push(required('spec.signerName'));
  else if (!/^[^/]+\/.+$/.test(signer))
    causes.push(
      invalid(
        'spec.signerName',
        signer,
        'must be a fully qualified domain and path of the form "example.com/signer-name"',
      ),
    );
  return causes;
}

export function checkEvent(object: Resource): Cause[] {
  const involved = at(object, 'involvedObject');
  const [namespace, own] = [text(involved['namespace']), text(object.metadata.namespace)];
  if (namespace !== '' && namespace !== own)
    return [invalid('involvedObject.namespace', namespace, 'does not match event.namespace')];
  return namespace === '' && own !== 'default' && own !== ''
    ? [invalid('involvedObject.namespace', namespace, 'does not match event.namespace')]
    : [];
}

export function checkCsiDriver(object: Resource): Cause[] {
  const modes = texts(at(object, 'spec')['volumeLifecycleModes']);
  return modes.flatMap((mode) => oneOf('spec.volumeLifecycleModes', mode, ['Ephemeral', 'Persistent']));
}
