import type { JsonObject, JsonValue, Resource } from '../../../resource/index.ts';
import { at, each, number, text } from '../access.ts';
import { canonicalJson, equalJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid } from './causes.ts';
import { checkPodSpec } from './pod.ts';

const changeable =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** Of a pod's spec an update may change images, deadlines and gates, and add tolerations. */
export function checkPodUpdate(object: Resource, old: Resource): Cause[] {
  const [spec, before] = [at(object, 'spec'), at(old, 'spec')];
  const causes = checkPodSpec('spec', spec);
  for (const field of ['containers', 'initContainers'])
    if (each(spec[field]).length !== each(before[field]).length)
      return [...causes, forbidden(`spec.${field}`, 'pod updates may not add or remove containers')];
  const [deadline, previous] = [spec['activeDeadlineSeconds'], before['activeDeadlineSeconds']];
  if (deadline !== undefined && previous !== undefined && number(previous) < number(deadline))
    return [...causes, invalid('spec.activeDeadlineSeconds', deadline, 'must be less than or equal to previous value')];
  if (deadline === undefined && previous !== undefined)
    causes.push(invalid('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value'));
  causes.push(...checkAddedOnly(spec['tolerations'], before['tolerations']));
  causes.push(...checkGatesRemoved(each(spec['schedulingGates']), each(before['schedulingGates'])));
  if (!equalJson(comparable(spec, before), comparable(before, before)))
    causes.push(forbidden('spec', `pod updates may not change fields other than ${changeable}`));
  return causes;
}

/** The spec with everything an update may change taken from before it. */
function comparable(spec: JsonObject, before: JsonObject): JsonObject {
  const same = (field: string) =>
    each(spec[field]).map((container, index) => ({ ...container, image: each(before[field])[index]?.['image'] }));
  const grace =
    number(before['terminationGracePeriodSeconds']) < 0 && spec['terminationGracePeriodSeconds'] === 1
      ? before['terminationGracePeriodSeconds']
      : spec['terminationGracePeriodSeconds'];
  return {
    ...spec,
    containers: same('containers'),
    initContainers: same('initContainers'),
    activeDeadlineSeconds: before['activeDeadlineSeconds'],
    schedulingGates: before['schedulingGates'],
    tolerations: before['tolerations'],
    terminationGracePeriodSeconds: grace,
  };
}

function checkAddedOnly(now: JsonValue | undefined, before: JsonValue | undefined): Cause[] {
  const present = new Set(each(now).map((one) => canonicalJson({ ...one, tolerationSeconds: undefined })));
  const kept = each(before).every((one) => present.has(canonicalJson({ ...one, tolerationSeconds: undefined })));
  return kept
    ? []
    : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function checkGatesRemoved(now: JsonObject[], before: JsonObject[]): Cause[] {
  const known = new Set(before.map((gate) => text(gate['name'])));
  return now.flatMap((gate, index) =>
    known.has(text(gate['name']))
      ? []
      : [
          forbidden(
            `spec.schedulingGates[${index}]`,
            `only deletion is allowed, but found new scheduling gate '${text(gate['name'])}'`,
          ),
        ],
  );
}
