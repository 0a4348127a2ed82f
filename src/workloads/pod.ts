import type { JsonObject, JsonValue } from '../resource/index.ts';
import { defined } from './defined.ts';
import { amountOf } from './quantity.ts';
import { gpuKinds, type PodShape } from './shape.ts';

/** A container and the volumes it needs, joined with what the spec says by {@link podSpec}. */
export interface Part {
  name: string;
  image?: string | undefined;
  command?: string[] | undefined;
  args?: string[] | undefined;
  env?: Record<string, string>;
  ports?: JsonObject[] | undefined;
  mounts?: JsonObject[];
  volumes?: JsonObject[];
  /** Anything else of a Container. */
  more?: JsonObject;
}

/** The pod of a spec: one container, with what the part adds to it. */
export function podSpec(spec: PodShape, part: Part, more: JsonObject = {}): JsonObject {
  const volumes = [...volumesOf(spec), ...(part.volumes ?? [])];
  return {
    ...defined({
      ...more,
      serviceAccountName: spec.serviceAccount,
      imagePullSecrets: spec.pullSecrets.map((name) => ({ name })),
      nodeSelector: spec.nodeSelector,
      tolerations: spec.tolerations as JsonObject[],
      affinity: affinityOf(spec),
      containers: [container(spec, part)],
      volumes,
    }),
    ...(spec.pod as JsonObject),
  };
}

export function container(spec: PodShape, part: Part): JsonObject {
  return defined({
    name: part.name,
    image: part.image ?? spec.image,
    imagePullPolicy: spec.pullPolicy,
    command: part.command,
    args: part.args,
    env: environment({ ...part.env, ...spec.env }),
    envFrom: spec.envFrom.map((source) => {
      const [kind, name] = source.split('/') as [string, string];
      return { [kind === 'secret' ? 'secretRef' : 'configMapRef']: { name } };
    }),
    ports: part.ports,
    resources: resources(spec),
    volumeMounts: [...mountsOf(spec), ...(part.mounts ?? [])],
    ...part.more,
  });
}

export const environment = (env: Record<string, string>): JsonObject[] =>
  Object.entries(env).map(([name, value]) => ({ name, value }));

/** GPUs are limits, which Kubernetes takes as requests too. */
export function resources(spec: PodShape): JsonObject {
  return defined({
    requests: defined({ cpu: spec.cpu, memory: spec.memory }),
    limits: defined({
      cpu: spec.cpuLimit,
      memory: spec.memoryLimit,
      ...(spec.gpu === undefined || spec.gpu === 0 ? {} : { [gpuKinds[spec.gpuKind]]: String(spec.gpu) }),
    }),
  });
}

/** A volume for every mount: the trainer does not let one be mounted twice (its list of mounts is keyed by volume). */
function volumesOf(spec: PodShape): JsonObject[] {
  return [
    ...spec.volumes.map(({ claim }, index) => ({
      name: mountName(spec, index),
      persistentVolumeClaim: { claimName: claim },
    })),
    ...(spec.shm === undefined ? [] : [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: spec.shm } }]),
  ];
}

function mountsOf(spec: PodShape): JsonObject[] {
  return [
    ...spec.volumes.map(({ path, subPath, readOnly }, index) =>
      defined({
        name: mountName(spec, index),
        mountPath: path,
        subPath,
        readOnly: readOnly === true ? true : undefined,
      }),
    ),
    ...(spec.shm === undefined ? [] : [{ name: 'shm', mountPath: '/dev/shm' }]),
  ];
}

function mountName({ volumes }: PodShape, index: number): string {
  const name = volumeName((volumes[index] as { claim: string }).claim);
  const before = volumes.slice(0, index).filter(({ claim }) => volumeName(claim) === name).length;
  return before === 0 ? name : `${name.slice(0, 59)}-${before + 1}`;
}

/** Volume names are labels of at most 63 characters without dots; claims may be longer. */
export const volumeName = (claim: string) => `claim-${claim.replaceAll('.', '-')}`.slice(0, 63).replace(/-+$/, '');

/** Marks what we made and what belongs together. */
export const ownerLabel = 'slipway.dev/workload';

function affinityOf(spec: PodShape): JsonObject | undefined {
  if (spec.affinity === undefined || typeof spec.affinity === 'object') return spec.affinity as JsonObject | undefined;
  const term: JsonObject = {
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchExpressions: [{ key: ownerLabel, operator: 'Exists' }] },
  };
  return {
    podAntiAffinity:
      spec.affinity === 'exclusive'
        ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
        : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
  };
}

/** What no schema says about one pod: contradictions and what cannot ever run. */
export function podProblems(spec: PodShape, name: { most: number; what: string }): string[] {
  const problems = nameProblems(spec.name, name);
  for (const key of ['cpu', 'memory'] as const) {
    const [request, limit] = [spec[key], spec[`${key}Limit`]];
    if (request !== undefined && limit !== undefined && amountOf(request) > amountOf(limit)) {
      problems.push(`${key} must not be more than ${key}Limit: ${request} is more than ${limit}`);
    }
  }
  const paths = spec.volumes.map(({ path }) => path);
  for (const path of new Set(paths.filter((path, index) => paths.indexOf(path) !== index))) {
    problems.push(`volumes mounts ${path} twice`);
  }
  return problems;
}

function nameProblems(name: string, { most, what }: { most: number; what: string }): string[] {
  // RFC 1035: the training operator, the trainer and Services of Kubernetes ask for it.
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    return ['name must be lower-case letters, digits and dashes, beginning with a letter'];
  }
  return name.length > most ? [`name must be at most ${most} characters, because ${what}`] : [];
}

export const metadata = (spec: PodShape, kind: string, more: JsonObject = {}) => ({
  name: spec.name,
  ...(spec.namespace === undefined ? {} : { namespace: spec.namespace }),
  labels: {
    'app.kubernetes.io/managed-by': 'slipway',
    [ownerLabel]: `${kind}-${spec.name}`.slice(0, 63).replace(/[-.]+$/, ''),
    ...spec.labels,
    ...((more['labels'] ?? {}) as Record<string, string>),
  },
  ...annotations({ ...spec.annotations, ...((more['annotations'] ?? {}) as Record<string, string>) }),
});

function annotations(found: Record<string, string>): { annotations?: Record<string, string> } {
  return Object.keys(found).length === 0 ? {} : { annotations: found };
}

/** A claim for one node at a time. */
export function claim(
  spec: PodShape,
  kind: string,
  { name, size, storageClass }: { name: string; size: string; storageClass?: string | undefined },
) {
  const own = metadata(spec, kind);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, ...(own.namespace === undefined ? {} : { namespace: own.namespace }), labels: own.labels },
    spec: defined({
      accessModes: ['ReadWriteOnce'],
      storageClassName: storageClass,
      resources: { requests: { storage: size } },
    } as Record<string, JsonValue>),
  };
}
