import type { JsonObject, Resource } from '../../resource/index.ts';
import type { Api, Call } from '../api/api.ts';
import { createObject } from '../api/create.ts';
import { ApiError } from '../api/status.ts';
import roles from './roles.json' with { type: 'json' };
import { admin } from './user.ts';

const apiGroup = 'rbac.authorization.k8s.io';
const apiVersion = `${apiGroup}/v1`;

interface RoleRow {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  rules?: JsonObject[];
  aggregationRule?: JsonObject;
}
interface BindingRow {
  name: string;
  namespace?: string;
  role: string;
  subjects: JsonObject[];
}

/** What every cluster has before anybody uses it: namespaces, priority classes, roles and who has them. */
export async function bootstrap(api: Api, extra: readonly Resource[]): Promise<void> {
  const call: Call = {
    user: admin,
    manager: 'kube-apiserver',
    dryRun: false,
    validation: 'Ignore',
    warn: () => {},
    signal: new AbortController().signal,
  };
  for (const object of [...systemObjects(), ...extra]) {
    const type = api.types.ofKind(object.apiVersion, object.kind);
    if (type === undefined) throw new Error(`the server has no ${object.kind}`);
    const namespace = type.namespaced ? (object.metadata.namespace ?? 'default') : '';
    if (api.store.get(`${type.group}/${type.resource}`, namespace, object.metadata.name) !== undefined) continue;
    try {
      await createObject(api, { type, namespace }, object, call, {});
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
    }
  }
}

function* systemObjects(): Generator<Resource> {
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
    yield { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } } };
  for (const row of roles.clusterRoles as unknown as RoleRow[]) yield role('ClusterRole', row);
  for (const row of roles.roles as unknown as RoleRow[]) yield role('Role', row);
  for (const row of roles.clusterRoleBindings as unknown as BindingRow[])
    yield binding('ClusterRoleBinding', 'ClusterRole', row);
  for (const row of roles.roleBindings as unknown as BindingRow[]) yield binding('RoleBinding', 'Role', row);
  yield* [
    [
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ] as const,
    [
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ] as const,
  ].map(([name, value, description]) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    description,
  }));
}

const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
const bootstrapping = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

function role(kind: string, { name, namespace, labels, rules, aggregationRule }: RoleRow): Resource {
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: { ...annotations },
      labels: { ...bootstrapping, ...labels },
    },
    rules: rules ?? [],
    ...(aggregationRule === undefined ? {} : { aggregationRule }),
  } as Resource;
}

function binding(kind: string, roleKind: string, { name, namespace, role, subjects }: BindingRow): Resource {
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: { ...annotations },
      labels: { ...bootstrapping },
    },
    roleRef: { apiGroup, kind: roleKind, name: role },
    subjects,
  } as unknown as Resource;
}
