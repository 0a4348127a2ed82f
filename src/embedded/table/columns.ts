import type { JsonObject, JsonValue } from '../../resource/index.ts';
import type { TypeSchema } from '../schema/schema.ts';
import {
  ageColumn,
  ageSince,
  at,
  createdColumn,
  formatDuration,
  formatLabels,
  formatSelector,
  listAt,
  nameColumn,
  numberAt,
  textAt,
} from './format.ts';
import { podReady, podRestarts, podStatus } from './pods.ts';
import type { Column } from './table.ts';

type Cell = Column['cell'];

const text = (name: string, cell: Cell, priority = 0): Column => ({ name, type: 'string', cell, priority });
const integer = (name: string, path: string): Column => ({
  name,
  type: 'integer',
  cell: (object) => numberAt(object, path),
});
const flag = (name: string, path: string): Column => ({
  name,
  type: 'boolean',
  cell: (object) => at(object, path) === true,
});
const field = (name: string, path: string, absent = ''): Column => text(name, (object) => textAt(object, path, absent));
const wide = (name: string, cell: Cell): Column => text(name, cell, 1);

const count = (value: JsonValue | undefined): number =>
  value === undefined || value === null ? 0 : Object.keys(value as JsonObject).length;

const templateContainers = (path: string): Column[] => [
  wide('Containers', (object) =>
    listAt(object, path)
      .map((container) => container['name'])
      .join(','),
  ),
  wide('Images', (object) =>
    listAt(object, path)
      .map((container) => container['image'])
      .join(','),
  ),
];
const podTemplate = templateContainers('spec.template.spec.containers');
const selector = wide('Selector', (object) => formatSelector(at(object, 'spec.selector')));

const modes: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const accessModes = (value: JsonValue | undefined) =>
  [...new Set((value ?? []) as string[])].map((mode) => modes[mode] ?? mode).join(',');

const subjects = (kind: string) =>
  wide(kind === 'ServiceAccount' ? 'ServiceAccounts' : `${kind}s`, (object) =>
    listAt(object, 'subjects')
      .filter((subject) => subject['kind'] === kind)
      .map((subject) => (kind === 'ServiceAccount' ? `${subject['namespace']}/${subject['name']}` : subject['name']))
      .join(', '),
  );
const binding = [
  nameColumn,
  text('Role', (object) => `${textAt(object, 'roleRef.kind')}/${textAt(object, 'roleRef.name')}`),
  ageColumn,
  subjects('User'),
  subjects('Group'),
  subjects('ServiceAccount'),
];

function servicePorts(service: JsonObject): string {
  const ports = listAt(service, 'spec.ports').map((port) => {
    const node = port['nodePort'] ? `:${port['nodePort']}` : '';
    return `${port['port']}${node}/${port['protocol']}`;
  });
  return ports.length === 0 ? '<none>' : ports.join(',');
}

