import type { JsonObject, Resource } from '../../../resource/index.ts';
import { at, each, isEmpty, number, text } from '../access.ts';
import { equalJson, structJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, invalidStruct, notSupported, required } from './causes.ts';
import {
  amountOf,
  atMostAll,
  checkSelector,
  countOrPercent,
  isBrokenSelector,
  matches,
  named,
  nonNegative,
  selectorJson,
} from './fields.ts';
import { immutable } from './metadata.ts';
import { dnsLabel } from './names.ts';
import { checkTemplate } from './pod.ts';
import { checkClaimSpec } from './storage.ts';

const labelsOf = (template: JsonObject) => at(at(template, 'metadata'), 'labels');
const mismatch = '`selector` does not match template `labels`';

/** A selector that is there, sound, not empty, and chooses the pods of the template. */
function checkSelection(spec: JsonObject, empty: string, broken = 'invalid label selector'): Cause[] {
  const selector = spec['selector'];
  const template = at(spec, 'template');
  const causes =
    selector === undefined || selector === null
      ? [required('spec.selector')]
      : checkSelector('spec.selector', selector);
  const isBlank = selector !== undefined && selector !== null && hasNothing(at(spec, 'selector'));
  if (isBlank) causes.push(invalid('spec.selector', {}, empty));
  if (isBrokenSelector(selector))
    causes.push(invalidStruct('spec.selector', selectorJson(at(spec, 'selector')), broken));
  else if (!isBlank && !matches(selector, labelsOf(template)))
    causes.push(invalid('spec.template.metadata.labels', shownLabels(template), mismatch));
  return causes;
}

const hasNothing = (selector: JsonObject) => isEmpty(selector['matchLabels']) && isEmpty(selector['matchExpressions']);
const shownLabels = (template: JsonObject) => (isEmpty(labelsOf(template)) ? null : labelsOf(template));

function checkRunning(path: string, spec: JsonObject, kind: string): Cause[] {
  const causes: Cause[] = [];
  if (spec['restartPolicy'] !== 'Always')
    causes.push(notSupported(`${path}.restartPolicy`, spec['restartPolicy'], ['Always']));
  if (spec['activeDeadlineSeconds'] !== undefined)
    causes.push(forbidden(`${path}.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`));
  return causes;
}

/** Pods by number. */
export function checkReplicaSet(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const template = at(spec, 'template');
  const broken = isBrokenSelector(spec['selector']);
  return [
    ...nonNegative('spec.replicas', spec['replicas']),
    ...nonNegative('spec.minReadySeconds', spec['minReadySeconds']),
    ...checkSelection(spec, 'empty selector is invalid for deployment'),
    ...(broken ? [] : checkTemplate('spec.template', template)),
    ...(broken ? [] : checkRunning('spec.template.spec', at(template, 'spec'), 'ReplicaSet')),
  ];
}

export function checkReplicaSetUpdate(object: Resource, old: Resource): Cause[] {
  return [
    ...checkReplicaSet(object),
    ...immutable('spec.selector', at(object, 'spec')['selector'], at(old, 'spec')['selector']),
  ];
}

/** Pods by number, replaced by a strategy. */
export function checkDeployment(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const progress = spec['progressDeadlineSeconds'];
  const causes = [
    ...checkReplicaSet(object),
    ...checkStrategy('spec.strategy', at(spec, 'strategy')),
    ...nonNegative('spec.revisionHistoryLimit', spec['revisionHistoryLimit']),
    ...nonNegative('spec.progressDeadlineSeconds', progress),
  ];
  if (progress !== undefined && number(progress) <= number(spec['minReadySeconds']))
    causes.push(invalid('spec.progressDeadlineSeconds', progress, 'must be greater than minReadySeconds'));
  return causes;
}

export function checkDeploymentUpdate(object: Resource, old: Resource): Cause[] {
  return [
    ...checkDeployment(object),
    ...immutable('spec.selector', at(object, 'spec')['selector'], at(old, 'spec')['selector']),
  ];
}

