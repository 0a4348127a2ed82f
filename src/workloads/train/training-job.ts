import type { JsonObject, Resource } from '../../resource/index.ts';
import { defined } from '../defined.ts';
import { trainingImages } from '../images.ts';
import { metadata, ownerLabel, podSpec } from '../pod.ts';
import type { Framework, TrainSpec } from './spec.ts';
import { type Shipped, type Start, start } from './start.ts';

interface JobKind {
  kind: string;
  /** Where the spec keeps its roles. */
  replicas: string;
  /** The container that the operator looks for. */
  container: string;
  roles(spec: TrainSpec): Record<string, number>;
}

const others = (spec: TrainSpec) => (spec.workers > 1 ? { Worker: spec.workers - 1 } : {});

/** The kinds of the training operator (v1.9, `pkg/apis/kubeflow.org/v1`). */
export const jobKinds: Record<Exclude<Framework, 'python'>, JobKind> = {
  pytorch: {
    kind: 'PyTorchJob',
    replicas: 'pytorchReplicaSpecs',
    container: 'pytorch',
    // Elastic workers elect their leader themselves.
    roles: (spec) => (spec.elastic === undefined ? { Master: 1, ...others(spec) } : { Worker: spec.workers }),
  },
  tensorflow: {
    kind: 'TFJob',
    replicas: 'tfReplicaSpecs',
    container: 'tensorflow',
    // With parameter servers a chief leads; without, worker 0 does.
    roles: (spec) => ({
      ...(spec.parameterServers === 0
        ? { Worker: spec.workers }
        : { Chief: 1, PS: spec.parameterServers, ...others(spec) }),
      ...(spec.evaluators === 0 ? {} : { Evaluator: spec.evaluators }),
    }),
  },
  xgboost: {
    kind: 'XGBoostJob',
    replicas: 'xgbReplicaSpecs',
    container: 'xgboost',
    roles: (spec) => ({ Master: 1, ...others(spec) }),
  },
  jax: {
    kind: 'JAXJob',
    replicas: 'jaxReplicaSpecs',
    container: 'jax',
    roles: (spec) => ({ Worker: spec.workers }),
  },
  mpi: {
    kind: 'MPIJob',
    replicas: 'mpiReplicaSpecs',
    container: 'mpi',
    roles: (spec) => ({ Launcher: 1, Worker: spec.workers }),
  },
};

/** A job of the training operator. */
export function trainingJob(spec: TrainSpec & { framework: keyof typeof jobKinds }, shipped: Shipped): Resource {
  const { kind, replicas, roles, container } = jobKinds[spec.framework];
  const begin = start(spec, shipped);
  const roleOf = ([role, count]: [string, number]) => [
    role,
    defined({ replicas: count, restartPolicy: spec.restart, template: template(spec, role, container, begin) }),
  ];
  return {
    apiVersion: 'kubeflow.org/v1',
    kind,
    metadata: metadata(spec, 'train', {
      labels: spec.queue === undefined ? {} : { 'kueue.x-k8s.io/queue-name': spec.queue },
    }),
    spec: {
      [replicas]: Object.fromEntries(Object.entries(roles(spec)).map(roleOf)) as JsonObject,
      ...defined({ runPolicy: runPolicy(spec), ...own(spec) }),
    },
  };
}

function own(spec: TrainSpec): JsonObject {
  const { elastic, processesPerNode } = spec;
  if (spec.framework === 'mpi') return defined({ slotsPerWorker: processesPerNode });
  if (spec.framework !== 'pytorch') return {};
  return defined({
    nprocPerNode: processesPerNode === undefined ? undefined : String(processesPerNode),
    elasticPolicy:
      elastic === undefined
        ? undefined
        : defined({
            minReplicas: elastic.min,
            maxReplicas: elastic.max,
            maxRestarts: elastic.maxRestarts,
            rdzvBackend: 'c10d',
          }),
  });
}

function runPolicy(spec: TrainSpec): JsonObject {
  return defined({
    activeDeadlineSeconds: spec.deadlineSeconds,
    backoffLimit: spec.retries,
    cleanPodPolicy: spec.cleanPods,
    suspend: spec.suspend ? true : undefined,
    ttlSecondsAfterFinished: spec.ttlSeconds,
    schedulingPolicy: spec.priority === undefined ? undefined : { priorityClass: spec.priority },
  });
}

function template(
  spec: TrainSpec & { framework: keyof typeof jobKinds },
  role: string,
  container: string,
  begin: Start,
): JsonObject {
  const isMpiWorker = spec.framework === 'mpi' && role === 'Worker';
  // One writer: the claim of the output belongs to one node at a time.
  const follows = role !== leader(spec);
  const volumes = begin.volumes.map((volume) => (follows && volume['name'] === 'output' ? scratch : volume));
  const { command: _command, args: _args, ...rest } = { ...begin, volumes };
  const pod = podSpec(
    // The launcher of MPI computes nothing.
    spec.framework === 'mpi' && role === 'Launcher' ? { ...spec, gpu: undefined } : spec,
    {
      name: container,
      image: spec.image ?? trainingImages[spec.framework],
      ...(isMpiWorker ? rest : { ...begin, volumes }),
    },
    spec.priority === undefined ? {} : { priorityClassName: spec.priority },
  );
  return { metadata: podMetadata(spec), spec: pod };
}

const scratch: JsonObject = { name: 'output', emptyDir: {} };

/** The role whose end is the end of the job; workers alone have none that is told apart. */
function leader(spec: TrainSpec & { framework: keyof typeof jobKinds }): string {
  const roles = Object.keys(jobKinds[spec.framework].roles(spec));
  return roles.find((role) => role !== 'Worker' && role !== 'PS' && role !== 'Evaluator') ?? 'Worker';
}

/** A service mesh's proxy would keep a job from ending. */
export function podMetadata(spec: TrainSpec): JsonObject {
  const labels = metadata(spec, 'train').labels as Record<string, string>;
  return {
    labels: { [ownerLabel]: labels[ownerLabel] as string, ...spec.labels },
    annotations: { 'sidecar.istio.io/inject': 'false', ...spec.annotations },
  };
}
