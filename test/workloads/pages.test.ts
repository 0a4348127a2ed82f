import { expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { printResources } from '../../src/resource/index.ts';
import {
  codeConfigMap,
  codeHash,
  makeIgnore,
  notebook,
  readNotebook,
  readServe,
  readTrain,
  serve,
  shippedIn,
  train,
} from '../../src/workloads/index.ts';

const problemsOf = (read: () => unknown): string[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
};
const bytes = (text: string) => new TextEncoder().encode(text);

test('a notebook is a claim for its workspace and a Notebook whose container has its name', () => {
  const spec = readNotebook({ name: 'lab', namespace: 'team', cpu: '1', memory: '2Gi', gpu: 1 });
  expect(printResources(notebook(spec))).toBe(`apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  labels:
    app.kubernetes.io/managed-by: slipway
    slipway.dev/workload: notebook-lab
  name: lab-workspace
  namespace: team
spec:
  accessModes:
  - ReadWriteOnce
  resources:
    requests:
      storage: 10Gi
---
apiVersion: kubeflow.org/v1
kind: Notebook
metadata:
  labels:
    app.kubernetes.io/managed-by: slipway
    slipway.dev/workload: notebook-lab
  name: lab
  namespace: team
spec:
  template:
    spec:
      containers:
      - image: ghcr.io/kubeflow/kubeflow/notebook-servers/jupyter-scipy:v1.11.0
        name: lab
        resources:
          limits:
            nvidia.com/gpu: "1"
          requests:
            cpu: "1"
            memory: 2Gi
        volumeMounts:
        - mountPath: /home/jovyan
          name: claim-lab-workspace
      volumes:
      - name: claim-lab-workspace
        persistentVolumeClaim:
          claimName: lab-workspace
`);
});

test('a script with PyTorch and two workers is a master and a worker that start alike', () => {
  const files = [{ path: 'train.py', content: bytes('print(1)\n') }];
  const spec = readTrain({
    name: 'mnist',
    framework: 'pytorch',
    workers: 2,
    script: 'train.py',
    args: ['--lr', '0.1'],
  });
  const [job] = train(spec, shippedIn(codeConfigMap('mnist-code', undefined, files)));
  expect(printResources([job!])).toMatchInlineSnapshot(`
    "apiVersion: kubeflow.org/v1
    kind: PyTorchJob
    metadata:
      labels:
        app.kubernetes.io/managed-by: slipway
        slipway.dev/workload: train-mnist
      name: mnist
    spec:
      pytorchReplicaSpecs:
        Master:
          replicas: 1
          template:
            metadata:
              annotations:
                sidecar.istio.io/inject: "false"
              labels:
                slipway.dev/workload: train-mnist
            spec:
              containers:
              - args:
                - python
                - train.py
                - --lr
                - "0.1"
                command:
                - sh
                - -c
                - mkdir -p "$SLIPWAY_WORK" && cp -RL "$SLIPWAY_CODE/." "$SLIPWAY_WORK/"
                  && cd "$SLIPWAY_WORK" && exec "$@"
                - slipway
                env:
                - name: SLIPWAY_CODE
                  value: /slipway/code
                - name: SLIPWAY_OUTPUT
                  value: /slipway/output
                - name: SLIPWAY_WORK
                  value: /slipway/work
                image: docker.io/pytorch/pytorch:2.10.0-cuda12.8-cudnn9-runtime
                name: pytorch
                volumeMounts:
                - mountPath: /slipway/code
                  name: code
                  readOnly: true
                - mountPath: /slipway/work
                  name: work
                - mountPath: /slipway/output
                  name: output
              volumes:
              - configMap:
                  items:
                  - key: file-0
                    path: train.py
                  name: mnist-code
                name: code
              - emptyDir: {}
                name: work
              - emptyDir: {}
                name: output
        Worker:
          replicas: 1
          template:
            metadata:
              annotations:
                sidecar.istio.io/inject: "false"
              labels:
                slipway.dev/workload: train-mnist
            spec:
              containers:
              - args:
                - python
                - train.py
                - --lr
                - "0.1"
                command:
                - sh
                - -c
                - mkdir -p "$SLIPWAY_WORK" && cp -RL "$SLIPWAY_CODE/." "$SLIPWAY_WORK/"
                  && cd "$SLIPWAY_WORK" && exec "$@"
                - slipway
                env:
                - name: SLIPWAY_CODE
                  value: /slipway/code
                - name: SLIPWAY_OUTPUT
                  value: /slipway/output
                - name: SLIPWAY_WORK
                  value: /slipway/work
                image: docker.io/pytorch/pytorch:2.10.0-cuda12.8-cudnn9-runtime
                name: pytorch
                volumeMounts:
                - mountPath: /slipway/code
                  name: code
                  readOnly: true
                - mountPath: /slipway/work
                  name: work
                - mountPath: /slipway/output
                  name: output
              volumes:
              - configMap:
                  items:
                  - key: file-0
                    path: train.py
                  name: mnist-code
                name: code
              - emptyDir: {}
                name: work
              - emptyDir: {}
                name: output
    "
  `);
});

test('a plain script is a Job of one pod that is not tried again', () => {
  const [job] = train(readTrain({ name: 'once', script: 'a.py' }), {
    hasRequirements: true,
    code: { name: 'code', configMap: { name: 'c' } },
  });
  expect(job).toMatchObject({
    apiVersion: 'batch/v1',
    kind: 'Job',
    spec: {
      backoffLimit: 0,
      template: { spec: { restartPolicy: 'Never', containers: [{ args: ['python', 'a.py'] }] } },
    },
  });
  expect(JSON.stringify(job)).toContain('pip install --quiet --disable-pip-version-check -r requirements.txt');
});

test('a model is an InferenceService in Standard mode', () => {
  const spec = readServe({ name: 'churn', framework: 'sklearn', model: 'pvc://models/churn', minReplicas: 2 });
  expect(printResources(serve(spec))).toBe(`apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  annotations:
    serving.kserve.io/deploymentMode: Standard
  labels:
    app.kubernetes.io/managed-by: slipway
    slipway.dev/workload: serve-churn
  name: churn
spec:
  predictor:
    minReplicas: 2
    model:
      modelFormat:
        name: sklearn
      storageUri: pvc://models/churn
`);
});

test.each<[string, () => unknown, string[]]>([
  [
    'a name that no label can hold, and more than its limit',
    () => readNotebook({ name: 'Lab_1', cpu: '2', cpuLimit: '500m' }),
    [
      'name must be lower-case letters, digits and dashes, beginning with a letter',
      'cpu must not be more than cpuLimit: 2 is more than 500m',
    ],
  ],
  [
    'a notebook name that is too long',
    () => readNotebook({ name: 'n'.repeat(53) }),
    ['name must be at most 52 characters, because its pods carry the name and a hash in a label'],
  ],
  [
    'a preset that does not exist',
    () => readNotebook({ name: 'lab', image: 'jupyter-pytorh' }),
    ['image is neither a preset nor a reference with a tag: jupyter-pytorh (did you mean jupyter-pytorch?)'],
  ],
  [
    'a quantity that is none, a negative GPU and a field that nobody knows',
    () => readTrain({ name: 'a', script: 'a.py', memory: '4 GB', gpu: -1, worker: 2 }),
    ['memory must be a quantity such as 500m, 2 or 4Gi', 'gpu must be at least 0', 'unknown field worker'],
  ],
  [
    'many workers without a framework',
    () => readTrain({ name: 'a', script: 'a.py', workers: 2 }),
    ['workers must be 1 without a framework: name one for more'],
  ],
  [
    'elastic bounds the wrong way round',
    () => readTrain({ name: 'a', script: 'a.py', framework: 'pytorch', elastic: { min: 3, max: 2 } }),
    ['elastic.min must not be more than elastic.max: 3 is more than 2'],
  ],
  [
    'what the trainer cannot be told',
    () => readTrain({ name: 'a', script: 'a.py', framework: 'tensorflow', api: 'v2', restart: 'Never' }),
    [
      'runtime is missing: the trainer has no runtime of its own for tensorflow',
      'restart belongs to the runtime of the trainer, not to one run',
    ],
  ],
  [
    'MPI without an image',
    () => readTrain({ name: 'a', script: 'a.py', framework: 'mpi' }),
    ['image is missing: there is no usual one for mpi'],
  ],
  [
    'what Standard mode cannot do',
    () => readServe({ name: 'm', framework: 'sklearn', model: 's3://a', minReplicas: 0, scaleMetric: 'rps' }),
    [
      'minReplicas must be at least 1 in Standard mode: only Knative scales to zero',
      'scaleMetric must be cpu or memory in Standard mode, and is rps',
    ],
  ],
  [
    'a model that is nowhere',
    () => readServe({ name: 'm', framework: 'sklearn', model: './model' }),
    ['model must be an address such as pvc://CLAIM/path, s3://, gs://, hf:// or https://'],
  ],
])('refuses %s', (_title, read, expected) => {
  expect(problemsOf(read)).toEqual(expected);
});

test('a folder is a ConfigMap that keeps text readable and gives paths back', () => {
  const files = [
    { path: 'train.py', content: bytes('print(1)\n') },
    { path: 'pkg/data.bin', content: new Uint8Array([0, 255]) },
  ];
  expect(codeConfigMap('run-code', undefined, files)).toMatchObject({
    data: { 'file-1': 'print(1)\n' },
    binaryData: { 'file-0': 'AP8=' },
  });
  expect(shippedIn(codeConfigMap('run-code', undefined, files)).code).toMatchObject({
    configMap: {
      items: [
        { key: 'file-0', path: 'pkg/data.bin' },
        { key: 'file-1', path: 'train.py' },
      ],
    },
  });
  expect(codeHash(files)).toBe(codeHash([...files].reverse()));
  expect(codeHash(files)).not.toBe(codeHash([{ path: 'train.py', content: bytes('print(2)\n') }]));
});

test('a folder that is too big names its biggest files', () => {
  const files = [{ path: 'model.bin', content: new Uint8Array(1024 * 1024) }];
  expect(() => codeConfigMap('run-code', undefined, files)).toThrow(/900 KiB is the most/);
});

test('.slipwayignore follows the rules of .gitignore', () => {
  const ignores = makeIgnore('# data\n*.csv\n!keep.csv\n/build\nlogs/\ndocs/**/*.md\n');
  const answers = [
    'a.csv',
    'x/b.csv',
    'keep.csv',
    'build',
    'x/build',
    'logs',
    'docs/a/b.md',
    'train.py',
    'm/x.pyc',
  ].filter((path) => ignores(path, false));
  expect(answers).toEqual(['a.csv', 'x/b.csv', 'build', 'docs/a/b.md', 'm/x.pyc']);
  expect([ignores('logs', true), ignores('.git', true), ignores('src', true)]).toEqual([true, true, false]);
});