function checkStrategy(path: string, strategy: JsonObject): Cause[] {
  const rolling = at(strategy, 'rollingUpdate');
  switch (strategy['type']) {
    case 'Recreate':
      return strategy['rollingUpdate'] === undefined
        ? []
        : [forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
    case 'RollingUpdate': {
      const [less, more] = [rolling['maxUnavailable'], rolling['maxSurge']];
      const here = `${path}.rollingUpdate`;
      const causes = [...countOrPercent(`${here}.maxUnavailable`, less), ...countOrPercent(`${here}.maxSurge`, more)];
      if (amountOf(less) === 0 && amountOf(more) === 0)
        causes.push(invalid(`${here}.maxUnavailable`, less, 'may not be 0 when `maxSurge` is 0'));
      return [...causes, ...atMostAll(`${here}.maxUnavailable`, less)];
    }
    default:
      return [notSupportedStruct(path, strategy, ['Recreate', 'RollingUpdate'])];
  }
}

/** The whole strategy is shown, in the names of the server's internal type. */
function notSupportedStruct(path: string, strategy: JsonObject, supported: readonly string[]): Cause {
  const shown = structJson({ Type: strategy['type'], RollingUpdate: strategy['rollingUpdate'] ?? null });
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${shown}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`,
    field: path,
  };
}

/** Pods by node. */
export function checkDaemonSet(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const template = at(spec, 'template');
  const selector = spec['selector'];
  const causes = checkSelector('spec.selector', selector);
  if (!isBrokenSelector(selector) && !matches(selector, labelsOf(template)))
    causes.push(invalid('spec.template.metadata.labels', shownLabels(template), mismatch));
  if (selector !== undefined && selector !== null && hasNothing(at(spec, 'selector')))
    causes.push(invalid('spec.selector', {}, 'empty selector is invalid for daemonset'));
  return [
    ...causes,
    ...checkTemplate('spec.template', template),
    ...checkRunning('spec.template.spec', at(template, 'spec'), 'DaemonSet'),
    ...nonNegative('spec.minReadySeconds', spec['minReadySeconds']),
    ...checkDaemonStrategy('spec.updateStrategy', at(spec, 'updateStrategy')),
    ...nonNegative('spec.revisionHistoryLimit', spec['revisionHistoryLimit']),
  ];
}

function checkDaemonStrategy(path: string, strategy: JsonObject): Cause[] {
  if (strategy['type'] === 'OnDelete') return [];
  if (strategy['type'] !== 'RollingUpdate') return [notSupportedStruct(path, strategy, ['RollingUpdate', 'OnDelete'])];
  const rolling = at(strategy, 'rollingUpdate');
  const [less, more] = [rolling['maxUnavailable'], rolling['maxSurge']];
  const here = `${path}.rollingUpdate`;
  const causes = [
    ...countOrPercent(`${here}.maxUnavailable`, less),
    ...countOrPercent(`${here}.maxSurge`, more),
    ...atMostAll(`${here}.maxUnavailable`, less),
    ...atMostAll(`${here}.maxSurge`, more),
  ];
  const [takesAway, adds] = [amountOf(less) !== 0, amountOf(more) !== 0];
  if (takesAway && adds)
    causes.push(invalid(`${here}.maxSurge`, more, 'may not be set when maxUnavailable is non-zero'));
  if (!takesAway && !adds) causes.push(required(`${here}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return causes;
}

export function checkDaemonSetUpdate(object: Resource, old: Resource): Cause[] {
  return [
    ...immutable('spec.selector', at(object, 'spec')['selector'], at(old, 'spec')['selector']),
    ...checkDaemonSet(object),
  ];
}

/** Pods by ordinal, each with claims of its own. */
export function checkStatefulSet(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const service = text(spec['serviceName']);
  return [
    ...checkStatefulSpec(spec),
    ...(service === '' ? [] : named('spec.serviceName', service, dnsLabel)),
    ...each(spec['volumeClaimTemplates']).flatMap((claim, index) =>
      checkClaimSpec(`spec.volumeClaimTemplates[${index}].spec`, at(claim, 'spec')),
    ),
  ];
}

function checkStatefulSpec(spec: JsonObject): Cause[] {
  const template = at(spec, 'template');
  const strategy = at(spec, 'updateStrategy');
  const rolling = strategy['rollingUpdate'];
  const policy = at(spec, 'persistentVolumeClaimRetentionPolicy');
  const claims = each(spec['volumeClaimTemplates']).map((claim) => text(at(claim, 'metadata')['name']));
  const management = text(spec['podManagementPolicy']);
  const causes: Cause[] = [];
  if (management !== 'OrderedReady' && management !== 'Parallel')
    causes.push(invalid('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'"));
  if (strategy['type'] === 'OnDelete' && rolling !== undefined)
    causes.push(
      invalidStruct(
        'spec.updateStrategy.rollingUpdate',
        structJson({ Partition: number(at(strategy, 'rollingUpdate')['partition']), MaxUnavailable: null }),
        "only allowed for updateStrategy 'RollingUpdate'",
      ),
    );
  else if (strategy['type'] === 'RollingUpdate')
    causes.push(
      ...nonNegative('spec.updateStrategy.rollingUpdate.partition', at(strategy, 'rollingUpdate')['partition']),
    );
  else if (strategy['type'] !== 'OnDelete')
    causes.push(
      invalidStruct(
        'spec.updateStrategy',
        structJson({ Type: strategy['type'], RollingUpdate: rolling ?? null }),
        "must be 'RollingUpdate' or 'OnDelete'",
      ),
    );
  for (const field of ['whenDeleted', 'whenScaled'])
    if (!['Retain', 'Delete'].includes(text(policy[field])))
      causes.push(
        notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, policy[field], ['Retain', 'Delete']),
      );
  return [
    ...causes,
    ...nonNegative('spec.replicas', spec['replicas']),
    ...nonNegative('spec.minReadySeconds', spec['minReadySeconds']),
    ...nonNegative('spec.ordinals.start', at(spec, 'ordinals')['start']),
    ...checkSelection(spec, 'empty selector is invalid for statefulset', ''),
    ...(isBrokenSelector(spec['selector']) ? [] : checkTemplate('spec.template', template, claims)),
    ...checkRunning('spec.template.spec', at(template, 'spec'), 'StatefulSet'),
  ];
}

const mutable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export function checkStatefulSetUpdate(object: Resource, old: Resource): Cause[] {
  const rest = (spec: JsonObject) =>
    Object.fromEntries(Object.entries(spec).filter(([field]) => !mutable.includes(field)));
  const causes = checkStatefulSpec(at(object, 'spec'));
  if (!equalJson(rest(at(object, 'spec')), rest(at(old, 'spec')))) {
    const names = mutable.map((field) => `'${field}'`);
    causes.push(
      forbidden(
        'spec',
        `updates to statefulset spec for fields other than ${names.slice(0, -1).join(', ')} and ${names.at(-1)} are forbidden`,
      ),
    );
  }
  return causes;
}
