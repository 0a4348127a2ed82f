import type { JsonObject, Resource } from '../../../resource/index.ts';
import type { PodTemplate } from '../../controllers/pod.ts';
import type { Container, PodSpec } from '../pod-spec.ts';
import type { TrainingKind } from './kind.ts';

/** `Never` and so on, as in a pod, or `ExitCode`: again after 128 to 255, failed for good after 1 to 127. */
export type RestartPolicy = 'Always' | 'OnFailure' | 'Never' | 'ExitCode';

/** One kind of place in a job, as `Worker`, with all its defaults. */
export interface Role {
  name: string;
  replicas: number;
  restartPolicy: RestartPolicy;
  template: PodTemplate & { spec: PodSpec };
}

export interface RunPolicy {
  cleanPodPolicy: 'None' | 'Running' | 'All';
  suspend: boolean;
  ttlSecondsAfterFinished?: number;
  activeDeadlineSeconds?: number;
  backoffLimit?: number;
  managedBy?: string;
}

export interface TrainingJob {
  kind: TrainingKind;
  name: string;
  namespace: string;
  resource: Resource;
  spec: JsonObject;
  /** In the order of the kind's roles. */
  roles: readonly Role[];
  policy: RunPolicy;
}

interface RawRole {
  replicas?: number;
  restartPolicy?: RestartPolicy;
  template?: PodTemplate & { spec?: PodSpec };
}

/** A job with what the operator's defaults add to it (kubeflow.org/v1, `*_defaults.go`). */
export function readJob(kind: TrainingKind, resource: Resource): TrainingJob {
  const spec = (resource['spec'] ?? {}) as JsonObject;
  const given = Object.entries((spec[kind.replicas] ?? {}) as Record<string, RawRole>);
  const roles = kind.roles.flatMap((name) => {
    const raw = given.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
    return raw === undefined ? [] : [readRole(kind, name, raw)];
  });
  const { cleanPodPolicy, suspend, ...policy } = (spec['runPolicy'] ?? {}) as Partial<RunPolicy>;
  return {
    kind,
    name: resource.metadata.name,
    namespace: resource.metadata.namespace ?? '',
    resource,
    spec,
    roles,
    policy: {
      ...policy,
      cleanPodPolicy: cleanPodPolicy ?? (spec['cleanPodPolicy'] as RunPolicy['cleanPodPolicy']) ?? 'None',
      suspend: suspend ?? false,
    },
  };
}

function readRole(kind: TrainingKind, name: string, raw: RawRole): Role {
  const template = structuredClone(raw.template ?? {}) as PodTemplate & { spec: PodSpec };
  template.spec ??= { containers: [] };
  template.spec.containers ??= [];
  const main = mainContainer(kind, template.spec);
  if (main !== undefined && kind.port !== undefined && portIn(kind, main) === undefined) {
    const { name: port, number } = kind.port;
    main.ports = [...(main.ports ?? []), { name: port, containerPort: number, protocol: 'TCP' }];
  }
  return {
    name,
    replicas: raw.replicas ?? (kind.noneByDefault?.includes(name) ? 0 : 1),
    restartPolicy: raw.restartPolicy ?? kind.restartPolicy,
    template,
  };
}

/** What the operator's webhooks refuse. */
export function problemOf(job: TrainingJob): string | undefined {
  const { kind, roles } = job;
  if (roles.length === 0) return `${kind.kind}Spec is not valid`;
  for (const { name, template } of roles) {
    if (template.spec.containers.length === 0)
      return `${kind.kind}Spec is not valid: containers definition expected in ${name}`;
    if (kind.container === undefined) continue;
    const main = mainContainer(kind, template.spec);
    if (main === undefined)
      return `${kind.kind}Spec is not valid: There is no container named ${kind.container} in ${name}`;
    if (!main.image) return `${kind.kind}Spec is not valid: Image is undefined in the container of ${name}`;
  }
  return undefined;
}

export function roleOf(job: TrainingJob, name: string): Role | undefined {
  return job.roles.find((role) => role.name === name);
}

/** The names of pod and Service of one place. */
export function placeName(job: TrainingJob, role: string, index: number): string {
  const name = `${job.name}-${role.toLowerCase()}`;
  return job.kind.single?.includes(role) ? name : `${name}-${index}`;
}

/** All pods that a job is made of. */
export function sizeOf(job: TrainingJob): number {
  return job.roles.reduce((total, { replicas }) => total + replicas, 0);
}

/** The port by which the places of a role find each other. */
export function portOf(job: TrainingJob, role: string): number {
  const spec = roleOf(job, role)?.template.spec;
  const main = spec === undefined ? undefined : mainContainer(job.kind, spec);
  return (main === undefined ? undefined : portIn(job.kind, main)) ?? job.kind.port?.number ?? 0;
}

export function mainContainer(kind: TrainingKind, spec: PodSpec): Container | undefined {
  return kind.container === undefined
    ? spec.containers[0]
    : spec.containers.find(({ name }) => name === kind.container);
}

function portIn(kind: TrainingKind, container: Container): number | undefined {
  return container.ports?.find(({ name }) => name === kind.port?.name)?.containerPort;
}
