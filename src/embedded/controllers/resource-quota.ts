import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { formatQuantity, parseQuantity, type Quantity } from '../schema/index.ts';
import { itself, type MakeController } from './controller.ts';
import { keyOf, splitKey } from './mirror.ts';
import { isFinished } from './pod.ts';
import { bestEffort, podUsage, type Usage } from './quota-usage.ts';

interface Expression {
  scopeName: string;
  operator: string;
  values?: string[];
}
interface Spec {
  hard?: Record<string, string>;
  scopes?: string[];
  scopeSelector?: { matchExpressions?: Expression[] };
}

/** Kinds that quotas count by name, with the older short name where there is one. */
const counted: readonly { apiVersion: string; kind: string; count: string; short?: string }[] = [
  { apiVersion: 'v1', kind: 'ConfigMap', count: 'count/configmaps', short: 'configmaps' },
  { apiVersion: 'v1', kind: 'Secret', count: 'count/secrets', short: 'secrets' },
  { apiVersion: 'v1', kind: 'Service', count: 'count/services', short: 'services' },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    count: 'count/persistentvolumeclaims',
    short: 'persistentvolumeclaims',
  },
  {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    count: 'count/replicationcontrollers',
    short: 'replicationcontrollers',
  },
  { apiVersion: 'v1', kind: 'ResourceQuota', count: 'count/resourcequotas', short: 'resourcequotas' },
  { apiVersion: 'v1', kind: 'ServiceAccount', count: 'count/serviceaccounts' },
  { apiVersion: 'v1', kind: 'Pod', count: 'count/pods' },
  { apiVersion: 'apps/v1', kind: 'Deployment', count: 'count/deployments.apps' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', count: 'count/replicasets.apps' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', count: 'count/statefulsets.apps' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', count: 'count/daemonsets.apps' },
  { apiVersion: 'batch/v1', kind: 'Job', count: 'count/jobs.batch' },
  { apiVersion: 'batch/v1', kind: 'CronJob', count: 'count/cronjobs.batch' },
];

/** Kinds that no controller follows are counted again so often, as by the real controller. */
const recount = 300_000;

/** Says in the status of a quota how much of it is used (https://kubernetes.io/docs/concepts/policy/resource-quotas/). */
export const resourceQuota: MakeController = ({ mirrors }) => {
  const quotas = mirrors.of('v1', 'ResourceQuota');
  const pods = mirrors.of('v1', 'Pod');

  async function reconcile(key: string): Promise<number | undefined> {
    const { namespace, name } = splitKey(key);
    const quota = quotas.get(namespace, name);
    if (quota === undefined) return undefined;
    const spec = (quota['spec'] ?? {}) as Spec;
    const hard = spec.hard ?? {};
    const usage = usageIn(namespace, spec);
    const others = Object.keys(hard).filter(
      (one) => one.startsWith('count/') && !counted.some(({ count }) => count === one),
    );
    for (const other of others) usage.set(other, await countOf(other, namespace));
    const used = Object.fromEntries(Object.entries(hard).map(([one, limit]) => [one, printed(usage.get(one), limit)]));
    const status = { hard, used };
    if (canonical(quota['status'] as JsonValue | undefined) !== canonical(status))
      await mirrors.updateStatus({ ...quota, status });
    return others.length === 0 ? undefined : recount;
  }

  function usageIn(namespace: string | undefined, spec: Spec): Usage {
    const usage: Usage = new Map();
    const add = (name: string, nano: bigint) => usage.set(name, (usage.get(name) ?? 0n) + nano);
    for (const pod of pods.inNamespace(namespace)) {
      if (isFinished(pod) || !isInScope(pod, spec)) continue;
      for (const [name, nano] of podUsage(pod)) add(name, nano);
    }
    for (const { apiVersion, kind, count, short } of counted) {
      const objects = mirrors.of(apiVersion, kind).inNamespace(namespace);
      add(count, whole(objects.length));
      if (short !== undefined) add(short, whole(objects.length));
    }
    for (const service of mirrors.of('v1', 'Service').inNamespace(namespace)) addService(service, add);
    for (const claim of mirrors.of('v1', 'PersistentVolumeClaim').inNamespace(namespace)) addClaim(claim, add);
    return usage;
  }

  /** `count/widgets.example.com`: whatever the server has under that name. */
  async function countOf(name: string, namespace: string | undefined): Promise<bigint> {
    const [resource = '', ...group] = name.slice('count/'.length).split('.');
    const types = await mirrors.cluster.types();
    const type = types.find((one) => one.resource === resource && one.group === group.join('.') && one.preferred);
    if (type === undefined) return 0n;
    const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
    const collection = { apiVersion, kind: type.kind, ...(namespace === undefined ? {} : { namespace }) };
    const { items } = await mirrors.cluster.list(collection, { metadataOnly: true });
    return whole(items.length);
  }

  const inNamespace = (now: Resource | undefined, before: Resource | undefined) =>
    quotas.inNamespace((now ?? before)?.metadata.namespace).map(keyOf);
  return {
    name: 'resourcequota-controller',
    watches: [
      { apiVersion: 'v1', kind: 'ResourceQuota', keys: itself },
      ...counted.map(({ apiVersion, kind }) => ({
        apiVersion,
        kind,
        keys: (now: Resource | undefined, before: Resource | undefined) =>
          changesUsage(now, before) ? inNamespace(now, before) : [],
      })),
    ],
    reconcile,
  };
};

