import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../../src/resource/index.ts';
import { openStage, type Stage } from '../stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    programs: ['docker.io/kserve/kserve-controller:v0.18.0'],
    definitions: ['serving/crds.yaml', 'serving/namespace.yaml', 'serving/config.yaml', 'serving/runtimes.yaml'],
  });
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const appears = (apiVersion: string, kind: string, name: string, wish: (found: Resource) => boolean = () => true) =>
  stage.until(
    [{ apiVersion, kind }],
    async () => {
      const { items } = await stage.cluster.list({ apiVersion, kind, namespace: 'default' });
      return items.find((item) => item.metadata.name === name && wish(item));
    },
    () => `${kind} ${name}`,
  );

const service = (name: string, wish: (status: JsonObject) => boolean) =>
  appears('serving.kserve.io/v1beta1', 'InferenceService', name, (found) =>
    wish((found['status'] ?? {}) as JsonObject),
  );

const podOf = (deployment: Resource) =>
  (deployment['spec'] as { template: { spec: JsonObject } }).template.spec as JsonObject & {
    containers: (JsonObject & { args: string[] })[];
    initContainers?: JsonObject[];
  };

const conditionsOf = (found: Resource) =>
  ((found['status'] as JsonObject)['conditions'] as JsonObject[]).map(
    ({ type, status, reason }) => `${type}=${status}${reason === undefined ? '' : ` ${reason}`}`,
  );

/** What the Deployment controller would say. */
async function setAvailable(name: string, status: 'True' | 'False'): Promise<void> {
  const deployment = await stage.get('apps/v1', 'Deployment', name, 'default');
  const reason = status === 'True' ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable';
  const conditions = [{ type: 'Available', status, reason, message: 'as said' }];
  await stage.cluster.update({ ...deployment, status: { conditions } }, { subresource: 'status' });
}

async function addPod(name: string, labels: string, status: JsonObject): Promise<void> {
  const [pod] = await stage.create(`
    apiVersion: v1
    kind: Pod
    metadata: { name: ${name}, labels: { ${labels} } }
    spec: { containers: [{ name: kserve-container, image: "server:1" }] }`);
  await stage.cluster.update({ ...(pod as Resource), status }, { subresource: 'status' });
}

test('a model is a Deployment of the best runtime for its format, which an init container brings the files to', async () => {
  await stage.create(`
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: { name: iris }
    spec:
      predictor:
        minReplicas: 2
        model:
          modelFormat: { name: sklearn }
          storageUri: gs://models/iris
          args: [--workers=2]
          env: [{ name: LOG, value: debug }]`);
  const deployment = await appears('apps/v1', 'Deployment', 'iris-predictor');
  const pod = podOf(deployment);
  expect(deployment.metadata.ownerReferences).toMatchObject([{ kind: 'InferenceService', name: 'iris' }]);
  expect(deployment['spec']).toMatchObject({
    replicas: 2,
    selector: { matchLabels: { app: 'isvc.iris-predictor' } },
    template: {
      metadata: {
        labels: {
          app: 'isvc.iris-predictor',
          component: 'predictor',
          'serving.kserve.io/inferenceservice': 'iris',
        },
      },
    },
  });
  expect(pod.containers[0]).toMatchObject({
    name: 'kserve-container',
    image: 'docker.io/kserve/sklearnserver:v0.18.0',
    args: ['--model_name=iris', '--model_dir=/mnt/models', '--http_port=8080', '--workers=2'],
    env: [{ name: 'LOG', value: 'debug' }],
    readinessProbe: { tcpSocket: { port: 8080 } },
    volumeMounts: [{ name: 'kserve-provision-location', mountPath: '/mnt/models', readOnly: true }],
  });
  expect(pod.initContainers).toMatchObject([
    {
      name: 'storage-initializer',
      image: 'docker.io/kserve/storage-initializer:v0.18.0',
      args: ['gs://models/iris', '/mnt/models'],
      volumeMounts: [{ name: 'kserve-provision-location', mountPath: '/mnt/models' }],
    },
  ]);
  const front = await appears('v1', 'Service', 'iris-predictor');
  expect(front['spec']).toMatchObject({
    selector: { app: 'isvc.iris-predictor' },
    ports: [{ name: 'iris-predictor', port: 80, targetPort: 8080 }],
  });
});

