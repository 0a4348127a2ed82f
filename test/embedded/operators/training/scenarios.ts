import type { JsonObject } from '../../../../src/resource/index.ts';

/** What the outside does to a job: a container ends or runs, or the user edits the job. */
export type Step =
  | { pods: readonly string[]; phase: 'Running' | 'Succeeded' | 'Failed'; exitCode?: number; restarts?: number }
  | { patch: JsonObject };

export interface Scenario {
  kind: 'PyTorchJob' | 'TFJob' | 'XGBoostJob' | 'MPIJob';
  says: string;
  spec: string;
  steps: readonly Step[];
}

const container = (name: string) => `template: { spec: { containers: [{ name: ${name}, image: "python:3" }] } }`;
const running = (...pods: string[]): Step => ({ pods, phase: 'Running' });
const succeeded = (...pods: string[]): Step => ({ pods, phase: 'Succeeded', exitCode: 0 });
const failed = (exitCode: number, ...pods: string[]): Step => ({ pods, phase: 'Failed', exitCode });

const pytorch = container('pytorch');
const tensorflow = container('tensorflow');
const xgboost = container('xgboost');
const mpi = container('mpi');

/** Every rule of the training operator that a job can meet, as a life of one job. */
export const scenarios: readonly Scenario[] = [
  {
    kind: 'PyTorchJob',
    says: 'a master and its workers: done when the master is done',
    spec: `
      pytorchReplicaSpecs:
        Master:
          replicas: 1
          restartPolicy: OnFailure
          template:
            metadata: { labels: { team: vision }, annotations: { note: kept } }
            spec:
              containers:
                - { name: pytorch, image: "python:3", env: [{ name: MINE, value: x }] }
                - { name: side, image: "busybox:1" }
        Worker:
          replicas: 2
          restartPolicy: OnFailure
          template: { spec: { restartPolicy: Always, containers: [{ name: pytorch, image: "python:3" }] } }`,
    steps: [
      running('master-0'),
      running('worker-0', 'worker-1'),
      succeeded('worker-0'),
      failed(1, 'worker-1'),
      running('worker-1'),
      succeeded('master-0'),
    ],
  },
  {
    kind: 'PyTorchJob',
    says: 'elastic workers: done when one of them is done; scaled by hand in between',
    spec: `
      nprocPerNode: "2"
      elasticPolicy:
        rdzvBackend: c10d
        rdzvId: mine
        minReplicas: 1
        maxReplicas: 3
        maxRestarts: 100
        standalone: true
        rdzvConf: [{ key: timeout, value: "900" }, { key: is_host, value: "1" }]
        metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 80 } } }]
      pytorchReplicaSpecs:
        Worker: { replicas: 2, restartPolicy: ExitCode, ${pytorch} }`,
    steps: [
      running('worker-0', 'worker-1'),
      { patch: { spec: { pytorchReplicaSpecs: { Worker: { replicas: 3 } } } } },
      running('worker-2'),
      { patch: { spec: { pytorchReplicaSpecs: { Worker: { replicas: 1 } } } } },
      failed(137, 'worker-0'),
      running('worker-0'),
      succeeded('worker-0'),
    ],
  },
  {
    kind: 'PyTorchJob',
    says: 'workers alone that are never restarted: failed with the first; what runs is cleaned away',
    spec: `
      runPolicy: { cleanPodPolicy: Running }
      pytorchReplicaSpecs:
        worker: { replicas: 3, restartPolicy: Never, ${pytorch} }`,
    steps: [running('worker-0', 'worker-1', 'worker-2'), succeeded('worker-0'), failed(1, 'worker-1')],
  },
  {
    kind: 'PyTorchJob',
    says: 'suspended at first, resumed, suspended again while it runs, resumed and done with all pods cleaned away',
    spec: `
      nprocPerNode: "4"
      runPolicy: { suspend: true, cleanPodPolicy: All }
      pytorchReplicaSpecs:
        Worker: { replicas: 2, ${pytorch} }`,
    steps: [
      { patch: { spec: { runPolicy: { suspend: false } } } },
      running('worker-0', 'worker-1'),
      { patch: { spec: { runPolicy: { suspend: true } } } },
      { patch: { spec: { runPolicy: { suspend: false } } } },
      running('worker-0', 'worker-1'),
      succeeded('worker-0', 'worker-1'),
    ],
  },
  {
    kind: 'PyTorchJob',
    says: 'a permanent exit code under ExitCode fails the job',
    spec: `
      pytorchReplicaSpecs:
        Master: { replicas: 1, restartPolicy: ExitCode, ${pytorch} }
        Worker: { replicas: 1, restartPolicy: ExitCode, ${pytorch} }`,
    steps: [running('master-0', 'worker-0'), failed(2, 'worker-0')],
  },
  {
    kind: 'PyTorchJob',
    says: 'restarted in place more often than the backoff limit',
    spec: `
      runPolicy: { backoffLimit: 2 }
      pytorchReplicaSpecs:
        Master: { replicas: 1, restartPolicy: OnFailure, ${pytorch} }`,
    steps: [running('master-0'), { pods: ['master-0'], phase: 'Running', restarts: 2 }],
  },
  {
    kind: 'TFJob',
    says: 'parameter servers and workers: done when worker 0 is done; retried on a signal',
    spec: `
      tfReplicaSpecs:
        PS: { replicas: 1, ${tensorflow} }
        Worker: { replicas: 2, restartPolicy: ExitCode, ${tensorflow} }`,
    steps: [
      running('ps-0', 'worker-0', 'worker-1'),
      failed(143, 'worker-1'),
      running('worker-1'),
      succeeded('worker-0'),
    ],
  },
  {
    kind: 'TFJob',
    says: 'all workers have to be done where the success policy says so',
    spec: `
      successPolicy: AllWorkers
      runPolicy: { cleanPodPolicy: Running }
      tfReplicaSpecs:
        ps: { replicas: 1, ${tensorflow} }
        WORKER: { replicas: 2, ${tensorflow} }`,
    steps: [running('ps-0', 'worker-0', 'worker-1'), succeeded('worker-0'), succeeded('worker-1')],
  },
  {
    kind: 'TFJob',
    says: 'a chief, dynamic workers and an evaluator: done when the chief is done',
    spec: `
      enableDynamicWorker: true
      tfReplicaSpecs:
        Chief: { replicas: 1, ${tensorflow} }
        PS: { replicas: 1, ${tensorflow} }
        Worker: { replicas: 2, ${tensorflow} }
        Evaluator: { replicas: 1, ${tensorflow} }`,
    steps: [running('chief-0', 'ps-0', 'worker-0', 'worker-1'), failed(1, 'worker-1'), succeeded('chief-0')],
  },
  {
    kind: 'TFJob',
    says: 'one worker that fails',
    spec: `
      tfReplicaSpecs:
        Worker: { replicas: 1, restartPolicy: Never, ${tensorflow} }`,
    steps: [running('worker-0'), failed(1, 'worker-0')],
  },
  {
    kind: 'XGBoostJob',
    says: 'a master with a port of its own and its workers: done when the master is done',
    spec: `
      xgbReplicaSpecs:
        Master:
          replicas: 1
          restartPolicy: Never
          template:
            spec:
              containers:
                - { name: xgboost, image: "python:3", ports: [{ name: xgboostjob-port, containerPort: 9991 }] }
        Worker: { replicas: 2, restartPolicy: ExitCode, ${xgboost} }`,
    steps: [running('master-0', 'worker-0', 'worker-1'), succeeded('worker-0', 'worker-1'), succeeded('master-0')],
  },
  {
    kind: 'XGBoostJob',
    says: 'a master that fails',
    spec: `
      xgbReplicaSpecs:
        Master: { replicas: 1, ${xgboost} }
        Worker: { replicas: 1, ${xgboost} }`,
    steps: [running('master-0', 'worker-0'), failed(1, 'master-0')],
  },
  {
    kind: 'MPIJob',
    says: 'a launcher and its workers: done when the launcher is done, the workers are cleaned away',
    spec: `
      slotsPerWorker: 2
      runPolicy: { cleanPodPolicy: Running }
      mpiReplicaSpecs:
        Launcher:
          replicas: 1
          template: { spec: { containers: [{ name: mpi, image: "python:3", command: [mpirun] }] } }
        Worker: { replicas: 2, ${mpi} }`,
    steps: [running('worker-0', 'worker-1'), running('launcher'), succeeded('launcher')],
  },
  {
    kind: 'MPIJob',
    says: 'a launcher that fails',
    spec: `
      mpiReplicaSpecs:
        Launcher: { replicas: 1, template: { spec: { containers: [{ name: mpi, image: "python:3", command: [mpirun] }] } } }
        Worker: { replicas: 1, template: { spec: { containers: [{ name: mpi, image: "python:3", command: [sleep, "1"] }] } } }`,
    steps: [running('launcher'), running('worker-0'), failed(1, 'launcher')],
  },
];
