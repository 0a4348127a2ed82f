import type { JsonObject } from '../../../resource/index.ts';
import { at, each, isEmpty, number, text, texts } from '../access.ts';
import type { Cause } from '../schema.ts';
import { duplicate, forbidden, invalid, notSupported, required } from './causes.ts';
import { checkSelector, named, oneOf } from './fields.ts';
import { dnsLabel, labelValue, qualifiedName } from './names.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function checkTolerations(path: string, tolerations: JsonObject[]): Cause[] {
  return tolerations.flatMap((toleration, index) => {
    const here = `${path}[${index}]`;
    const [key, operator, effect, value] = ['key', 'operator', 'effect', 'value'].map((field) =>
      text(toleration[field]),
    );
    const causes = key === '' ? [] : named(`${here}.key`, key, qualifiedName);
    if (key === '' && operator !== 'Exists')
      causes.push(
        invalid(
          `${here}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (toleration['tolerationSeconds'] !== undefined && effect !== 'NoExecute')
      causes.push(invalid(`${here}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    if (operator === '' || operator === 'Equal') {
      const wrong = labelValue(value ?? '');
      if (wrong.length > 0) causes.push(invalid(`${here}.operator`, value, wrong.join(';')));
    } else if (operator === 'Exists') {
      if (value !== '')
        causes.push(invalid(`${here}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    } else causes.push(notSupported(`${here}.operator`, operator, ['Equal', 'Exists']));
    return [...causes, ...oneOf(`${here}.effect`, effect, effects, true)];
  });
}

export function checkAffinity(path: string, affinity: JsonObject): Cause[] {
  const node = at(affinity, 'nodeAffinity');
  const causes: Cause[] = [];
  if (node['requiredDuringSchedulingIgnoredDuringExecution'] !== undefined)
    causes.push(
      ...checkNodeSelector(
        `${path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`,
        at(node, 'requiredDuringSchedulingIgnoredDuringExecution'),
      ),
    );
  for (const [index, term] of each(node['preferredDuringSchedulingIgnoredDuringExecution']).entries()) {
    const here = `${path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    causes.push(...checkWeight(here, term), ...checkNodeTerm(`${here}.preference`, at(term, 'preference')));
  }
  for (const kind of ['podAffinity', 'podAntiAffinity'])
    causes.push(...checkPodAffinity(`${path}.${kind}`, at(affinity, kind)));
  return causes;
}

function checkWeight(path: string, term: JsonObject): Cause[] {
  const weight = number(term['weight']);
  return weight <= 0 || weight > 100 ? [invalid(`${path}.weight`, weight, 'must be in the range 1-100')] : [];
}

export function checkNodeSelector(path: string, selector: JsonObject): Cause[] {
  const terms = each(selector['nodeSelectorTerms']);
  if (terms.length === 0) return [required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => checkNodeTerm(`${path}.nodeSelectorTerms[${index}]`, term));
}

function checkNodeTerm(path: string, term: JsonObject): Cause[] {
  return each(term['matchExpressions']).flatMap((one, index) =>
    checkNodeExpression(`${path}.matchExpressions[${index}]`, one),
  );
}

function checkNodeExpression(path: string, one: JsonObject): Cause[] {
  const values = texts(one['values']);
  const operator = text(one['operator']);
  const causes: Cause[] = [];
  if (['In', 'NotIn'].includes(operator)) {
    if (values.length === 0)
      causes.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (['Exists', 'DoesNotExist'].includes(operator)) {
    if (values.length > 0)
      causes.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (['Gt', 'Lt'].includes(operator)) {
    if (values.length !== 1)
      causes.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else causes.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  const labels = values.flatMap((value, index) => named(`${path}.values[${index}]`, value, labelValue));
  return [...causes, ...named(`${path}.key`, one['key'] ?? '', qualifiedName), ...labels];
}

function checkPodAffinity(path: string, affinity: JsonObject): Cause[] {
  const needed = 'requiredDuringSchedulingIgnoredDuringExecution';
  const wanted = 'preferredDuringSchedulingIgnoredDuringExecution';
  return [
    ...each(affinity[needed]).flatMap((term, index) => checkPodTerm(`${path}.${needed}[${index}]`, term)),
    ...each(affinity[wanted]).flatMap((term, index) => [
      ...checkWeight(`${path}.${wanted}[${index}]`, term),
      ...checkPodTerm(`${path}.${wanted}[${index}].podAffinityTerm`, at(term, 'podAffinityTerm')),
    ]),
  ];
}

function checkPodTerm(path: string, term: JsonObject): Cause[] {
  const key = text(term['topologyKey']);
  return [
    ...checkSelector(`${path}.labelSelector`, term['labelSelector']),
    ...checkSelector(`${path}.namespaceSelector`, term['namespaceSelector']),
    ...texts(term['namespaces']).flatMap((name) => named(`${path}.namespace`, name, dnsLabel)),
    ...(key === '' ? [required(`${path}.topologyKey`, 'can not be empty')] : []),
    ...named(`${path}.topologyKey`, key, qualifiedName),
  ];
}

export function checkSpread(path: string, constraints: JsonObject[]): Cause[] {
  const seen = new Set<string>();
  return constraints.flatMap((constraint, index) => {
    const here = `${path}[${index}]`;
    const [key, when] = [text(constraint['topologyKey']), text(constraint['whenUnsatisfiable'])];
    const causes: Cause[] = [];
    if (number(constraint['maxSkew']) <= 0)
      causes.push(invalid(`${here}.maxSkew`, constraint['maxSkew'] ?? 0, 'must be greater than zero'));
    if (key === '') causes.push(required(`${here}.topologyKey`, 'can not be empty'));
    if (!['DoNotSchedule', 'ScheduleAnyway'].includes(when))
      causes.push(notSupported(`${here}.whenUnsatisfiable`, when, ['DoNotSchedule', 'ScheduleAnyway']));
    const pair = `{${key}, ${when}}`;
    if (seen.has(pair)) causes.push(duplicate(`${path}[${index - 1}].{topologyKey, whenUnsatisfiable}`, pair));
    seen.add(pair);
    const least = constraint['minDomains'];
    if (least !== undefined && number(least) <= 0)
      causes.push(invalid(`${here}.minDomains`, least, 'must be greater than 0'));
    if (least !== undefined && when !== 'DoNotSchedule')
      causes.push(
        invalid(`${here}.minDomains`, least, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${when}`),
      );
    if (!isEmpty(constraint['matchLabelKeys']) && constraint['labelSelector'] === undefined)
      causes.push(forbidden(`${here}.matchLabelKeys`, 'must not be specified when labelSelector is not set'));
    return [...causes, ...checkSelector(`${here}.labelSelector`, constraint['labelSelector'])];
  });
}
