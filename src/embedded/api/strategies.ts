import { isJsonObject, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { equal } from '../patch/typed.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { listIn, objectIn } from './fields.ts';

/** What the server does to objects of one kind besides checking them: the rows are what the real server was seen to do. */
export interface Strategy {
  /** Which changes raise `metadata.generation`; absent: the kind has none. */
  generation?: 'spec' | 'annotations' | 'labels';
  /** PUT of a name that does not exist creates it. */
  createOnUpdate?: boolean;
  /** PUT must name the resourceVersion. */
  versionRequired?: boolean;
  /** DELETE answers with the object instead of a Status. */
  returnsDeleted?: boolean;
  /** Finalizers every new object gets. */
  finalizers?: readonly string[];
  /** The status of new objects. */
  status?: (object: Resource, now: string) => JsonObject;
  /** Puts an object as it was sent into its normal form, before anybody asks who owns what of it. */
  complete?: (object: Resource, old: Resource | undefined) => void;
  /** Called for new objects, after the general preparations. */
  prepare?: (object: Resource) => void;
  /** Called for updates, after the general preparations; may restore what an update cannot change. */
  prepareUpdate?: (object: Resource, old: Resource, subresource: string) => void;
}

const workload: Strategy = { generation: 'spec' };
const policy: Strategy = { createOnUpdate: true };
const versioned: Strategy = { versionRequired: true };
const versionedSpec: Strategy = { versionRequired: true, generation: 'spec' };

const rows: Record<string, Strategy> = {
  '/pods': {
    generation: 'spec',
    complete: pairAddresses,
    status: (object) => ({ phase: 'Pending', qosClass: qualityOf(object) }),
  },
  '/services': { createOnUpdate: true, returnsDeleted: true, prepareUpdate: followService },
  '/serviceaccounts': { returnsDeleted: true },
  '/endpoints': policy,
  '/events': policy,
  'events.k8s.io/events': policy,
  '/limitranges': policy,
  '/resourcequotas': { returnsDeleted: true },
  '/podtemplates': { generation: 'spec', returnsDeleted: true },
  '/replicationcontrollers': workload,
  '/persistentvolumeclaims': {
    finalizers: ['kubernetes.io/pvc-protection'],
    status: () => ({ phase: 'Pending' }),
    returnsDeleted: true,
  },
  '/persistentvolumes': {
    finalizers: ['kubernetes.io/pv-protection'],
    status: (_, now) => ({ phase: 'Pending', lastPhaseTransitionTime: now }),
    returnsDeleted: true,
  },
  '/namespaces': {
    status: () => ({ phase: 'Active' }),
    prepare: (object) => {
      const spec = objectIn(object, 'spec');
      const finalizers = listIn(spec, 'finalizers');
      if (!finalizers.includes('kubernetes')) finalizers.push('kubernetes');
    },
    prepareUpdate: (object, old, subresource) => {
      if (subresource !== 'finalize' && old['spec'] !== undefined) object['spec'] = old['spec'];
    },
  },
  'apps/deployments': { generation: 'annotations' },
  'apps/replicasets': workload,
  'apps/statefulsets': workload,
  'apps/daemonsets': { generation: 'spec', complete: countTemplates },
  'batch/jobs': { generation: 'spec', prepare: giveJobLabels },
  'batch/cronjobs': workload,
  'policy/poddisruptionbudgets': versionedSpec,
  'networking.k8s.io/ingresses': workload,
  'networking.k8s.io/networkpolicies': workload,
  'networking.k8s.io/ingressclasses': workload,
  'networking.k8s.io/ipaddresses': versioned,
  'networking.k8s.io/servicecidrs': versioned,
  'rbac.authorization.k8s.io/roles': policy,
  'rbac.authorization.k8s.io/clusterroles': policy,
  'rbac.authorization.k8s.io/rolebindings': policy,
  'rbac.authorization.k8s.io/clusterrolebindings': policy,
  'storage.k8s.io/storageclasses': { returnsDeleted: true },
  'storage.k8s.io/csidrivers': { versionRequired: true, returnsDeleted: true },
  'scheduling.k8s.io/priorityclasses': { generation: 'spec' },
  'coordination.k8s.io/leases': { versionRequired: true, createOnUpdate: true },
  'discovery.k8s.io/endpointslices': { generation: 'labels' },
  'node.k8s.io/runtimeclasses': { versionRequired: true, createOnUpdate: true },
  'flowcontrol.apiserver.k8s.io/flowschemas': workload,
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': workload,
  'apiregistration.k8s.io/apiservices': versioned,
  'apiextensions.k8s.io/customresourcedefinitions': {
    ...versionedSpec,
    status: (object) => ({
      ...(isJsonObject(object['status']) ? object['status'] : {}),
      storedVersions: storedVersions(object, []),
    }),
    prepareUpdate: (object, old) => {
      const before = (old['status'] as JsonObject | undefined)?.['storedVersions'];
      if (!equal(object['spec'], old['spec']))
        object['status'] = {
          ...(object['status'] as JsonObject),
          storedVersions: storedVersions(object, (before ?? []) as string[]),
        };
    },
  },
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': versionedSpec,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': versionedSpec,
  'admissionregistration.k8s.io/validatingadmissionpolicies': versionedSpec,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': versionedSpec,
  'admissionregistration.k8s.io/mutatingadmissionpolicies': versionedSpec,
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': versionedSpec,
};

/** Every version that objects of a custom kind may be kept in. */
function storedVersions(definition: Resource, before: readonly string[]): string[] {
  const versions = ((definition['spec'] as JsonObject | undefined)?.['versions'] ?? []) as JsonObject[];
  const current = versions.filter(({ storage }) => storage === true).map(({ name }) => String(name));
  return [...new Set([...before, ...current])];
}

/** Custom kinds count every change outside of metadata and status. */
const custom: Strategy = { generation: 'spec', versionRequired: true };

export function strategyOf(type: TypeSchema): Strategy {
  return type.custom ? custom : (rows[`${type.group}/${type.resource}`] ?? {});
}

/** Whether an update raises the generation. */
export function raisesGeneration(strategy: Strategy, object: Resource, old: Resource, hasStatus: boolean): boolean {
  if (strategy.generation === undefined) return false;
  const counted = ({ metadata, ...rest }: Resource): JsonObject => {
    const { status, ...spec } = rest as JsonObject;
    const body = hasStatus ? spec : { ...spec, status };
    if (strategy.generation === 'annotations') return { ...body, annotations: metadata.annotations };
    return strategy.generation === 'labels' ? { ...body, labels: metadata.labels } : body;
  };
  return !equal(counted(object), counted(old));
}

/** The addresses of a pod are those in the list, of which the first stands alone as well. */
function pairAddresses(pod: Resource): void {
  const status = pod['status'];
  if (!isJsonObject(status)) return;
  for (const [one, all] of [
    ['podIP', 'podIPs'],
    ['hostIP', 'hostIPs'],
  ] as const) {
    const [first] = (status[all] ?? []) as JsonObject[];
    if (typeof status[one] === 'string' && first?.['ip'] !== status[one]) status[all] = [{ ip: status[one] }];
    else if (first !== undefined) status[one] = first['ip'];
  }
}

/** A Service whose address is given or taken away says so in both places, and gives back ports it needs no more. */
function followService(service: Resource, old: Resource): void {
  const spec = objectIn(service, 'spec');
  const before = (old['spec'] ?? {}) as JsonObject;
  if (spec['clusterIP'] !== before['clusterIP'] && equal(spec['clusterIPs'], before['clusterIPs']) && spec['clusterIP'])
    spec['clusterIPs'] = [spec['clusterIP'], ...((spec['clusterIPs'] ?? []) as JsonValue[]).slice(1)];
  spec['clusterIP'] ||= before['clusterIP'];
  spec['clusterIPs'] ??= before['clusterIPs'];
  if (spec['clusterIP'] === undefined) delete spec['clusterIP'];
  if (spec['clusterIPs'] === undefined) delete spec['clusterIPs'];
  if (before['type'] === 'ClusterIP' || spec['type'] !== 'ClusterIP') return;
  for (const field of [
    'externalTrafficPolicy',
    'healthCheckNodePort',
    'allocateLoadBalancerNodePorts',
    'loadBalancerClass',
  ])
    if (equal(spec[field], before[field])) delete spec[field];
  const had = ((before['ports'] ?? []) as JsonObject[]).map((port) => port['nodePort']);
  for (const port of (spec['ports'] ?? []) as JsonObject[]) if (had.includes(port['nodePort'])) delete port['nodePort'];
}

/** DaemonSets count their templates in an annotation that older clients read. */
function countTemplates(set: Resource, old: Resource | undefined): void {
  const name = 'deprecated.daemonset.template.generation';
  const templateOf = (object: Resource) => ((object['spec'] ?? {}) as JsonObject)['template'];
  const before = Number(old?.metadata.annotations?.[name] ?? 0);
  const count = old === undefined ? 1 : equal(templateOf(set), templateOf(old)) ? before : before + 1;
  set.metadata.annotations = { ...set.metadata.annotations, [name]: String(count) };
}

/** The quality-of-service class of a pod. */
function qualityOf(pod: Resource): string {
  const spec = (pod['spec'] ?? {}) as JsonObject;
  const containers = ['initContainers', 'containers'].flatMap((list) => (spec[list] ?? []) as JsonObject[]);
  const resources = containers.map((container) => (container['resources'] ?? {}) as Record<string, JsonObject>);
  const names = ['cpu', 'memory'];
  const isSet = (value: JsonValue | undefined) => value !== undefined && Number.parseFloat(String(value)) !== 0;
  const any = resources.some(({ requests, limits }) =>
    names.some((name) => isSet(requests?.[name]) || isSet(limits?.[name])),
  );
  if (!any) return 'BestEffort';
  const guaranteed = resources.every(({ requests, limits }) =>
    names.every((name) => isSet(limits?.[name]) && (requests?.[name] ?? limits?.[name]) === limits?.[name]),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** A job without a selector of its own is known by its UID. */
function giveJobLabels(job: Resource): void {
  const spec = job['spec'];
  if (!isJsonObject(spec) || spec['manualSelector'] === true) return;
  const labels = objectIn(objectIn(objectIn(spec, 'template'), 'metadata'), 'labels') as Record<string, string>;
  // Labels that a job has from its template follow it.
  const own = job.metadata.labels;
  const follows = own === undefined || equal(own, labels);
  const { uid, name } = job.metadata as { uid: string; name: string };
  for (const prefix of ['batch.kubernetes.io/', '']) {
    labels[`${prefix}controller-uid`] ??= uid;
    labels[`${prefix}job-name`] ??= name;
  }
  objectIn(objectIn(spec, 'selector'), 'matchLabels')['batch.kubernetes.io/controller-uid'] ??= uid;
  if (follows) job.metadata.labels = { ...labels };
}
