import type { JsonObject, Resource } from '../../../resource/index.ts';
import { at, each, isEmpty, text, texts } from '../access.ts';
import { equalJson, structJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { invalid, invalidStruct, notSupported, required } from './causes.ts';
import { checkSelector, named } from './fields.ts';
import { dnsSubdomain, pathSegment } from './names.ts';

const group = 'rbac.authorization.k8s.io';

function checkRule(path: string, rule: JsonObject, namespaced: boolean): Cause[] {
  const causes: Cause[] = [];
  const urls = texts(rule['nonResourceURLs']);
  const [groups, resources, names] = ['apiGroups', 'resources', 'resourceNames'].map((field) => texts(rule[field]));
  if (isEmpty(rule['verbs'])) causes.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (urls.length > 0) {
    if (namespaced)
      causes.push(invalid(`${path}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs'));
    if ((groups?.length ?? 0) + (resources?.length ?? 0) + (names?.length ?? 0) > 0)
      causes.push(
        invalid(`${path}.nonResourceURLs`, urls, 'rules cannot apply to both regular resources and non-resource URLs'),
      );
    return causes;
  }
  if (groups?.length === 0)
    causes.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources?.length === 0)
    causes.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  return causes;
}

const checkRules = (object: Resource, namespaced: boolean): Cause[] =>
  each(object['rules']).flatMap((rule, index) => checkRule(`rules[${index}]`, rule, namespaced));

export const checkRole = (object: Resource): Cause[] => checkRules(object, true);

export function checkClusterRole(object: Resource): Cause[] {
  const causes = checkRules(object, false);
  if (object['aggregationRule'] === undefined) return causes;
  const selectors = each(at(object, 'aggregationRule')['clusterRoleSelectors']);
  if (selectors.length === 0)
    causes.push(
      required(
        'aggregationRule.clusterRoleSelectors',
        'at least one clusterRoleSelector required if aggregationRule is non-nil',
      ),
    );
  return [
    ...causes,
    ...selectors.flatMap((selector, index) =>
      checkSelector(`aggregationRule.clusterRoleSelectors[${index}]`, selector),
    ),
  ];
}

function checkBinding(object: Resource, kinds: readonly string[], namespaced: boolean): Cause[] {
  const ref = at(object, 'roleRef');
  const causes: Cause[] = [];
  if (ref['apiGroup'] !== group) causes.push(notSupported('roleRef.apiGroup', text(ref['apiGroup']), [group]));
  if (!kinds.includes(text(ref['kind']))) causes.push(notSupported('roleRef.kind', text(ref['kind']), kinds));
  if (text(ref['name']) === '') causes.push(required('roleRef.name'));
  else causes.push(...named('roleRef.name', ref['name'], pathSegment));
  return [
    ...causes,
    ...each(object['subjects']).flatMap((subject, index) => checkSubject(`subjects[${index}]`, subject, namespaced)),
  ];
}

function checkSubject(path: string, subject: JsonObject, namespaced: boolean): Cause[] {
  const [kind, name, owner] = ['kind', 'name', 'apiGroup'].map((field) => text(subject[field]));
  const causes = name === '' ? [required(`${path}.name`)] : [];
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') causes.push(...named(`${path}.name`, name, dnsSubdomain));
      if (owner !== '') causes.push(notSupported(`${path}.apiGroup`, owner, ['']));
      if (!namespaced && text(subject['namespace']) === '') causes.push(required(`${path}.namespace`));
      return causes;
    case 'User':
    case 'Group':
      return owner === group ? causes : [...causes, notSupported(`${path}.apiGroup`, owner, [group])];
    default:
      return [...causes, notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
}

export const checkRoleBinding = (object: Resource): Cause[] => checkBinding(object, ['Role', 'ClusterRole'], true);
export const checkClusterRoleBinding = (object: Resource): Cause[] => checkBinding(object, ['ClusterRole'], false);

/** What a binding grants never changes: it would grant something else to the same people. */
function checkSameRole(object: Resource, old: Resource): Cause[] {
  const ref = at(object, 'roleRef');
  if (equalJson(ref, at(old, 'roleRef'))) return [];
  const shown = structJson({ APIGroup: ref['apiGroup'], Kind: ref['kind'], Name: ref['name'] });
  return [invalidStruct('roleRef', shown, 'cannot change roleRef')];
}

export const checkRoleBindingUpdate = (object: Resource, old: Resource): Cause[] => [
  ...checkRoleBinding(object),
  ...checkSameRole(object, old),
];
export const checkClusterRoleBindingUpdate = (object: Resource, old: Resource): Cause[] => [
  ...checkClusterRoleBinding(object),
  ...checkSameRole(object, old),
];
