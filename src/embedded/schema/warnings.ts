import type { JsonObject, Resource } from '../../resource/index.ts';
import { at, each, isEmpty, number, text } from './access.ts';
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
  if (kind === 'Service') return serviceWarnings(at(object, 'spec'));
  const steps = templates[kind] ?? (workloads.has(kind) ? ['spec', 'template'] : undefined);
  if (steps === undefined) return [];
  // An update that leaves the pods as they are says nothing new about them.
  if (old !== undefined && (kind === 'Pod' || object.metadata.generation === old.metadata.generation)) return [];
  const template = steps.reduce((value: JsonObject, step) => at(value, step), object as JsonObject);
  const path = [...steps, 'spec'].join('.');
  return podWarnings(path, at(template, 'spec'));
}

function serviceWarnings(spec: JsonObject): string[] {
  const headless = spec['clusterIP'] === 'None';
  const ignored = ['loadBalancerIP', 'externalIPs'].filter((field) => headless && !isEmpty(spec[field]));
  const warnings = ignored.map((field) => `spec.${field} is ignored for headless services`);
  if (headless && spec['sessionAffinity'] !== undefined && spec['sessionAffinity'] !== 'None')
    warnings.push('spec.SessionAffinity is ignored for headless services');
  if (!isEmpty(spec['externalIPs']))
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
const selectsNothing = 'a null labelSelector results in matching no pod';

function podWarnings(path: string, spec: JsonObject): string[] {
  const warnings: string[] = [];
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
  if (number(spec['terminationGracePeriodSeconds']) < 0)
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
      const value = at(at(container, 'resources'), half)[name];
      if (value !== undefined && quantityOf(value).nano % 1_000_000_000n !== 0n)
        warnings.push(
          `${path}.resources.${half}[${name}]: fractional byte value ${JSON.stringify(value)} is invalid, must be an integer`,
        );
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
  const seen = new Map<string, number>();
  return ports.flatMap((port, index) => {
    const key = `${port['containerPort']}/${port['protocol']}`;
    const other = seen.get(key);
    if (other === undefined) {
      seen.set(key, index);
      return [];
    }
    const same = port['hostPort'] === ports[other]?.['hostPort'] && port['hostIP'] === ports[other]?.['hostIP'];
    return [
      `${path}.ports[${index}]: ${same ? 'duplicate' : 'overlapping'} port definition with ${path}.ports[${other}]`,
    ];
  });
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