test('is ready with its Deployment, and then has addresses', async () => {
  await setAvailable('iris-predictor', 'False');
  const waiting = await service('iris', (status) => JSON.stringify(status).includes('MinimumReplicasUnavailable'));
  expect(conditionsOf(waiting)).toEqual([
    'IngressReady=Unknown',
    'PredictorReady=False MinimumReplicasUnavailable',
    'Ready=False MinimumReplicasUnavailable',
    'Stopped=False',
  ]);
  expect((waiting['status'] as JsonObject)['modelStatus']).toMatchObject({ transitionStatus: 'InProgress' });
  const labels = 'serving.kserve.io/inferenceservice: iris, component: predictor';
  await addPod('iris-1', labels, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });
  await setAvailable('iris-predictor', 'True');
  const ready = await service('iris', (status) => JSON.stringify(status).includes('UpToDate'));
  expect(conditionsOf(ready)).toEqual(['IngressReady=True', 'PredictorReady=True', 'Ready=True', 'Stopped=False']);
  expect(ready['status']).toMatchObject({
    url: 'http://iris-default.example.com',
    address: { url: 'http://iris-predictor.default.svc.cluster.local' },
    deploymentMode: 'Standard',
    clusterServingRuntimeName: 'kserve-sklearnserver',
    components: { predictor: { url: 'http://iris-predictor-default.example.com' } },
    modelStatus: {
      transitionStatus: 'UpToDate',
      states: { activeModelState: 'Loaded', targetModelState: 'Loaded' },
      copies: { failedCopies: 0, totalCopies: 1 },
    },
  });
});

test('a server that ends while it loads blocks the model, with its exit code', async () => {
  const ref = { apiVersion: 'v1', kind: 'Pod', name: 'iris-1', namespace: 'default' };
  const terminated = { exitCode: 3, reason: 'Error', message: 'no such model' };
  const state = { waiting: { reason: 'CrashLoopBackOff' } };
  const one = { name: 'kserve-container', image: 'server:1', imageID: '', ready: false, restartCount: 1 };
  await stage.cluster.patch(
    ref,
    {
      type: 'merge',
      body: {
        status: {
          conditions: [{ type: 'Ready', status: 'False' }],
          containerStatuses: [{ ...one, state, lastState: { terminated } }],
        },
      },
    },
    { subresource: 'status' },
  );
  const blocked = await service('iris', (status) => JSON.stringify(status).includes('BlockedByFailedLoad'));
  expect((blocked['status'] as JsonObject)['modelStatus']).toMatchObject({
    states: { activeModelState: 'Loaded', targetModelState: 'FailedToLoad' },
    copies: { failedCopies: 1, totalCopies: 1 },
    lastFailureInfo: { reason: 'ModelLoadFailed', message: 'no such model', exitCode: 3 },
  });
});

