import { isJsonObject, type JsonObject, type Resource } from '../../resource/index.ts';
import { at, each, isEmpty, number, text, texts } from './access.ts';
import { formatOf } from './custom/formats.ts';
import { standardFinalizers } from './validation/metadata.ts';
import { quantityOf } from './validation/resources.ts';

/** Where the template of a workload stands. */
const templates: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ['template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};
const workloads = new Set(['DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'ReplicationController', 'StatefulSet']);

/** What a write of a built-in kind earns besides being accepted, in the words of the real server. */
export function warningsOf(kind: string, object: Resource, old: Resource | undefined): string[] {
  const own = ownWarnings[kind];
  if (own !== undefined) return own(object);
  const steps = templates[kind] ?? (workloads.has(kind) ? ['spec', 'template'] : undefined);
  if (steps === undefined) return [];
  // An update that leaves the pods as they are says nothing new about them.
  if (old !== undefined && (kind === 'Pod' || object.metadata.generation === old.metadata.generation)) return [];
  const template = steps.reduce((value: JsonObject, step) => at(value, step), object as JsonObject);
  const path = [...steps, 'spec'].join('.');
  const history = number(at(object, 'spec')['revisionHistoryLimit']) < 0 && kind === 'StatefulSet';
  return [
    ...annotationWarnings([...steps, 'metadata.annotations'].join('.'), at(template, 'metadata')),
    ...podWarnings(path, at(template, 'spec')),
    ...(history
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : []),
  ];
}

const ownWarnings: Readonly<Record<string, (object: Resource) => string[]>> = {
  CustomResourceDefinition: (object) => formatWarnings(at(object, 'spec')),
  Ingress: (object) =>
    annotationsOf(object)['kubernetes.io/ingress.class'] === undefined
      ? []
      : ['annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead'],
  Node: (object) =>
    isEmpty(at(object, 'spec')['externalID'])
      ? []
      : ['spec.externalID: this field is deprecated, and is unused by Kubernetes'],
  PersistentVolume: (object) => [
    ...classWarnings(object),
    ...(at(object, 'spec')['persistentVolumeReclaimPolicy'] === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
  ],
  PersistentVolumeClaim: (object) => [
    ...classWarnings(object),
    ...fractional('spec.resources.requests[storage]', at(at(at(object, 'spec'), 'resources'), 'requests')['storage']),
  ],
  Service: (object) => serviceWarnings(at(object, 'spec')),
};

const annotationsOf = (object: JsonObject): JsonObject => at(at(object, 'metadata'), 'annotations');

function classWarnings(object: Resource): string[] {
  const name = 'volume.beta.kubernetes.io/storage-class';
  if (annotationsOf(object)[name] === undefined) return [];
  return [`metadata.annotations[${name}]: deprecated since v1.8; use "storageClassName" attribute instead`];
}

function fractional(path: string, value: JsonObject[string]): string[] {
  if (value === undefined || quantityOf(value).nano % 1_000_000_000n === 0n) return [];
  return [`${path}: fractional byte value ${JSON.stringify(value)} is invalid, must be an integer`];
}

/** Formats that nobody checks, once each. */
function formatWarnings(spec: JsonObject): string[] {
  const unknown = new Set<string>();
  const visit = (schema: JsonObject): void => {
    const format = text(schema['format']);
    if (format !== '' && formatOf(schema) === undefined) unknown.add(format);
    for (const below of [...Object.values(at(schema, 'properties')), schema['items'], schema['additionalProperties']])
      if (isJsonObject(below)) visit(below);
    for (const junctor of ['allOf', 'anyOf', 'oneOf']) for (const part of each(schema[junctor])) visit(part);
  };
  for (const version of each(spec['versions'])) visit(at(at(version, 'schema'), 'openAPIV3Schema'));
  return [...unknown].sort().map((format) => `unrecognized format ${JSON.stringify(format)}`);
}

const appArmor = 'container.apparmor.security.beta.kubernetes.io/';

function annotationWarnings(path: string, metadata: JsonObject): string[] {
  return Object.keys(at(metadata, 'annotations'))
    .filter((name) => name.startsWith(appArmor))
    .map((name) => `${path}[${name}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
}

/** Finalizers of custom objects that do not say whose they are. */
export function finalizerWarnings(object: Resource): string[] {
  const words = 'to avoid accidental conflicts with other finalizer writers';
  return texts(at(object, 'metadata')['finalizers']).flatMap((name) => {
    if (name.includes('/') || standardFinalizers.has(name)) return [];
    const what = name.includes('.') ? 'finalizer name including a path (/)' : 'finalizer name';
    return [`metadata.finalizers: ${JSON.stringify(name)}: prefer a domain-qualified ${what} ${words}`];
  });
}

function serviceWarnings(spec: JsonObject): string[] {
  const headless = spec['clusterIP'] === 'None';
  const ignored = ['loadBalancerIP', 'externalIPs'].filter((field) => headless && !isEmpty(spec[field]));
  const warnings = ignored.map((field) => `spec.${field} is ignored for headless services`);
  if (headless && spec['sessionAffinity'] !== undefined && spec['sessionAffinity'] !== 'None')
    warnings.push('spec.SessionAffinity is ignored for headless services');
  if (!headless && !isEmpty(spec['externalIPs']))
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (spec['type'] !== 'ExternalName' && !isEmpty(spec['externalName']))
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec['trafficDistribution'] === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

const gone: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};
const oldLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
};
const selectsNothing = 'a null labelSelector results in matching no pod';

function podWarnings(path: string, spec: JsonObject): string[] {
  const warnings = Object.keys(at(spec, 'nodeSelector')).flatMap((label) =>
    oldLabels[label] === undefined ? [] : [`${path}.nodeSelector[${label}]: ${oldLabels[label]}`],
  );
  for (const [index, one] of each(spec['topologySpreadConstraints']).entries())
    if (one['labelSelector'] === undefined)
      warnings.push(`${path}.topologySpreadConstraints[${index}].labelSelector: ${selectsNothing}`);
  for (const [index, volume] of each(spec['volumes']).entries())
    for (const [source, words] of Object.entries(gone))
      if (volume[source] !== undefined) warnings.push(`${path}.volumes[${index}].${source}: ${words}`);
  warnings.push(...repeated(`${path}.hostAliases`, 'ip', each(spec['hostAliases'])));
  warnings.push(...repeated(`${path}.imagePullSecrets`, 'name', each(spec['imagePullSecrets'])));
  for (const [index, secret] of each(spec['imagePullSecrets']).entries())
    if (text(secret['name']) === '') warnings.push(`${path}.imagePullSecrets[${index}].name: invalid empty name ""`);
  for (const field of ['initContainers', 'containers'])
    for (const [index, container] of each(spec[field]).entries())
      warnings.push(...containerWarnings(`${path}.${field}[${index}]`, container));
  // Of a pod itself the server makes a one of it before it looks.
  if (path !== 'spec' && number(spec['terminationGracePeriodSeconds']) < 0)
    warnings.push(
      `${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  for (const kind of ['podAffinity', 'podAntiAffinity'])
    warnings.push(...affinityWarnings(`${path}.affinity.${kind}`, at(at(spec, 'affinity'), kind)));
  return warnings;
}

function repeated(path: string, field: string, items: JsonObject[]): string[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const value = text(item[field]);
    if (seen.has(value)) return [`${path}[${index}].${field}: duplicate ${field} ${JSON.stringify(value)}`];
    seen.add(value);
    return [];
  });
}

function containerWarnings(path: string, container: JsonObject): string[] {
  const warnings: string[] = [];
  for (const half of ['limits', 'requests'])
    for (const name of ['memory', 'ephemeral-storage']) {
      warnings.push(...fractional(`${path}.resources.${half}[${name}]`, at(at(container, 'resources'), half)[name]));
    }
  const known = new Set<string>();
  for (const [index, variable] of each(container['env']).entries()) {
    const name = text(variable['name']);
    // A variable that extends itself is meant to stand twice.
    if (known.has(name) && !text(variable['value']).includes(`$(${name})`))
      warnings.push(
        `${path}.env[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
      );
    known.add(name);
  }
  return [...warnings, ...portWarnings(path, each(container['ports']))];
}

function portWarnings(path: string, ports: JsonObject[]): string[] {
  const name = (index: number) => `${path}.ports[${index}]`;
  return ports.flatMap((port, index) =>
    ports.slice(0, index).flatMap((other, place) => {
      if (port['containerPort'] !== other['containerPort'] || port['protocol'] !== other['protocol']) return [];
      const same = port['hostPort'] === other['hostPort'] && port['hostIP'] === other['hostIP'];
      return [`${name(index)}: ${same ? 'duplicate' : 'overlapping'} port definition with ${name(place)}`];
    }),
  );
}

function affinityWarnings(path: string, affinity: JsonObject): string[] {
  const [needed, wanted] = ['required', 'preferred'].map((word) => `${word}DuringSchedulingIgnoredDuringExecution`) as [
    string,
    string,
  ];
  return [
    ...each(affinity[needed]).flatMap((term, index) =>
      term['labelSelector'] === undefined ? [`${path}.${needed}[${index}].labelSelector: ${selectsNothing}`] : [],
    ),
    ...each(affinity[wanted]).flatMap((term, index) =>
      at(term, 'podAffinityTerm')['labelSelector'] === undefined
        ? [`${path}.${wanted}[${index}].podAffinityTerm.labelSelector: ${selectsNothing}`]
        : [],
    ),
  ];
}

/** Said of every request to a version that is on its way out. */
export const deprecations: Readonly<Record<string, string>> = {
  'v1/ComponentStatus': 'v1 ComponentStatus is deprecated in v1.19+',
  'v1/Endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};
