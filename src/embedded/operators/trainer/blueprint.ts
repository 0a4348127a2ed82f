import type { JsonObject, JsonValue, Resource } from '../../../resource/index.ts';
import type { Container, Variable } from '../pod-spec.ts';
import type { JobSetSpec, ReplicatedJob } from './jobs.ts';

export interface TrainJobSpec {
  runtimeRef: { name: string; kind?: 'ClusterTrainingRuntime' | 'TrainingRuntime' };
  trainer?: Trainer;
  initializer?: { dataset?: Initializer; model?: Initializer };
  suspend?: boolean;
  managedBy?: string;
}

interface Trainer {
  image?: string;
  command?: string[];
  args?: string[];
  env?: Variable[];
  numNodes?: number;
  numProcPerNode?: number;
  resourcesPerNode?: JsonObject;
}

interface Initializer {
  storageUri?: string;
  env?: Variable[];
  secretRef?: { name: string };
}

export interface Runtime {
  mlPolicy?: {
    numNodes?: number;
    torch?: { numProcPerNode?: number | string };
    jax?: JsonObject;
    xgboost?: JsonObject;
  };
  template: { metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }; spec: JobSetSpec };
}

/** Says which part of a run a replicated job is. */
const step = 'trainer.kubeflow.org/trainjob-ancestor-step';
const port = 29_500;

/** The JobSet of a run: the runtime's blueprint with what the run asks for put in. */
export function jobSetOf(job: Resource, spec: TrainJobSpec, runtime: Runtime): Resource {
  const { name, namespace = '', labels, annotations } = job.metadata;
  const blueprint = structuredClone(runtime.template);
  for (const replicated of blueprint.spec.replicatedJobs) {
    replicated.replicas = 1;
    const part = replicated.template.metadata?.labels?.[step];
    if (part === 'trainer') setTrainer(name, replicated, spec.trainer, runtime);
    if (part === 'dataset-initializer') setInitializer(replicated, part, spec.initializer?.dataset);
    if (part === 'model-initializer') setInitializer(replicated, part, spec.initializer?.model);
  }
  const own = { ...blueprint.metadata?.labels, ...labels };
  const notes = { ...blueprint.metadata?.annotations, ...annotations };
  return {
    apiVersion: 'jobset.x-k8s.io/v1alpha2',
    kind: 'JobSet',
    metadata: {
      name,
      namespace,
      ...(Object.keys(own).length === 0 ? {} : { labels: own }),
      ...(Object.keys(notes).length === 0 ? {} : { annotations: notes }),
    },
    spec: { ...blueprint.spec, suspend: spec.suspend ?? false } as unknown as JsonValue,
  };
}

function setTrainer(name: string, replicated: ReplicatedJob, trainer: Trainer | undefined, runtime: Runtime): void {
  const nodes = trainer?.numNodes ?? runtime.mlPolicy?.numNodes ?? 1;
  const { spec } = replicated.template;
  spec.parallelism = nodes;
  spec.completions = nodes;
  const container = spec.template.spec.containers.find((one) => one.name === 'node');
  // Without a trainer the runtime's own command is run, and nothing is told to it.
  if (container === undefined || trainer === undefined) return;
  const { image, command, args, env = [], resourcesPerNode } = trainer;
  const given = { image, command, args, resources: resourcesPerNode };
  Object.assign(container, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
  setVariables(container, [...env, ...variables(name, replicated.name, nodes, trainer, container, runtime)]);
  if (container.ports?.some(({ containerPort }) => containerPort === port) !== true)
    container.ports = [...(container.ports ?? []), { containerPort: port, protocol: 'TCP' }];
}

function variables(
  name: string,
  replicated: string,
  nodes: number,
  trainer: Trainer,
  container: Container,
  { mlPolicy }: Runtime,
): Variable[] {
  const host = `${name}-${replicated}-0-0.${name}`;
  const value = (key: string, text: string | number): Variable => ({ name: key, value: String(text) });
  const index = (key: string): Variable => ({
    name: key,
    valueFrom: { fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" } },
  });
  if (mlPolicy?.torch !== undefined)
    return [
      value('PET_NNODES', nodes),
      value('PET_NPROC_PER_NODE', trainer.numProcPerNode ?? processesOf(container, mlPolicy.torch.numProcPerNode)),
      index('PET_NODE_RANK'),
      value('PET_MASTER_ADDR', host),
      value('PET_MASTER_PORT', port),
    ];
  if (mlPolicy?.jax !== undefined)
    return [
      value('JAX_NUM_PROCESSES', nodes),
      index('JAX_PROCESS_ID'),
      value('JAX_COORDINATOR_ADDRESS', `${host}:${port}`),
    ];
  if (mlPolicy?.xgboost !== undefined)
    return [
      value('DMLC_TRACKER_URI', host),
      value('DMLC_TRACKER_PORT', port),
      index('DMLC_TASK_ID'),
      value('DMLC_NUM_WORKER', nodes * (trainer.numProcPerNode ?? 1)),
    ];
  return [];
}

/** One process a GPU; without GPUs one a CPU; `auto` where the container has no bounds. */
function processesOf(container: Container, asked: number | string = 'auto'): number | string {
  if (asked !== 'auto') return asked;
  const { limits = {}, requests = {} } = (container['resources'] ?? {}) as Record<string, Record<string, JsonValue>>;
  const all = { ...requests, ...limits };
  const gpu = Object.keys(all).find((key) => /gpu$/.test(key));
  if (gpu !== undefined) return Number(all[gpu]);
  const cpu = String(all['cpu'] ?? '');
  if (cpu === '') return 'auto';
  return Math.max(1, Math.ceil(cpu.endsWith('m') ? Number.parseInt(cpu, 10) / 1000 : Number(cpu)));
}

function setInitializer(replicated: ReplicatedJob, name: string, asked: Initializer | undefined): void {
  const container = replicated.template.spec.template.spec.containers.find((one) => one.name === name);
  if (container === undefined || asked === undefined) return;
  const { storageUri, env = [], secretRef } = asked;
  const uri = storageUri === undefined ? [] : [{ name: 'STORAGE_URI', value: storageUri }];
  setVariables(container, [...uri, ...env]);
  if (secretRef === undefined) return;
  container['envFrom'] = [...((container['envFrom'] ?? []) as JsonObject[]), { secretRef: { name: secretRef.name } }];
}

/** A list of variables is a map by name: the later one counts. */
function setVariables(container: Container, added: readonly Variable[]): void {
  const all = new Map([...(container.env ?? []), ...added].map((variable) => [variable.name, variable]));
  if (all.size > 0) container.env = [...all.values()];
}
