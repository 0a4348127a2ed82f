import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { itself, type MakeController } from './controller.ts';
import { refOf } from './mirror.ts';
import { selects } from './selector.ts';

/** Fills roles that are made of other roles (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles). */
export const clusterRole: MakeController = ({ mirrors }) => {
  const roles = mirrors.of('rbac.authorization.k8s.io/v1', 'ClusterRole');
  return {
    name: 'clusterrole-aggregation-controller',
    watches: [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        keys: (now, before) => [...itself(now, before), ...aggregates()],
      },
    ],
    async reconcile(name) {
      const role = roles.get(undefined, name);
      const selectors = role === undefined ? undefined : selectorsOf(role);
      if (role === undefined || selectors === undefined) return undefined;
      const parts = roles
        .all()
        .filter((other) => other !== role && selectors.some((one) => selects(one, other.metadata.labels)))
        .sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
      const rules = distinct(parts.flatMap((part) => (part['rules'] ?? []) as JsonValue[]));
      if (canonical(role['rules'] ?? []) === canonical(rules)) return undefined;
      await mirrors.patch(
        refOf(role),
        { type: 'merge', body: { metadata: { uid: role.metadata.uid ?? '' }, rules } },
        { fieldManager: 'clusterrole-aggregation-controller' },
      );
      return undefined;
    },
  };

  function aggregates(): string[] {
    return roles.all().flatMap((role) => (selectorsOf(role) === undefined ? [] : [role.metadata.name]));
  }
};

function selectorsOf(role: Resource): JsonValue[] | undefined {
  return (role['aggregationRule'] as JsonObject | undefined)?.['clusterRoleSelectors'] as JsonValue[] | undefined;
}

function distinct(rules: readonly JsonValue[]): JsonValue[] {
  return [...new Map(rules.map((rule) => [canonical(rule), rule])).values()];
}
