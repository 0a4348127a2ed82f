import { type JsonObject, type JsonValue, toJson } from '../../../resource/index.ts';
import { at, each, isEmpty } from '../access.ts';
import type { Rule } from './rules.ts';
import { into, set } from './set.ts';

/** A tag that moves is pulled always. */
const pullPolicy = (image: JsonValue | undefined): string => {
  const name = typeof image === 'string' ? image : '';
  if (name.includes('@')) return 'IfNotPresent';
  const tag = /:([\w][\w.-]*)$/.exec(name)?.[1];
  const untagged = name !== '' && tag === undefined;
  return (untagged && /^[a-z0-9]/.test(name) && !/[A-Z\s]/.test(name.slice(name.indexOf('/') + 1))) || tag === 'latest'
    ? 'Always'
    : 'IfNotPresent';
};

const container: Rule = (value) =>
  set({
    imagePullPolicy: pullPolicy(value['image']),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  })(value);

const podSpec: Rule = (value) => {
  set({
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  })(value);
  // Two names of one field: the older one is read where the newer one is missing, and both are printed.
  value['serviceAccountName'] ??= value['serviceAccount'];
  if (value['serviceAccountName'] === undefined) delete value['serviceAccountName'];
  else value['serviceAccount'] = value['serviceAccountName'];
};

/** Only in Pods, not in templates: requests follow limits, host ports follow ports on the host's network. */
const pod: Rule = (value) => {
  const spec = at(value, 'spec');
  const containers = [...each(spec['containers']), ...each(spec['initContainers'])];
  for (const one of containers) {
    const resources = at(one, 'resources');
    if (resources['limits'] !== undefined) fill(into(resources, 'requests'), at(resources, 'limits'));
    if (spec['hostNetwork'] === true) for (const port of each(one['ports'])) port['hostPort'] ??= port['containerPort'];
  }
  set({ enableServiceLinks: true })(spec);
};

function fill(target: JsonObject, source: JsonObject): void {
  for (const [key, value] of Object.entries(source)) target[key] ??= value;
}

const service: Rule = (value) => {
  const spec = into(value, 'spec');
  set({ sessionAffinity: 'None', type: 'ClusterIP' })(spec);
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] === 'ClientIP') {
    const clientIp = at(at(spec, 'sessionAffinityConfig'), 'clientIP');
    if (clientIp['timeoutSeconds'] === undefined)
      spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: 10_800 } };
  }
  const type = spec['type'];
  const external =
    type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && !isEmpty(spec['externalIPs']));
  if (external) set({ externalTrafficPolicy: 'Cluster' })(spec);
  if (type === 'NodePort' || type === 'LoadBalancer' || type === 'ClusterIP')
    set({ internalTrafficPolicy: 'Cluster' })(spec);
  if (type !== 'LoadBalancer') return;
  set({ allocateLoadBalancerNodePorts: true })(spec);
  for (const ingress of each(at(at(value, 'status'), 'loadBalancer')['ingress']))
    if (ingress['ip'] !== undefined) set({ ipMode: 'VIP' })(ingress);
};

const servicePort: Rule = (value) => {
  set({ protocol: 'TCP' })(value);
  const target = value['targetPort'];
  if (target === undefined || target === 0 || target === '') value['targetPort'] = value['port'] ?? 0;
};

const volumeSources = (value: JsonObject) => Object.keys(value).filter((field) => field !== 'name');

const volume: Rule = (value) => {
  if (volumeSources(value).length === 0) value['emptyDir'] = {};
  const image = at(value, 'image');
  if (value['image'] !== undefined) set({ pullPolicy: pullPolicy(image['reference']) })(image);
};

/** What is written as text is kept as bytes. */
const secret: Rule = (value) => {
  set({ type: 'Opaque' })(value);
  if (value['stringData'] === undefined) return;
  const data = into(value, 'data');
  for (const [key, text] of Object.entries(at(value, 'stringData')))
    data[key] = Buffer.from(typeof text === 'string' ? text : toJson(text ?? '')).toString('base64');
  delete value['stringData'];
  if (isEmpty(data)) delete value['data'];
};

