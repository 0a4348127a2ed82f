import type { JsonObject, Resource } from '../../resource/index.ts';
import type { Admission, Api } from '../api/api.ts';
import { forbidden } from '../api/status.ts';
import type { Authorizer } from '../auth/authorize.ts';
import { isSuperuser, missingRules, type Rule, roleRules, rulesOf } from '../auth/rbac.ts';
import type { User } from '../auth/user.ts';

const group = 'rbac.authorization.k8s.io';

/**
 * Nobody gives permissions he does not have, unless he may `escalate` roles or `bind` the one in question:
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export function escalation(authorizer: Authorizer): Admission {
  const may = (user: User, verb: string, resource: string, namespace: string, name: string) =>
    authorizer.resource(user, verb, { group, resource, subresource: '', namespace, name }).allowed;
  return {
    validate(api, { operation, type, object, name, namespace }, { user }) {
      if (type.group !== group || operation === 'DELETE' || object === undefined || isSuperuser(user)) return;
      if (type.resource === 'roles' || type.resource === 'clusterroles') {
        if (may(user, 'escalate', type.resource, namespace, name)) return;
        check(api, user, namespace, (object['rules'] ?? []) as unknown as Rule[], type, object);
      } else {
        const { kind, name: role } = object['roleRef'] as { kind: string; name: string };
        if (may(user, 'bind', kind === 'ClusterRole' ? 'clusterroles' : 'roles', namespace, role)) return;
        check(api, user, namespace, roleRules(api.store, { kind, name: role }, namespace), type, object);
      }
    },
  };
}

function check(
  api: Api,
  user: User,
  namespace: string,
  wanted: readonly Rule[],
  type: { group: string; resource: string },
  object: Resource,
): void {
  const missing = missingRules([...rulesOf(api.store, user, namespace)], wanted);
  if (missing.length === 0) return;
  const groups = user.groups.map((name) => JSON.stringify(name)).join(' ');
  const list = missing.map(printRule).join('\n');
  throw forbidden(
    type,
    object.metadata.name,
    `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${list}`,
  );
}

/** A rule as the real server's message has it: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`. */
function printRule({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: Rule): string {
  const fields: JsonObject = {
    APIGroups: apiGroups,
    Resources: resources,
    ResourceNames: resourceNames,
    NonResourceURLs: nonResourceURLs,
    Verbs: verbs,
  };
  const printed = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}:[${(value as string[]).map((item) => JSON.stringify(item)).join(' ')}]`);
  return `{${printed.join(', ')}}`;
}
