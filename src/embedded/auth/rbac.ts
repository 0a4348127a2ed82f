import type { JsonObject, Resource } from '../../resource/index.ts';
import type { Store } from '../store/store.ts';
import type { Access, Authorizer, Decision } from './authorize.ts';
import type { User } from './user.ts';

/** One rule of a Role or ClusterRole. */
export interface Rule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

const group = 'rbac.authorization.k8s.io';

/** Role-based access control over what is stored: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export function rbacAuthorizer(store: Store): Authorizer {
  const decide = (user: User, namespace: string, covers: (rule: Rule) => boolean): Decision => {
    if (isSuperuser(user)) return { allowed: true, reason: '' };
    for (const { rules, reason } of grantsOf(store, user, namespace))
      if (rules.some(covers)) return { allowed: true, reason: `RBAC: allowed by ${reason}` };
    return { allowed: false, reason: '' };
  };
  return {
    resource: (user, verb, access) => decide(user, access.namespace, (rule) => allows(rule, verb, access)),
    path: (user, verb, path) =>
      decide(
        user,
        '',
        (rule) => hasVerb(rule, verb) && (rule.nonResourceURLs ?? []).some((url) => coversPath(url, path)),
      ),
  };
}

export const isSuperuser = (user: User) => user.groups.includes('system:masters');

interface Grant {
  rules: Rule[];
  /** `RoleBinding "b/ns" of Role "r" to User "bob"` */
  reason: string;
}

/** Every rule that holds for a user in a namespace; those of the cluster alone where it is empty. */
export function* rulesOf(store: Store, user: User, namespace: string): Generator<Rule> {
  for (const { rules } of grantsOf(store, user, namespace)) yield* rules;
}

function* grantsOf(store: Store, user: User, namespace: string): Generator<Grant> {
  for (const { object } of store.list(`${group}/clusterrolebindings`)) {
    const subject = subjectIn(object, user, '');
    if (subject !== undefined) yield grantOf(store, object, '', subject);
  }
  if (namespace === '') return;
  for (const { object } of store.list(`${group}/rolebindings`, namespace)) {
    const subject = subjectIn(object, user, namespace);
    if (subject !== undefined) yield grantOf(store, object, namespace, subject);
  }
}

function grantOf(store: Store, binding: Resource, namespace: string, subject: JsonObject): Grant {
  const { kind, name } = binding['roleRef'] as { kind: string; name: string };
  const own = namespace === '' ? binding.metadata.name : `${binding.metadata.name}/${namespace}`;
  const to =
    subject['kind'] === 'ServiceAccount'
      ? `ServiceAccount ${JSON.stringify(`${String(subject['name'])}/${String(subject['namespace'] || namespace)}`)}`
      : `${String(subject['kind'])} ${JSON.stringify(subject['name'])}`;
  return {
    rules: roleRules(store, { kind, name }, namespace),
    reason: `${binding.kind} ${JSON.stringify(own)} of ${kind} ${JSON.stringify(name)} to ${to}`,
  };
}

function subjectIn(binding: Resource, user: User, namespace: string): JsonObject | undefined {
  return ((binding['subjects'] ?? []) as JsonObject[]).find((subject) => {
    switch (subject['kind']) {
      case 'User':
        return subject['name'] === user.name;
      case 'Group':
        return user.groups.includes(subject['name'] as string);
      case 'ServiceAccount':
        return (
          user.name === `system:serviceaccount:${String(subject['namespace'] || namespace)}:${String(subject['name'])}`
        );
      default:
        return false;
    }
  });
}

export function roleRules(store: Store, { kind, name }: { kind: string; name: string }, namespace: string): Rule[] {
  const entry =
    kind === 'ClusterRole'
      ? store.get(`${group}/clusterroles`, '', name)
      : store.get(`${group}/roles`, namespace, name);
  return (entry?.object['rules'] ?? []) as unknown as Rule[];
}

function hasVerb({ verbs }: Rule, verb: string): boolean {
  return verbs.includes('*') || verbs.includes(verb);
}

function allows(rule: Rule, verb: string, access: Access): boolean {
  if (!hasVerb(rule, verb)) return false;
  const groups = rule.apiGroups ?? [];
  if (!groups.includes('*') && !groups.includes(access.group)) return false;
  const full = access.subresource === '' ? access.resource : `${access.resource}/${access.subresource}`;
  const fits = (rule.resources ?? []).some(
    (resource) =>
      resource === '*' || resource === full || (access.subresource !== '' && resource === `*/${access.subresource}`),
  );
  const names = rule.resourceNames ?? [];
  return fits && (names.length === 0 || names.includes(access.name));
}

function coversPath(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)));
}

/** Rules of `wanted` that nothing in `owned` covers: nobody may hand out what he does not have. */
export function missingRules(owned: readonly Rule[], wanted: readonly Rule[]): Rule[] {
  return wanted.flatMap(singleRules).filter((rule) => !owned.some((own) => covers(own, rule)));
}

/** A rule as rules of one verb, one group and one resource (or path) each. */
function singleRules({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Rule): Rule[] {
  const paths = nonResourceURLs ?? [];
  if (paths.length > 0)
    return verbs.flatMap((verb) => paths.map((path) => ({ verbs: [verb], nonResourceURLs: [path] })));
  const names = resourceNames === undefined || resourceNames.length === 0 ? [undefined] : resourceNames;
  return verbs.flatMap((verb) =>
    (apiGroups ?? []).flatMap((apiGroup) =>
      (resources ?? []).flatMap((resource) =>
        names.map((name) => ({
          verbs: [verb],
          apiGroups: [apiGroup],
          resources: [resource],
          ...(name === undefined ? {} : { resourceNames: [name] }),
        })),
      ),
    ),
  );
}

function covers(
  own: Rule,
  { verbs: [verb = ''], apiGroups, resources, resourceNames, nonResourceURLs }: Rule,
): boolean {
  if (!hasVerb(own, verb)) return false;
  if (nonResourceURLs !== undefined)
    return (own.nonResourceURLs ?? []).some((url) => coversPath(url, nonResourceURLs[0] as string));
  const [group = '', resource = '', name] = [apiGroups?.[0], resources?.[0], resourceNames?.[0]];
  const [, subresource] = resource.split('/');
  const names = own.resourceNames ?? [];
  return (
    ((own.apiGroups ?? []).includes('*') || (own.apiGroups ?? []).includes(group)) &&
    (own.resources ?? []).some(
      (item) => item === '*' || item === resource || (subresource !== undefined && item === `*/${subresource}`),
    ) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}
