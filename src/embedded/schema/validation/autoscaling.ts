import type { JsonObject, Resource } from '../../../resource/index.ts';
import { at, each, isEmpty, number, text } from '../access.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, notSupported, required } from './causes.ts';
import { named, requireText } from './fields.ts';
import { pathSegment } from './names.ts';
import { quantityOf } from './resources.ts';

function checkTarget(path: string, ref: JsonObject): Cause[] {
  const version = text(ref['apiVersion']);
  const core = !version.includes('/') && text(ref['kind']) !== 'ReplicationController';
  return [
    ...['kind', 'name'].flatMap((field) =>
      text(ref[field]) === '' ? [required(`${path}.${field}`)] : named(`${path}.${field}`, ref[field], pathSegment),
    ),
    ...(core ? [invalid(`${path}.apiVersion`, version, 'apiVersion must specify API group')] : []),
  ];
}

/** Nothing that runs can be measured by its own use. */
function checkZero(spec: JsonObject): Cause[] {
  const measured = each(spec['metrics']).some((metric) => ['Object', 'External'].includes(text(metric['type'])));
  if (spec['minReplicas'] !== 0 || measured) return [];
  return [
    forbidden(
      'spec.metrics',
      'must specify at least one Object or External metric to support scaling to zero replicas',
    ),
  ];
}

function checkBounds(spec: JsonObject): Cause[] {
  const [least, most] = [spec['minReplicas'], number(spec['maxReplicas'])];
  const causes: Cause[] = [];
  if (least !== undefined && number(least) < 1)
    causes.push(invalid('spec.minReplicas', least, 'must be greater than or equal to 1'));
  if (most === 0) causes.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  else if (most < 1) causes.push(invalid('spec.maxReplicas', most, 'must be greater than or equal to 1'));
  if (least !== undefined && most < number(least))
    causes.push(invalid('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'));
  return causes;
}

export function checkAutoscaler(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  return [
    ...checkBounds(spec),
    ...checkZero(spec),
    ...checkTarget('spec.scaleTargetRef', at(spec, 'scaleTargetRef')),
    ...each(spec['metrics']).flatMap((metric, index) => checkMetric(`spec.metrics[${index}]`, metric)),
    ...['scaleUp', 'scaleDown'].flatMap((half) => {
      const rules = at(at(spec, 'behavior'), half);
      return isEmpty(rules) ? [] : checkRules(`spec.behavior.${half}`, rules);
    }),
  ];
}

const sources = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const fieldOf = (type: string) => `${type.charAt(0).toLowerCase()}${type.slice(1)}`;

function checkMetric(path: string, metric: JsonObject): Cause[] {
  const type = text(metric['type']);
  if (type === '') return [required(`${path}.type`, 'must specify a metric source type')];
  if (!sources.includes(type)) {
    const unknown = notSupported(`${path}.type`, type, sources);
    return [unknown, unknown];
  }
  const causes: Cause[] = [];
  const present = sources.map(fieldOf).filter((field) => metric[field] !== undefined);
  for (const field of present) causes.push(...checkSource(`${path}.${field}`, field, at(metric, field)));
  if (!present.includes(fieldOf(type)))
    causes.push(required(`${path}.${fieldOf(type)}`, 'must populate information for the given metric source'));
  for (const field of present)
    if (field !== fieldOf(type))
      causes.push(forbidden(`${path}.${field}`, 'must populate the given metric source only'));
  return causes;
}

function checkSource(path: string, field: string, source: JsonObject): Cause[] {
  const target = at(source, 'target');
  const causes: Cause[] = [];
  if (field === 'resource' || field === 'containerResource') {
    if (text(source['name']) === '') causes.push(required(`${path}.name`, 'must specify a resource name'));
    if (field === 'containerResource' && text(source['container']) === '')
      causes.push(required(`${path}.container`, 'must specify a container'));
  } else {
    if (text(at(source, 'metric')['name']) === '')
      causes.push(required(`${path}.metric.name`, 'must specify a metric name'));
    if (field === 'object') causes.push(...checkTarget(`${path}.describedObject`, at(source, 'describedObject')));
  }
  causes.push(...checkMetricTarget(`${path}.target`, target));
  const [utilization, average, value] = [target['averageUtilization'], target['averageValue'], target['value']];
  if (field === 'resource' || field === 'containerResource') {
    if (utilization === undefined && average === undefined)
      causes.push(
        required(`${path}.target.averageUtilization`, 'must set either a target raw value or a target utilization'),
      );
    if (utilization !== undefined && average !== undefined)
      causes.push(
        forbidden(`${path}.target.averageValue`, 'may not set both a target raw value and a target utilization'),
      );
  } else if (field === 'pods' && (average === undefined || quantityOf(average).nano <= 0n))
    causes.push(required(`${path}.target.averageValue`, 'must specify a positive target averageValue'));
  else if (field === 'object' && value === undefined && average === undefined)
    causes.push(required(`${path}.target.averageValue`, 'must set either a target value or averageValue'));
  return causes;
}

function checkMetricTarget(path: string, target: JsonObject): Cause[] {
  const type = text(target['type']);
  const causes = requireText(`${path}.type`, type, 'must specify a metric target type');
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    causes.push(invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  for (const field of ['value', 'averageValue'])
    if (target[field] !== undefined && quantityOf(target[field]).nano <= 0n)
      causes.push(invalid(`${path}.${field}`, target[field], 'must be positive'));
  const utilization = target['averageUtilization'];
  if (utilization !== undefined && number(utilization) < 1)
    causes.push(invalid(`${path}.averageUtilization`, utilization, 'must be greater than 0'));
  return causes;
}

const hour = 3600;
const halfHour = 1800;

function checkRules(path: string, rules: JsonObject): Cause[] {
  const window = rules['stabilizationWindowSeconds'];
  const causes: Cause[] = [];
  if (number(window) < 0)
    causes.push(invalid(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'));
  if (number(window) > hour)
    causes.push(invalid(`${path}.stabilizationWindowSeconds`, window, `must be less than or equal to ${hour}`));
  const select = text(rules['selectPolicy']);
  if (select !== '' && !['Disabled', 'Max', 'Min'].includes(select))
    causes.push(notSupported(`${path}.selectPolicy`, select, ['Disabled', 'Max', 'Min']));
  const policies = each(rules['policies']);
  if (policies.length === 0) causes.push(required(`${path}.policies`, 'must specify at least one Policy'));
  for (const [index, policy] of policies.entries()) {
    const here = `${path}.policies[${index}]`;
    const [type, value, period] = [text(policy['type']), number(policy['value']), number(policy['periodSeconds'])];
    if (!['Percent', 'Pods'].includes(type)) causes.push(notSupported(`${here}.type`, type, ['Percent', 'Pods']));
    if (value <= 0) causes.push(invalid(`${here}.value`, value, 'must be greater than zero'));
    if (period <= 0) causes.push(invalid(`${here}.periodSeconds`, period, 'must be greater than zero'));
    if (period > halfHour)
      causes.push(invalid(`${here}.periodSeconds`, period, `must be less than or equal to ${halfHour}`));
  }
  return causes;
}

export function checkFirstAutoscaler(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const utilization = spec['targetCPUUtilizationPercentage'];
  return [
    ...checkBounds(spec),
    ...checkTarget('spec.scaleTargetRef', at(spec, 'scaleTargetRef')),
    ...(utilization !== undefined && number(utilization) < 1
      ? [invalid('spec.metrics[0].resource.target.averageUtilization', utilization, 'must be greater than 0')]
      : []),
  ];
}