/** Objects that come or go, and the changes of those whose content counts. */
function changesUsage(now: Resource | undefined, before: Resource | undefined): boolean {
  if (now === undefined || before === undefined) return true;
  if (now.kind === 'Pod')
    return isFinished(now) !== isFinished(before) || canonical(now['spec']) !== canonical(before['spec']);
  return (
    (now.kind === 'Service' || now.kind === 'PersistentVolumeClaim') &&
    canonical(now['spec']) !== canonical(before['spec'])
  );
}

const whole = (count: number) => BigInt(count) * 1_000_000_000n;

function addService(service: Resource, add: (name: string, nano: bigint) => void): void {
  const { type = 'ClusterIP', ports = [] } = service['spec'] as { type?: string; ports?: { nodePort?: number }[] };
  if (type === 'LoadBalancer') add('services.loadbalancers', whole(1));
  if (type === 'NodePort' || type === 'LoadBalancer') {
    add('services.nodeports', whole(ports.filter(({ nodePort }) => nodePort !== undefined).length));
  }
}

function addClaim(claim: Resource, add: (name: string, nano: bigint) => void): void {
  const { storageClassName, resources } = claim['spec'] as {
    storageClassName?: string;
    resources?: { requests?: { storage?: string } };
  };
  const size = parseQuantity(resources?.requests?.storage ?? '0');
  const nano = typeof size === 'string' ? 0n : size.nano;
  add('requests.storage', nano);
  if (storageClassName === undefined) return;
  add(`${storageClassName}.storageclass.storage.k8s.io/requests.storage`, nano);
  add(`${storageClassName}.storageclass.storage.k8s.io/persistentvolumeclaims`, whole(1));
}

/** In the notation of the limit, as far as it goes. */
function printed(nano: bigint | undefined, limit: string): string {
  const asked = parseQuantity(limit);
  const format: Quantity['format'] = typeof asked === 'string' ? 'decimal' : asked.format;
  return formatQuantity({ nano: nano ?? 0n, format });
}

function isInScope(pod: Resource, { scopes = [], scopeSelector }: Spec): boolean {
  const expressions = [
    ...scopes.map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(scopeSelector?.matchExpressions ?? []),
  ];
  return expressions.every((expression) => isIn(pod, expression));
}

function isIn(pod: Resource, { scopeName, operator, values = [] }: Expression): boolean {
  const { activeDeadlineSeconds, priorityClassName } = pod['spec'] as JsonObject;
  switch (scopeName) {
    case 'Terminating':
      return activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return bestEffort(pod);
    case 'NotBestEffort':
      return !bestEffort(pod);
    case 'PriorityClass': {
      const isNamed = values.includes(String(priorityClassName));
      if (operator === 'In') return isNamed;
      if (operator === 'NotIn') return !isNamed;
      return (priorityClassName !== undefined) === (operator === 'Exists');
    }
    default:
      return false;
  }
}