test('stopped, it has no Deployment and no Service', async () => {
  const ref = { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', name: 'iris', namespace: 'default' };
  const annotations = { 'serving.kserve.io/stop': 'true' };
  await stage.cluster.patch(ref, { type: 'merge', body: { metadata: { annotations } } });
  const stopped = await service('iris', (status) => JSON.stringify(status).includes('"reason":"Stopped"'));
  expect(conditionsOf(stopped)).toContain('Stopped=True');
  await expect(stage.get('apps/v1', 'Deployment', 'iris-predictor', 'default')).rejects.toThrow('does not exist');
  await expect(stage.get('v1', 'Service', 'iris-predictor', 'default')).rejects.toThrow('does not exist');
});

test('a claim is mounted where the model is looked for', async () => {
  await stage.create(`
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: { name: churn }
    spec: { predictor: { sklearn: { storageUri: "pvc://models/churn/1" } } }`);
  const pod = podOf(await appears('apps/v1', 'Deployment', 'churn-predictor'));
  expect(pod.initContainers).toBeUndefined();
  expect(pod['volumes']).toMatchObject([{ name: 'kserve-pvc-source', persistentVolumeClaim: { claimName: 'models' } }]);
  expect(pod.containers[0]).toMatchObject({
    volumeMounts: [{ name: 'kserve-pvc-source', mountPath: '/mnt/models', subPath: 'churn/1', readOnly: true }],
  });
});

test('a transformer is told where the predictor is', async () => {
  await stage.create(`
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: { name: own }
    spec:
      transformer: { containers: [{ name: kserve-container, image: "example.org/transform:1", args: [--model_name, mine] }] }
      predictor:
        containers: [{ name: kserve-container, image: "example.org/own:1", ports: [{ containerPort: 9000, protocol: TCP }] }]`);
  const transformer = podOf(await appears('apps/v1', 'Deployment', 'own-transformer'));
  expect(transformer.containers[0]?.args).toEqual([
    '--model_name',
    'mine',
    '--predictor_host',
    'own-predictor.default',
    '--http_port',
    '8080',
  ]);
  const front = await appears('v1', 'Service', 'own-predictor');
  expect(front['spec']).toMatchObject({ ports: [{ port: 80, targetPort: 9000 }] });
});

test('a graph is a router that knows where its services answer, once they do', async () => {
  await stage.create(`
    apiVersion: serving.kserve.io/v1alpha1
    kind: InferenceGraph
    metadata: { name: split }
    spec:
      nodes:
        root:
          routerType: Splitter
          steps: [{ serviceName: churn, weight: 90 }, { serviceUrl: "http://elsewhere", weight: 10 }]`);
  const waiting = await appears('serving.kserve.io/v1alpha1', 'InferenceGraph', 'split', (found) => 'status' in found);
  expect(conditionsOf(waiting)).toEqual(['Ready=False InferenceServiceNotReady']);
  await setAvailable('churn-predictor', 'True');
  const router = podOf(await appears('apps/v1', 'Deployment', 'split'));
  expect(router.containers[0]).toMatchObject({ image: 'docker.io/kserve/router:v0.18.0', name: 'split' });
  expect(JSON.parse(router.containers[0]?.args[1] ?? '')).toEqual({
    nodes: {
      root: {
        routerType: 'Splitter',
        steps: [
          {
            serviceName: 'churn',
            weight: 90,
            serviceUrl: 'http://churn-predictor.default.svc.cluster.local/v1/models/churn:predict',
          },
          { serviceUrl: 'http://elsewhere', weight: 10 },
        ],
      },
    },
  });
  await setAvailable('split', 'True');
  const ready = await appears('serving.kserve.io/v1alpha1', 'InferenceGraph', 'split', (found) =>
    JSON.stringify(found['status']).includes('url'),
  );
  expect(ready['status']).toMatchObject({ url: 'http://split-default.example.com' });
});

test('a format that nobody serves is an invalid spec, and says so', async () => {
  await stage.create(`
    apiVersion: serving.kserve.io/v1beta1
    kind: InferenceService
    metadata: { name: strange }
    spec: { predictor: { model: { modelFormat: { name: cobol, version: "85" } } } }`);
  const found = await service('strange', (status) => status['modelStatus'] !== undefined);
  expect((found['status'] as JsonObject)['modelStatus']).toMatchObject({
    transitionStatus: 'InvalidSpec',
    states: { targetModelState: 'FailedToLoad' },
    lastFailureInfo: {
      reason: 'NoSupportingRuntime',
      message: 'no runtime found to support predictor with model type: {cobol 85}',
    },
  });
  expect(stage.errors).toEqual([]);
});
