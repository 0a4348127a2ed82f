import type { Resource } from '../../src/resource/index.ts';
import {
  codeConfigMap,
  notebook,
  readNotebook,
  readServe,
  readTrain,
  serve,
  shippedIn,
  train,
} from '../../src/workloads/index.ts';

/** Everything a pod may be told, at once. */
const pod = {
  namespace: 'default',
  pullPolicy: 'IfNotPresent',
  pullSecrets: ['registry'],
  cpu: '500m',
  memory: '1Gi',
  cpuLimit: '2',
  memoryLimit: '4Gi',
  gpu: 1,
  env: { LEVEL: 'debug' },
  envFrom: ['secret/login', 'configmap/settings'],
  volumes: [
    { claim: 'data', path: '/data', readOnly: true },
    { claim: 'data', path: '/more', subPath: 'more' },
  ],
  shm: '2Gi',
  nodeSelector: { zone: 'a' },
  tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: 'spread',
  serviceAccount: 'worker',
  labels: { team: 'vision' },
  annotations: { note: 'first try' },
  pod: { terminationGracePeriodSeconds: 5, securityContext: { runAsUser: 1000 } },
};

const files = [
  { path: 'train.py', content: new TextEncoder().encode('print("hello")\n') },
  { path: 'data/tiny.bin', content: new Uint8Array([0, 255, 1]) },
];
const shipped = { ...shippedIn(codeConfigMap('run-code', 'default', files)), hasRequirements: true };

const job = {
  ...pod,
  name: 'run',
  image: 'registry.example.com/train:1',
  script: 'train.py',
  args: ['--epochs', '3'],
  restart: 'OnFailure',
  retries: 2,
  deadlineSeconds: 3600,
  ttlSeconds: 600,
  cleanPods: 'Running',
  suspend: true,
  priority: 'high',
  queue: 'team',
  output: { claim: 'run-output', size: '2Gi', storageClass: 'fast' },
};
const {
  restart: _r,
  retries: _n,
  ttlSeconds: _t,
  cleanPods: _c,
  priority: _p,
  envFrom: _e,
  pod: _pod,
  pullPolicy: _pull,
  ...v2
} = job;

const served = {
  ...pod,
  name: 'model',
  framework: 'sklearn',
  model: 's3://models/churn',
  formatVersion: '1',
  runtime: 'kserve-sklearnserver',
  protocol: 'v2',
  args: ['--workers=2'],
  minReplicas: 1,
  maxReplicas: 4,
  scaleMetric: 'cpu',
  scaleTarget: 80,
  concurrency: 10,
  timeoutSeconds: 60,
  transformer: { image: 'registry.example.com/transform:1', command: ['serve'], args: ['-v'], env: { A: 'b' } },
  explainer: { image: 'registry.example.com/explain:1' },
  logger: { url: 'http://logs.example.com', mode: 'request' },
  batcher: { maxBatchSize: 32, maxLatency: 500 },
  predictor: { deploymentStrategy: { type: 'Recreate' } },
};
const simple = { namespace: 'default', name: 'model', model: 'gs://models/a' };

/** One sample for every kind, with every field that it knows, and the odd ones. */
export const samples: Record<string, () => Resource[]> = {
  'a notebook with every field': () =>
    notebook(
      readNotebook({
        ...pod,
        name: 'lab',
        image: 'jupyter-pytorch-cuda',
        workspace: { kind: 'new', size: '5Gi', storageClass: 'fast', path: '/home/jovyan' },
        newVolumes: [{ claim: 'lab-data', path: '/scratch', size: '1Gi', storageClass: 'fast' }],
        configurations: ['access-s3'],
        command: ['jupyter'],
        args: ['lab'],
      }),
    ),
  ...Object.fromEntries(
    ['jupyter-scipy', 'vscode', 'rstudio', 'rapids', 'kaggle-cpu', 'registry.example.com/own:1'].map((image) => [
      `a notebook of ${image}`,
      () => notebook(readNotebook({ name: 'lab', namespace: 'default', image })),
    ]),
  ),
  'the code of a run': () => [codeConfigMap('run-code', 'default', files)],
  'a plain Python run': () => train(readTrain(job), shipped),
  'PyTorch, three workers with two processes each': () =>
    train(readTrain({ ...job, framework: 'pytorch', workers: 3, processesPerNode: 2 }), shipped),
  'elastic PyTorch': () =>
    train(
      readTrain({
        ...job,
        framework: 'pytorch',
        workers: 2,
        elastic: { min: 1, max: 3, maxRestarts: 9 },
        restart: 'ExitCode',
      }),
      shipped,
    ),
  'TensorFlow with parameter servers': () =>
    train(readTrain({ ...job, framework: 'tensorflow', workers: 3, parameterServers: 2, evaluators: 1 }), shipped),
  XGBoost: () => train(readTrain({ ...job, framework: 'xgboost', workers: 2 }), shipped),
  JAX: () => train(readTrain({ ...job, framework: 'jax', workers: 2 }), shipped),
  MPI: () => train(readTrain({ ...job, framework: 'mpi', workers: 2, processesPerNode: 4 }), shipped),
  'PyTorch with the trainer': () =>
    train(readTrain({ ...v2, framework: 'pytorch', api: 'v2', workers: 2, processesPerNode: 2 }), shipped),
  'a runtime of the trainer': () =>
    train(readTrain({ name: 'tune', namespace: 'default', api: 'v2', runtime: 'torchtune', command: ['tune', 'run'] })),
  'a model with every field': () => serve(readServe(served)),
  ...Object.fromEntries(
    ['xgboost', 'lightgbm', 'pytorch', 'tensorflow', 'onnx', 'huggingface', 'pmml', 'mlflow', 'paddle', 'triton'].map(
      (framework) => [`a model of ${framework}`, () => serve(readServe({ ...simple, framework }))],
    ),
  ),
  'a server of one’s own': () =>
    serve(readServe({ ...simple, framework: 'custom', image: 'registry.example.com/server:1', port: 8080 })),
  'a canary of Knative': () =>
    serve(
      readServe({
        ...simple,
        framework: 'sklearn',
        mode: 'Knative',
        canaryPercent: 10,
        minReplicas: 0,
        scaleMetric: 'rps',
      }),
    ),
  'plain TensorFlow Serving from a claim': () =>
    serve(readServe({ ...pod, name: 'mnist', engine: 'tf-serving', model: 'pvc://models/mnist', minReplicas: 2 })),
};
