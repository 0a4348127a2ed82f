import type { JsonObject } from '../../../resource/index.ts';
import { ensure } from '../children.ts';
import { addVariables, type PodSpec } from '../pod-spec.ts';
import type { OperatorSurroundings } from '../program.ts';
import type { TrainingKind, Verdict } from './kind.ts';
import { placeName, portOf, type Role, roleOf, sizeOf, type TrainingJob } from './spec.ts';

interface ElasticPolicy {
  minReplicas?: number;
  maxReplicas?: number;
  rdzvBackend?: string;
  rdzvHost?: string;
  rdzvPort?: number;
  rdzvId?: string;
  rdzvConf?: { key: string; value: string }[];
  standalone?: boolean;
  maxRestarts?: number;
  metrics?: JsonObject[];
}

const elasticOf = (job: TrainingJob) => job.spec['elasticPolicy'] as ElasticPolicy | undefined;

/** `torchrun`'s variables, PET_*, beside those that older scripts read. */
export const pyTorchJob: TrainingKind = {
  kind: 'PyTorchJob',
  replicas: 'pytorchReplicaSpecs',
  roles: ['Master', 'Worker'],
  container: 'pytorch',
  port: { name: 'pytorchjob-port', number: 23456 },
  restartPolicy: 'OnFailure',
  hasSelector: true,
  isMaster: (job, role, index) => role.name === (roleOf(job, 'Master')?.name ?? 'Worker') && index === 0,
  furnish,
  judge,
  extras: { kinds: [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }], make: makeAutoscaler },
};

async function makeAutoscaler({ mirrors }: OperatorSurroundings, job: TrainingJob): Promise<void> {
  const policy = elasticOf(job);
  if (policy?.metrics === undefined) return;
  await ensure(mirrors, job.resource, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: job.name, namespace: job.namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', name: job.name },
      ...boundsOf(job, policy),
      metrics: policy.metrics,
    },
  });
}

function furnish(job: TrainingJob, role: Role, index: number, pod: PodSpec): void {
  const values = { PYTHONUNBUFFERED: 1, ...masterVariables(job, role, index), ...launchVariables(job) };
  for (const container of pod.containers) addVariables(container, values);
  if (role.name === 'Worker' && roleOf(job, 'Master') !== undefined)
    pod.initContainers = [...(pod.initContainers ?? []), waitFor(placeName(job, 'Master', 0))];
}

function masterVariables(job: TrainingJob, role: Role, index: number): Record<string, string | number> {
  if (roleOf(job, 'Master') === undefined) return {};
  const [address, port] = [placeName(job, 'Master', 0), portOf(job, 'Master')];
  const rank = role.name === 'Worker' ? index + 1 : index;
  return {
    MASTER_PORT: port,
    PET_MASTER_PORT: port,
    MASTER_ADDR: address,
    PET_MASTER_ADDR: address,
    WORLD_SIZE: sizeOf(job) * processesOf(job),
    RANK: rank,
    PET_NODE_RANK: rank,
  };
}

function launchVariables(job: TrainingJob): Record<string, string | number> {
  const processes = { PET_NPROC_PER_NODE: String(job.spec['nprocPerNode'] ?? 'auto') };
  const policy = elasticOf(job);
  if (policy === undefined) return { ...processes, PET_NNODES: sizeOf(job) };
  const { rdzvHost, rdzvPort, rdzvBackend, rdzvId, rdzvConf, maxRestarts, standalone } = policy;
  const { minReplicas, maxReplicas } = boundsOf(job, policy);
  return {
    ...processes,
    PET_RDZV_ENDPOINT: `${rdzvHost ?? placeName(job, 'Worker', 0)}:${rdzvPort ?? portOf(job, 'Worker')}`,
    PET_RDZV_BACKEND: rdzvBackend ?? 'c10d',
    PET_NNODES: `${minReplicas}:${maxReplicas}`,
    ...(maxRestarts === undefined ? {} : { PET_MAX_RESTARTS: maxRestarts }),
    ...(rdzvId === undefined ? {} : { PET_RDZV_ID: rdzvId }),
    ...(rdzvConf === undefined ? {} : { PET_RDZV_CONF: rdzvConf.map(({ key, value }) => `${key}=${value}`).join(',') }),
    ...(standalone === true ? { PET_STANDALONE: '' } : {}),
  };
}

/** A bound that is not given is the number of workers. */
function boundsOf(job: TrainingJob, { minReplicas, maxReplicas }: ElasticPolicy) {
  const workers = roleOf(job, 'Worker')?.replicas ?? 1;
  return { minReplicas: minReplicas ?? maxReplicas ?? workers, maxReplicas: maxReplicas ?? minReplicas ?? workers };
}

/** `auto` and its like are the program's own to find out: they count as one. */
function processesOf(job: TrainingJob): number {
  const processes = Number.parseInt(String(job.spec['nprocPerNode'] ?? ''), 10);
  return Number.isNaN(processes) ? 1 : processes;
}

/** The operator's init container asks a DNS server, which this cluster has not: here the pod's hosts file is asked. */
function waitFor(host: string) {
  return {
    name: 'init-pytorch',
    image: 'alpine:3.10',
    imagePullPolicy: 'IfNotPresent',
    command: [
      'sh',
      '-c',
      `err=1;for i in $(seq 1000); do if grep -qw "${host}" "\${SLIPWAY_HOSTS:-/etc/hosts}"; then err=0 && break; fi;echo waiting for master; sleep 0.2; done; exit $err`,
    ],
    resources: { limits: { cpu: '100m', memory: '20Mi' }, requests: { cpu: '50m', memory: '10Mi' } },
  };
}

function judge(job: TrainingJob, counts: Parameters<TrainingKind['judge']>[1]): Verdict[] {
  const { name, namespace } = job;
  const hasMaster = roleOf(job, 'Master') !== undefined;
  const verdicts: Verdict[] = [];
  for (const role of job.roles) {
    const { active, succeeded, failed } = counts.of(role);
    const isDone = succeeded === role.replicas;
    if (role.name === 'Master') {
      if (active > 0) verdicts.push({ type: 'Running', message: `PyTorchJob ${name} is running.` });
      if (isDone) {
        const message = `PyTorchJob ${name} is successfully completed.`;
        return [...verdicts, { type: 'Succeeded', message, event: 'Normal' }];
      }
    } else if (!hasMaster) {
      if (isDone || (elasticOf(job) !== undefined && succeeded > 0)) {
        const message = `PyTorchJob ${namespace}/${name} successfully completed.`;
        verdicts.push({ type: 'Succeeded', message, event: 'Normal' });
      } else if (active > 0) verdicts.push({ type: 'Running', message: `PyTorchJob ${namespace}/${name} is running.` });
    }
    if (failed === 0 || role.replicas <= succeeded + active) continue;
    const why = `because ${failed} ${role.name} replica(s) failed.`;
    if (role.restartPolicy === 'Never')
      verdicts.push({ type: 'Failed', message: `PyTorchJob ${name} is failed ${why}`, event: 'Normal' });
    else verdicts.push({ type: 'Restarting', message: `PyTorchJob ${name} is restarting ${why}`, event: 'Warning' });
  }
  return verdicts;
}
