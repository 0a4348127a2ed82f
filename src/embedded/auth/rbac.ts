import type { JsonObject, Resource } from '../../resource/index.ts';
import type { Store } from '../store/store.ts';
import type { Access, Authorizer } from './authorize.ts';
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
  return {
    resource(user, verb, access) {
      if (isSuperuser(user)) return undefined;
      for (const rule of rulesOf(store, user, access.namespace)) if (allows(rule, verb, access)) return undefined;
      return '';
    },
    path(user, verb, path) {
      if (isSuperuser(user)) return undefined;
      for (const rule of rulesOf(store, user, ''))
        if (hasVerb(rule, verb) && (rule.nonResourceURLs ?? []).some((url) => coversPath(url, path))) return undefined;
      return '';
    },
  };
}

export const isSuperuser = (user: User) => user.groups.includes('system:masters');

/** Every rule that holds for a user in a namespace; those of the cluster alone where it is empty. */
export function* rulesOf(store: Store, user: User, namespace: string): Generator<Rule> {
  for (const { object } of store.list(`${group}/clusterrolebindings`))
    if (isSubject(object, user, '')) yield* roleRules(store, object, '');
  if (namespace === '') return;
  for (const { object } of store.list(`${group}/rolebindings`, namespace))
    if (isSubject(object, user, namespace)) yield* roleRules(store, object, namespace);
}

function isSubject(binding: Resource, user: User, namespace: string): boolean {
  return ((binding['subjects'] ?? []) as JsonObject[]).some((subject) => {
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

function roleRules(store: Store, binding: Resource, namespace: string): Rule[] {
  const { kind, name } = binding['roleRef'] as { kind: string; name: string };
  const entry =
    kind === 'ClusterRole'
      ? store.get(`${group}/clusterroles`, '', name)
      : store.get(`${group}/roles`, namespace, name);
  return (entry?.object['rules'] ?? []) as unknown as Rule[];
}

export function hasVerb({ verbs }: Rule, verb: string): boolean {
  return verbs.includes('*') || verbs.includes(verb);
}

export function allows(rule: Rule, verb: string, access: Access): boolean {
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

export function coversPath(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)));
}
