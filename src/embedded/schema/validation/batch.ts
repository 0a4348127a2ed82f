import type { JsonObject, Resource } from '../../../resource/index.ts';
import { at, each, number, text, texts } from '../access.ts';
import { equalJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { invalid, invalidOmitted, notSupported, required } from './causes.ts';
import { checkSchedule } from './cron.ts';
import { checkSelector, isBrokenSelector, matches, nonNegative, oneOf } from './fields.ts';
import { checkAnnotations, checkLabels, immutable } from './metadata.ts';
import { dnsLabel } from './names.ts';
import { checkTemplate } from './pod.ts';

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];
const mostParallel = 100_000;

function checkJobSpec(path: string, spec: JsonObject): Cause[] {
  const causes = counts.flatMap((field) => nonNegative(`${path}.${field}`, spec[field]));
  const indexed = spec['completionMode'] === 'Indexed';
  const failures = spec['maxFailedIndexes'];
  if (failures !== undefined && spec['backoffLimitPerIndex'] === undefined)
    causes.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  causes.push(...oneOf(`${path}.completionMode`, spec['completionMode'], ['NonIndexed', 'Indexed'], true));
  if (indexed) causes.push(...checkIndexed(path, spec));
  else
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'])
      if (spec[field] !== undefined)
        causes.push(invalid(`${path}.${field}`, spec[field], 'requires indexed completion mode'));
  const replacement = text(spec['podReplacementPolicy']);
  if (spec['podFailurePolicy'] !== undefined) {
    causes.push(...checkFailurePolicy(`${path}.podFailurePolicy`, spec));
    if (replacement !== '' && replacement !== 'Failed')
      causes.push(notSupported(`${path}.podReplacementPolicy`, replacement, ['Failed']));
  } else causes.push(...oneOf(`${path}.podReplacementPolicy`, replacement, ['Failed', 'TerminatingOrFailed'], true));
  return [...causes, ...checkTemplate(`${path}.template`, at(spec, 'template')), ...checkRestart(path, spec)];
}

function checkIndexed(path: string, spec: JsonObject): Cause[] {
  const causes: Cause[] = [];
  const [completions, failures] = [spec['completions'], spec['maxFailedIndexes']];
  if (completions === undefined) causes.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  if (number(spec['parallelism']) > mostParallel)
    causes.push(
      invalid(
        `${path}.parallelism`,
        spec['parallelism'],
        `must be less than or equal to ${mostParallel} when completion mode is Indexed`,
      ),
    );
  if (completions !== undefined && failures !== undefined && number(failures) > number(completions))
    causes.push(invalid(`${path}.maxFailedIndexes`, failures, 'must be less than or equal to completions'));
  return causes;
}