const limitRangeItem: Rule = (value) => {
  if (value['type'] !== 'Container') return;
  const [limits, requests] = [into(value, 'default'), into(value, 'defaultRequest')];
  fill(limits, at(value, 'max'));
  fill(requests, limits);
  fill(requests, at(value, 'min'));
  for (const field of ['default', 'defaultRequest']) if (isEmpty(value[field])) delete value[field];
};

const replicationController: Rule = (value) => {
  const spec = into(value, 'spec');
  set({ replicas: 1 })(spec);
  const labels = at(at(at(spec, 'template'), 'metadata'), 'labels');
  if (isEmpty(labels)) return;
  if (isEmpty(spec['selector'])) spec['selector'] = { ...labels };
  const metadata = into(value, 'metadata');
  if (isEmpty(metadata['labels'])) metadata['labels'] = { ...labels };
};

const rbd = set({ pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' });
const scaleIo = set({ storageMode: 'ThinProvisioned', fsType: 'xfs' });
const mode = set({ defaultMode: 0o644 });

export const coreRules: Readonly<Record<string, Rule>> = {
  'core.v1.AzureDiskVolumeSource': set({ cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false }),
  'core.v1.ConfigMapVolumeSource': mode,
  'core.v1.Container': container,
  'core.v1.ContainerPort': set({ protocol: 'TCP' }),
  'core.v1.DownwardAPIVolumeSource': mode,
  'core.v1.EndpointPort': set({ protocol: 'TCP' }),
  'core.v1.EphemeralContainer': container,
  'core.v1.HostPathVolumeSource': set({ type: '' }),
  'core.v1.HTTPGetAction': set({ path: '/', scheme: 'HTTP' }),
  'core.v1.ISCSIPersistentVolumeSource': set({ iscsiInterface: 'default' }),
  'core.v1.ISCSIVolumeSource': set({ iscsiInterface: 'default' }),
  'core.v1.LimitRangeItem': limitRangeItem,
  'core.v1.Namespace': (value) => {
    const metadata = into(value, 'metadata');
    const name = metadata['name'];
    if (typeof name === 'string' && name !== '') into(metadata, 'labels')['kubernetes.io/metadata.name'] = name;
  },
  'core.v1.NamespaceStatus': set({ phase: 'Active' }),
  'core.v1.NodeStatus': (value) => {
    if (!isEmpty(value['capacity'])) set({ allocatable: value['capacity'] })(value);
  },
  'core.v1.ObjectFieldSelector': set({ apiVersion: 'v1' }),
  'core.v1.PersistentVolume': (value) => {
    set({ phase: 'Pending' })(into(value, 'status'));
    set({ persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' })(into(value, 'spec'));
  },
  'core.v1.PersistentVolumeClaim': (value) => set({ phase: 'Pending' })(into(value, 'status')),
  'core.v1.PersistentVolumeClaimSpec': set({ volumeMode: 'Filesystem' }),
  'core.v1.Pod': pod,
  'core.v1.PodSpec': podSpec,
  'core.v1.Probe': set({ timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }),
  'core.v1.ProjectedVolumeSource': mode,
  'core.v1.RBDPersistentVolumeSource': rbd,
  'core.v1.RBDVolumeSource': rbd,
  'core.v1.ReplicationController': replicationController,
  'core.v1.ScaleIOPersistentVolumeSource': scaleIo,
  'core.v1.ScaleIOVolumeSource': scaleIo,
  'core.v1.Secret': secret,
  'core.v1.SecretVolumeSource': mode,
  'core.v1.Service': service,
  'core.v1.ServiceAccountTokenProjection': set({ expirationSeconds: 3600 }),
  'core.v1.ServicePort': servicePort,
  'core.v1.Volume': volume,
};