function serviceAddress(service: JsonObject): string {
  const external = (at(service, 'spec.externalIPs') ?? []) as string[];
  switch (at(service, 'spec.type')) {
    case 'ExternalName':
      return textAt(service, 'spec.externalName');
    case 'LoadBalancer': {
      const own = listAt(service, 'status.loadBalancer.ingress').map(({ ip, hostname }) => (ip ?? hostname) as string);
      const all = [...own, ...external];
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    default:
      return external.length === 0 ? '<none>' : external.join(',');
  }
}

function nodeStatus(node: JsonObject): string {
  const ready = listAt(node, 'status.conditions').find((condition) => condition['type'] === 'Ready');
  const words = [ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'];
  if (at(node, 'spec.unschedulable') === true) words.push('SchedulingDisabled');
  return words.join(',');
}

function nodeRoles(node: JsonObject): string {
  const labels = (at(node, 'metadata.labels') ?? {}) as Record<string, string>;
  const roles = Object.entries(labels).flatMap(([key, value]) =>
    key.startsWith('node-role.kubernetes.io/') && key.length > 24
      ? [key.slice(24)]
      : key === 'kubernetes.io/role' && value !== ''
        ? [value]
        : [],
  );
  return roles.length === 0 ? '<none>' : roles.sort().join(',');
}

const nodeAddress =
  (type: string): Cell =>
  (node) =>
    (listAt(node, 'status.addresses').find((address) => address['type'] === type)?.['address'] ?? '<none>') as string;

function jobStatus(job: JsonObject): string {
  const has = (type: string) =>
    listAt(job, 'status.conditions').some((condition) => condition['type'] === type && condition['status'] === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (at(job, 'metadata.deletionTimestamp') !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  if (has('SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function jobCompletions(job: JsonObject): string {
  const succeeded = numberAt(job, 'status.succeeded');
  const wanted = at(job, 'spec.completions');
  if (typeof wanted === 'number') return `${succeeded}/${wanted}`;
  const parallelism = numberAt(job, 'spec.parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: JsonObject, now: Date): string {
  const start = textAt(job, 'status.startTime');
  if (start === '') return '';
  const end = textAt(job, 'status.completionTime');
  return formatDuration(((end === '' ? now.getTime() : Date.parse(end)) - Date.parse(start)) / 1000);
}

function endpointsOf(endpoints: JsonObject): string {
  const all = listAt(endpoints, 'subsets').flatMap((subset) => {
    const addresses = listAt(subset, 'addresses').map(({ ip }) => String(ip));
    const ports = listAt(subset, 'ports').map(({ port }) => String(port));
    return ports.length === 0 ? addresses : ports.flatMap((port) => addresses.map((address) => `${address}:${port}`));
  });
  return all.length === 0 ? '<none>' : firstOf(all, 3);
}

function firstOf(items: readonly string[], most: number): string {
  const more = items.length - most;
  return more > 0 ? `${items.slice(0, most).join(',')} + ${more} more...` : items.join(',');
}

function ingressHosts(ingress: JsonObject): string {
  const hosts = listAt(ingress, 'spec.rules').flatMap(({ host }) => (host ? [String(host)] : []));
  return hosts.length === 0 ? '*' : firstOf(hosts, 3);
}

function quota(list: string): Cell {
  return (object) => {
    const hard = (at(object, 'status.hard') ?? {}) as JsonObject;
    const used = (at(object, 'status.used') ?? {}) as JsonObject;
    return Object.keys(hard)
      .filter((name) => name.startsWith('limits') === (list === 'Limit'))
      .sort()
      .map((name) => `${name}: ${String(used[name] ?? 0)}/${String(hard[name])}`)
      .join(', ');
  };
}

const eventTime = (event: JsonObject, path: string, now: Date) => {
  const time =
    textAt(event, path) ||
    textAt(event, `deprecated${path[0]?.toUpperCase()}${path.slice(1)}`) ||
    textAt(event, 'eventTime');
  return time === '' ? '<unknown>' : ageSince(textAt(event, 'series.lastObservedTime') || time, now);
};
const eventObject = (event: JsonObject): string => {
  const object = (event['involvedObject'] ?? event['regarding']) as JsonObject | undefined;
  return `${textAt(object, 'kind').toLowerCase()}/${textAt(object, 'name')}`;
};
const eventSource = (event: JsonObject): string => {
  const source = (event['source'] ?? event['deprecatedSource']) as JsonObject | undefined;
  const component =
    textAt(source, 'component') || textAt(event, 'reportingComponent') || textAt(event, 'reportingController');
  return [component, textAt(source, 'host') || textAt(event, 'reportingInstance')]
    .filter((part) => part !== '')
    .join(', ');
};
const events: Column[] = [
  text('Last Seen', (event, now) => eventTime(event, 'lastTimestamp', now)),
  field('Type', 'type'),
  field('Reason', 'reason'),
  text('Object', eventObject),
  wide('Subobject', (event) => textAt(event['involvedObject'] ?? event['regarding'], 'fieldPath')),
  wide('Source', eventSource),
  text('Message', (event) => (textAt(event, 'message') || textAt(event, 'note')).trim()),
  wide('First Seen', (event, now) => eventTime(event, 'firstTimestamp', now)),
  wide('Count', (event) => numberAt(event, 'series.count') || numberAt(event, 'count') || 1),
  { ...nameColumn, priority: 1 },
];

function hpaTargets(hpa: JsonObject): string {
  const metrics = listAt(hpa, 'spec.metrics');
  const cpu = at(hpa, 'spec.targetCPUUtilizationPercentage');
  if (metrics.length === 0) return cpu === undefined ? '<none>' : `cpu: <unknown>/${String(cpu)}%`;
  const printed = metrics.map((metric) => {
    const source = metric[Object.keys(metric).find((key) => key !== 'type') ?? ''] as JsonObject | undefined;
    const name = textAt(source, 'name') || textAt(source, 'metric.name');
    const target = source?.['target'] as JsonObject | undefined;
    const wanted =
      target?.['averageUtilization'] !== undefined
        ? `${String(target['averageUtilization'])}%`
        : String(target?.['averageValue'] ?? target?.['value'] ?? '<auto>');
    return `${name === '' ? '' : `${name}: `}<unknown>/${wanted}`;
  });
  return firstOf(printed, 2);
}

function conditionOf(object: JsonObject, type: string): string {
  const condition = listAt(object, 'status.conditions').find((item) => item['type'] === type);
  if (condition === undefined) return '';
  const status = String(condition['status']);
  return status === 'True' ? status : `${status} (${String(condition['reason'])})`;
}

function csrCondition(request: JsonObject): string {
  const types = listAt(request, 'status.conditions').map(({ type }) => String(type));
  const words = types.length === 0 ? ['Pending'] : types;
  return [...words, ...(textAt(request, 'status.certificate') === '' ? [] : ['Issued'])].join(',');
}

const webhooks: Column[] = [
  nameColumn,
  { name: 'Webhooks', type: 'integer', cell: (object) => listAt(object, 'webhooks').length },
  ageColumn,
];
const scaled = [
  nameColumn,
  integer('Desired', 'spec.replicas'),
  integer('Current', 'status.replicas'),
  integer('Ready', 'status.readyReplicas'),
  ageColumn,
  ...podTemplate,
];

const rows: Record<string, Column[]> = {
  '/configmaps': [nameColumn, text('Data', (object) => count(object['data']) + count(object['binaryData'])), ageColumn],
  '/secrets': [nameColumn, field('Type', 'type'), text('Data', (object) => count(object['data'])), ageColumn],
  '/endpoints': [nameColumn, text('Endpoints', endpointsOf), ageColumn],
  '/events': events,
  'events.k8s.io/events': events,
  '/limitranges': [nameColumn, createdColumn],
  '/namespaces': [nameColumn, field('Status', 'status.phase'), ageColumn],
  '/nodes': [
    nameColumn,
    text('Status', nodeStatus),
    text('Roles', nodeRoles),
    ageColumn,
    field('Version', 'status.nodeInfo.kubeletVersion'),
    wide('Internal-IP', nodeAddress('InternalIP')),
    wide('External-IP', nodeAddress('ExternalIP')),
    wide('OS-Image', (node) => textAt(node, 'status.nodeInfo.osImage', '<unknown>')),
    wide('Kernel-Version', (node) => textAt(node, 'status.nodeInfo.kernelVersion', '<unknown>')),
    wide('Container-Runtime', (node) => textAt(node, 'status.nodeInfo.containerRuntimeVersion', '<unknown>')),
  ],
  '/persistentvolumeclaims': [
    nameColumn,
    text('Status', (claim) =>
      at(claim, 'metadata.deletionTimestamp') === undefined ? textAt(claim, 'status.phase') : 'Terminating',
    ),
    field('Volume', 'spec.volumeName'),
    text('Capacity', (claim) =>
      textAt(claim, 'spec.volumeName') === '' ? '' : textAt(claim, 'status.capacity.storage'),
    ),
    text('Access Modes', (claim) =>
      textAt(claim, 'spec.volumeName') === '' ? '' : accessModes(at(claim, 'status.accessModes')),
    ),
    field('StorageClass', 'spec.storageClassName'),
    field('VolumeAttributesClass', 'spec.volumeAttributesClassName', '<unset>'),
    ageColumn,
    wide('VolumeMode', (claim) => textAt(claim, 'spec.volumeMode', '<unset>')),
  ],
  '/persistentvolumes': [
    nameColumn,
    field('Capacity', 'spec.capacity.storage'),
    text('Access Modes', (volume) => accessModes(at(volume, 'spec.accessModes'))),
    field('Reclaim Policy', 'spec.persistentVolumeReclaimPolicy'),
    text('Status', (volume) =>
      at(volume, 'metadata.deletionTimestamp') === undefined ? textAt(volume, 'status.phase') : 'Terminating',
    ),
    text('Claim', (volume) => {
      const claim = at(volume, 'spec.claimRef');
      return claim === undefined ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`;
    }),
    field('StorageClass', 'spec.storageClassName'),
    field('VolumeAttributesClass', 'spec.volumeAttributesClassName', '<unset>'),
    field('Reason', 'status.reason'),
    ageColumn,
    wide('VolumeMode', (volume) => textAt(volume, 'spec.volumeMode', '<unset>')),
  ],
  '/pods': [
    nameColumn,
    text('Ready', podReady),
    text('Status', podStatus),
    text('Restarts', podRestarts),
    ageColumn,
    wide('IP', (pod) => textAt(pod, 'status.podIP', '<none>')),
    wide('Node', (pod) => textAt(pod, 'spec.nodeName', '<none>')),
    wide('Nominated Node', (pod) => textAt(pod, 'status.nominatedNodeName', '<none>')),
    wide('Readiness Gates', (pod) => {
      const gates = listAt(pod, 'spec.readinessGates');
      const met = gates.filter((gate) => conditionOf(pod, String(gate['conditionType'])) === 'True').length;
      return gates.length === 0 ? '<none>' : `${met}/${gates.length}`;
    }),
  ],
  '/podtemplates': [
    nameColumn,
    text('Containers', (object) =>
      listAt(object, 'template.spec.containers')
        .map(({ name }) => name)
        .join(','),
    ),
    text('Images', (object) =>
      listAt(object, 'template.spec.containers')
        .map(({ image }) => image)
        .join(','),
    ),
    text('Pod Labels', (object) => formatLabels(at(object, 'template.metadata.labels'))),
  ],
  '/replicationcontrollers': [...scaled, wide('Selector', (object) => formatLabels(at(object, 'spec.selector')))],
  '/resourcequotas': [nameColumn, text('Request', quota('Request')), text('Limit', quota('Limit')), ageColumn],
  '/serviceaccounts': [nameColumn, ageColumn],
  '/services': [
    nameColumn,
    field('Type', 'spec.type'),
    text('Cluster-IP', (service) => textAt(service, 'spec.clusterIP', '<none>')),
    text('External-IP', serviceAddress),
    text('Port(s)', servicePorts),
    ageColumn,
    wide('Selector', (service) => formatLabels(at(service, 'spec.selector'))),
  ],
  'apiregistration.k8s.io/apiservices': [
    nameColumn,
    text('Service', (object) => {
      const service = at(object, 'spec.service');
      return service === undefined || service === null
        ? 'Local'
        : `${textAt(service, 'namespace')}/${textAt(service, 'name')}`;
    }),
    text('Available', (object) => conditionOf(object, 'Available') || 'Unknown'),
    ageColumn,
  ],
  'apps/controllerrevisions': [
    nameColumn,
    text('Controller', (object) => {
      const owner = listAt(object, 'metadata.ownerReferences').find(({ controller }) => controller === true);
      if (owner === undefined) return '<none>';
      const [group] = textAt(owner, 'apiVersion').split('/');
      return `${textAt(owner, 'kind').toLowerCase()}${group?.includes('v1') ? '' : `.${group}`}/${textAt(owner, 'name')}`;
    }),
    text('Revision', (object) => String(numberAt(object, 'revision'))),
    ageColumn,
  ],
  'apps/daemonsets': [
    nameColumn,
    integer('Desired', 'status.desiredNumberScheduled'),
    integer('Current', 'status.currentNumberScheduled'),
    integer('Ready', 'status.numberReady'),
    integer('Up-to-date', 'status.updatedNumberScheduled'),
    integer('Available', 'status.numberAvailable'),
    text('Node Selector', (object) => formatLabels(at(object, 'spec.template.spec.nodeSelector'))),
    ageColumn,
    ...podTemplate,
    selector,
  ],
  'apps/deployments': [
    nameColumn,
    text('Ready', (object) => `${numberAt(object, 'status.readyReplicas')}/${numberAt(object, 'spec.replicas')}`),
    text('Up-to-date', (object) => numberAt(object, 'status.updatedReplicas')),
    text('Available', (object) => numberAt(object, 'status.availableReplicas')),
    ageColumn,
    ...podTemplate,
    selector,
  ],
  'apps/replicasets': [...scaled, selector],
  'apps/statefulsets': [
    nameColumn,
    text('Ready', (object) => `${numberAt(object, 'status.readyReplicas')}/${numberAt(object, 'spec.replicas')}`),
    ageColumn,
    ...podTemplate,
  ],
  'autoscaling/horizontalpodautoscalers': [
    nameColumn,
    text('Reference', (hpa) => `${textAt(hpa, 'spec.scaleTargetRef.kind')}/${textAt(hpa, 'spec.scaleTargetRef.name')}`),
    text('Targets', hpaTargets),
    text('MinPods', (hpa) => textAt(hpa, 'spec.minReplicas', '<unset>')),
    text('MaxPods', (hpa) => textAt(hpa, 'spec.maxReplicas')),
    text('Replicas', (hpa) => String(numberAt(hpa, 'status.currentReplicas'))),
    ageColumn,
  ],
  'batch/cronjobs': [
    nameColumn,
    field('Schedule', 'spec.schedule'),
    field('Timezone', 'spec.timeZone', '<none>'),
    { ...flag('Suspend', 'spec.suspend'), cell: (object) => (at(object, 'spec.suspend') === true ? 'True' : 'False') },
    { name: 'Active', type: 'integer', cell: (object) => listAt(object, 'status.active').length },
    text('Last Schedule', (object, now) => {
      const last = textAt(object, 'status.lastScheduleTime');
      return last === '' ? '<none>' : ageSince(last, now);
    }),
    ageColumn,
    ...templateContainers('spec.jobTemplate.spec.template.spec.containers'),
    wide('Selector', (object) => formatSelector(at(object, 'spec.jobTemplate.spec.selector'))),
  ],
  'batch/jobs': [
    nameColumn,
    text('Status', jobStatus),
    text('Completions', jobCompletions),
    text('Duration', jobDuration),
    ageColumn,
    ...podTemplate,
    selector,
  ],
  'certificates.k8s.io/certificatesigningrequests': [
    nameColumn,
    ageColumn,
    field('SignerName', 'spec.signerName'),
    field('Requestor', 'spec.username'),
    text('RequestedDuration', (request) => {
      const seconds = at(request, 'spec.expirationSeconds');
      return seconds === undefined ? '<none>' : formatDuration(Number(seconds));
    }),
    text('Condition', csrCondition),
  ],
  'networking.k8s.io/ingressclasses': [
    nameColumn,
    field('Controller', 'spec.controller'),
    text('Parameters', (object) => {
      const parameters = at(object, 'spec.parameters');
      if (parameters === undefined) return '<none>';
      const group = textAt(parameters, 'apiGroup');
      return `${textAt(parameters, 'kind')}${group === '' ? '' : `.${group}`}/${textAt(parameters, 'name')}`;
    }),
    ageColumn,
  ],
  'networking.k8s.io/ingresses': [
    nameColumn,
    field('Class', 'spec.ingressClassName', '<none>'),
    text('Hosts', ingressHosts),
    text('Address', (ingress) =>
      listAt(ingress, 'status.loadBalancer.ingress')
        .map(({ ip, hostname }) => ip ?? hostname)
        .join(','),
    ),
    text('Ports', (ingress) => (listAt(ingress, 'spec.tls').length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
  'networking.k8s.io/ipaddresses': [
    nameColumn,
    text('ParentRef', (object) =>
      ['resource', 'namespace', 'name']
        .map((name) => textAt(object, `spec.parentRef.${name}`))
        .filter(Boolean)
        .join('/'),
    ),
  ],
  'networking.k8s.io/networkpolicies': [
    nameColumn,
    text('Pod-Selector', (object) => formatSelector(at(object, 'spec.podSelector'))),
    ageColumn,
  ],
  'networking.k8s.io/servicecidrs': [
    nameColumn,
    text('CIDRs', (object) => ((at(object, 'spec.cidrs') ?? []) as string[]).join(',')),
    ageColumn,
  ],
  'policy/poddisruptionbudgets': [
    nameColumn,
    field('Min Available', 'spec.minAvailable', 'N/A'),
    field('Max Unavailable', 'spec.maxUnavailable', 'N/A'),
    integer('Allowed Disruptions', 'status.disruptionsAllowed'),
    ageColumn,
  ],
  'rbac.authorization.k8s.io/clusterrolebindings': binding,
  'rbac.authorization.k8s.io/clusterroles': [nameColumn, createdColumn],
  'rbac.authorization.k8s.io/rolebindings': binding,
  'rbac.authorization.k8s.io/roles': [nameColumn, createdColumn],
  'storage.k8s.io/storageclasses': [
    {
      ...nameColumn,
      cell: (object) =>
        textAt(object, 'metadata.name') +
        ((at(object, 'metadata.annotations') as JsonObject | undefined)?.[
          'storageclass.kubernetes.io/is-default-class'
        ] === 'true'
          ? ' (default)'
          : ''),
    },
    field('Provisioner', 'provisioner'),
    field('ReclaimPolicy', 'reclaimPolicy', 'Delete'),
    field('VolumeBindingMode', 'volumeBindingMode', 'Immediate'),
    text('AllowVolumeExpansion', (object) => String(at(object, 'allowVolumeExpansion') === true)),
    ageColumn,
  ],
  'storage.k8s.io/csinodes': [
    nameColumn,
    { name: 'Drivers', type: 'integer', cell: (object) => listAt(object, 'spec.drivers').length },
    ageColumn,
  ],
  'storage.k8s.io/csistoragecapacities': [nameColumn, createdColumn],
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhooks,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhooks,
  'admissionregistration.k8s.io/validatingadmissionpolicies': [
    nameColumn,
    { name: 'Validations', type: 'integer', cell: (object) => listAt(object, 'spec.validations').length },
    text('ParamKind', (object) => {
      const kind = at(object, 'spec.paramKind');
      return kind === undefined ? '<unset>' : `${textAt(kind, 'apiVersion')}/${textAt(kind, 'kind')}`;
    }),
    ageColumn,
  ],
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': [
    nameColumn,
    field('PolicyName', 'spec.policyName'),
    text('ParamRef', (object) => {
      const reference = at(object, 'spec.paramRef');
      if (reference === undefined) return '<unset>';
      const namespace = textAt(reference, 'namespace', '*');
      return `${namespace}/${textAt(reference, 'name', '*')}`;
    }),
    ageColumn,
  ],
  'apiextensions.k8s.io/customresourcedefinitions': [nameColumn, createdColumn],
  'scheduling.k8s.io/priorityclasses': [
    nameColumn,
    integer('Value', 'value'),
    flag('Global-Default', 'globalDefault'),
    ageColumn,
    field('PreemptionPolicy', 'preemptionPolicy'),
  ],
  'coordination.k8s.io/leases': [nameColumn, field('Holder', 'spec.holderIdentity'), ageColumn],
  'node.k8s.io/runtimeclasses': [nameColumn, field('Handler', 'handler'), ageColumn],
  'discovery.k8s.io/endpointslices': [
    nameColumn,
    field('AddressType', 'addressType'),
    text('Ports', (slice) => {
      const ports = listAt(slice, 'ports').map(({ port }) => String(port ?? '*'));
      return ports.length === 0 ? '<unset>' : firstOf(ports, 3);
    }),
    text('Endpoints', (slice) => {
      const addresses = listAt(slice, 'endpoints').flatMap((endpoint) => (endpoint['addresses'] ?? []) as string[]);
      return addresses.length === 0 ? '<unset>' : firstOf(addresses, 3);
    }),
    ageColumn,
  ],
  'flowcontrol.apiserver.k8s.io/flowschemas': [
    nameColumn,
    field('PriorityLevel', 'spec.priorityLevelConfiguration.name'),
    field('MatchingPrecedence', 'spec.matchingPrecedence'),
    field('DistinguisherMethod', 'spec.distinguisherMethod.type', '<none>'),
    ageColumn,
    text('MissingPL', (object) => conditionOf(object, 'Dangling').split(' ')[0] || '?'),
  ],
};

const plain = [nameColumn, ageColumn];

/** The columns of a built-in kind; name and age where the table has no row for it. */
export function builtinColumns(type: TypeSchema): Column[] {
  return rows[`${type.group}/${type.resource}`] ?? plain;
}