function checkRestart(path: string, spec: JsonObject): Cause[] {
  const policy = text(at(at(spec, 'template'), 'spec')['restartPolicy']);
  const here = `${path}.template.spec.restartPolicy`;
  if (policy === 'Always' || policy === '') return [required(here, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(here, policy, ['OnFailure', 'Never'])];
  if (spec['podFailurePolicy'] !== undefined && policy !== 'Never')
    return [invalid(here, policy, 'only "Never" is supported when podFailurePolicy is specified')];
  return [];
}

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

function checkFailurePolicy(path: string, spec: JsonObject): Cause[] {
  return each(at(spec, 'podFailurePolicy')['rules']).flatMap((rule, index) => {
    const here = `${path}.rules[${index}]`;
    const causes = oneOf(`${here}.action`, rule['action'], actions);
    const codes = rule['onExitCodes'];
    const conditions = each(rule['onPodConditions']);
    if (codes !== undefined && conditions.length > 0)
      causes.push(invalidOmitted(here, 'specifying both OnExitCodes and OnPodConditions is not supported'));
    if (codes === undefined && conditions.length === 0)
      causes.push(invalidOmitted(here, 'specifying one of OnExitCodes and OnPodConditions is required'));
    if (codes !== undefined) causes.push(...checkExitCodes(`${here}.onExitCodes`, at(rule, 'onExitCodes'), spec));
    return causes;
  });
}

function checkExitCodes(path: string, codes: JsonObject, spec: JsonObject): Cause[] {
  const operator = text(codes['operator']);
  const values = Array.isArray(codes['values']) ? codes['values'] : [];
  const template = at(at(spec, 'template'), 'spec');
  const names = [...each(template['containers']), ...each(template['initContainers'])].map((one) => text(one['name']));
  const name = codes['containerName'];
  const causes = oneOf(`${path}.operator`, operator, ['In', 'NotIn']);
  if (name !== undefined && !names.includes(text(name)))
    causes.push(
      invalid(`${path}.containerName`, name, 'must be one of the container or initContainer names in the pod template'),
    );
  if (values.length === 0) causes.push(invalid(`${path}.values`, values, 'at least one value is required'));
  for (const [index, value] of values.entries())
    if (operator === 'In' && value === 0)
      causes.push(invalid(`${path}.values[${index}]`, value, 'must not be 0 for the In operator'));
  return causes;
}

/** A new job. */
export function checkJob(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const causes = [...checkJobSpec('spec', spec), ...checkJobSelector(spec)];
  const completions = number(spec['completions']);
  if (spec['completionMode'] === 'Indexed' && completions > 0) {
    const hostname = `${object.metadata.name}-${completions - 1}`;
    if (dnsLabel(hostname).length > 0)
      causes.push(
        invalid(
          'metadata.name',
          object.metadata.name,
          `will not able to create pod with invalid DNS label: ${hostname}`,
        ),
      );
  }
  return causes;
}

function checkJobSelector(spec: JsonObject): Cause[] {
  const selector = spec['selector'];
  // The server writes one itself before it looks, unless the user insists on an own one.
  if (selector === undefined) return spec['manualSelector'] === true ? [required('spec.selector')] : [];
  const causes = checkSelector('spec.selector', selector);
  const labels = at(at(at(spec, 'template'), 'metadata'), 'labels');
  if (!isBrokenSelector(selector) && !matches(selector, labels))
    causes.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  return causes;
}

/** Parallelism and suspension change; what is run does not, as long as it has not been suspended. */
export function checkJobUpdate(object: Resource, old: Resource): Cause[] {
  const [spec, before] = [at(object, 'spec'), at(old, 'spec')];
  const causes = checkJob(object);
  const scaled =
    spec['completionMode'] === 'Indexed' &&
    equalJson(spec['completions'], spec['parallelism']) &&
    equalJson(before['completions'], before['parallelism']);
  if (!scaled) causes.push(...immutable('spec.completions', spec['completions'], before['completions']));
  causes.push(...immutable('spec.selector', spec['selector'], before['selector']));
  if (!equalJson(templateToKeep(spec, before), at(before, 'template')))
    causes.push(frozenTemplate(at(spec, 'template')));
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'])
    causes.push(...immutable(`spec.${field}`, spec[field] ?? null, before[field] ?? null));
  return causes;
}

/** While a job is suspended, where its pods may run can still be changed. */
function templateToKeep(spec: JsonObject, before: JsonObject): JsonObject {
  const template = at(spec, 'template');
  if (before['suspend'] !== true) return template;
  const old = at(before, 'template');
  const oldSpec = at(old, 'spec');
  const kept = Object.fromEntries(
    ['nodeSelector', 'tolerations', 'schedulingGates'].map((field) => [field, oldSpec[field]]),
  );
  return { ...template, metadata: old['metadata'], spec: { ...at(template, 'spec'), ...kept } };
}

/** The server shows the whole template in the names of its internal type; the message ends the same. */
function frozenTemplate(template: JsonObject): Cause {
  return invalid('spec.template', template, 'field is immutable');
}

/** A new schedule of jobs. */
export function checkCronJob(object: Resource): Cause[] {
  const causes = checkCronSpec(object);
  if (object.metadata.name.length > 52)
    causes.push(invalid('metadata.name', object.metadata.name, 'must be no more than 52 characters'));
  return causes;
}

export const checkCronJobUpdate = (object: Resource, old: Resource): Cause[] => checkCronSpec(object, at(old, 'spec'));

function checkCronSpec(object: Resource, before?: JsonObject): Cause[] {
  const spec = at(object, 'spec');
  const schedule = text(spec['schedule']);
  const causes: Cause[] = [];
  if (schedule === '') causes.push(required('spec.schedule'));
  else {
    const wrong = checkSchedule(schedule.replace(/^(CRON_)?TZ=\S+\s+/, ''));
    if (wrong !== undefined) causes.push(invalid('spec.schedule', schedule, wrong));
    if (schedule.includes('TZ') && !text(before?.['schedule']).includes('TZ'))
      causes.push(
        invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'),
      );
  }
  causes.push(...nonNegative('spec.startingDeadlineSeconds', spec['startingDeadlineSeconds']));
  causes.push(...checkZone(spec['timeZone']));
  causes.push(...oneOf('spec.concurrencyPolicy', spec['concurrencyPolicy'], ['Allow', 'Forbid', 'Replace']));
  const job = at(spec, 'jobTemplate');
  const metadata = at(job, 'metadata');
  return [
    ...causes,
    ...checkLabels(at(metadata, 'labels'), 'spec.jobTemplate.labels'),
    ...checkAnnotations(at(metadata, 'annotations'), 'spec.jobTemplate.annotations'),
    ...checkJobSpec('spec.jobTemplate.spec', at(job, 'spec')),
    ...checkOwnSelector(at(job, 'spec')),
    ...nonNegative('spec.successfulJobsHistoryLimit', spec['successfulJobsHistoryLimit']),
    ...nonNegative('spec.failedJobsHistoryLimit', spec['failedJobsHistoryLimit']),
  ];
}

/** Every job of a schedule needs a selector of its own, so none can be given. */
function checkOwnSelector(job: JsonObject): Cause[] {
  const causes: Cause[] = [];
  if (job['selector'] !== undefined)
    causes.push(invalid('spec.jobTemplate.spec.selector', job['selector'], '`selector` will be auto-generated'));
  if (job['manualSelector'] === true)
    causes.push(notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']));
  return causes;
}

function checkZone(value: JsonObject[string]): Cause[] {
  if (value === undefined) return [];
  const zone = text(value);
  if (zone === '') return [invalid('spec.timeZone', zone, 'timeZone must be nil or non-empty string')];
  if (zone.toLowerCase() === 'local')
    return [
      invalid(
        'spec.timeZone',
        zone,
        'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ),
    ];
  const known = zone === 'UTC' || texts(Intl.supportedValuesOf('timeZone')).includes(zone) || isAlias(zone);
  return known ? [] : [invalid('spec.timeZone', zone, `unknown time zone ${zone}`)];
}

function isAlias(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
}
