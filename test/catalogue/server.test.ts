import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Cluster, ClusterError } from '../../src/cluster/index.ts';
import { parseYaml, type Resource } from '../../src/resource/index.ts';
import { type ControlPlane, controlPlaneAvailable, startControlPlane } from '../support/control-plane.ts';
import { environments, render } from './catalogue.ts';

const folder = path.join(import.meta.dirname, 'samples');
const samplesIn = (name: string) =>
  readdirSync(path.join(folder, name)).map((file) => {
    const text = readFileSync(path.join(folder, name, file), 'utf8');
    return { file, text, objects: parseYaml(text) as unknown as Resource[] };
  });
const isDefinition = ({ kind }: Resource) => kind === 'Namespace' || kind === 'CustomResourceDefinition';
const isWebhook = ({ kind }: Resource) => kind.endsWith('WebhookConfiguration');

// Its own control plane: definitions belong to a whole cluster.
describe.skipIf(!controlPlaneAvailable)('the catalogue on a real API server', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let dev: Resource[];
  const fieldManager = 'catalogue-test';
  const apply = (object: Resource, dryRun: boolean) =>
    cluster.apply(object, { fieldManager, dryRun, force: true, fieldValidation: 'Strict' });
  const sample = (object: Resource) =>
    apply({ ...object, metadata: { namespace: 'default', ...object.metadata } }, true);
  const kubectl = async (args: string[], input = '') => {
    const result = await plane.kubectl(args, { input });
    return { ok: result.exitCode === 0, text: `${result.stdout}${result.stderr}`.trim() };
  };

  beforeAll(async () => {
    plane = await startControlPlane({ nodes: 2 });
    cluster = await plane.cluster();
    dev = await render('overlays/dev');
    await Promise.all(dev.filter(isDefinition).map((object) => apply(object, false)));
    await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
    // Discovery follows a moment after the definitions are established.
    const kinds = dev.flatMap(({ spec }) => (spec as { names?: { kind: string } } | undefined)?.names?.kind ?? []);
    await vi.waitFor(
      async () => {
        const served = new Set((await cluster.types({ refresh: true })).map(({ kind }) => kind));
        expect(kinds.filter((kind) => !served.has(kind))).toEqual([]);
      },
      { timeout: 60_000, interval: 250 },
    );
  });
  afterAll(() => plane?.down());

  test('no definition has a condition that says what is wrong with its schema', async () => {
    const definitions = await cluster.list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' });
    const conditions = definitions.items.flatMap(({ metadata, status }) =>
      ((status as { conditions?: { type: string; message: string }[] })?.conditions ?? []).map(({ type, message }) =>
        `${metadata.name} ${type} ${type === 'NonStructuralSchema' ? message : ''}`.trim(),
      ),
    );
    expect(conditions.filter((text) => !/ (Established|NamesAccepted)$/.test(text))).toEqual([]);
  });

  test.each(environments)('accepts every object of %s, with strict field validation', async (environment) => {
    const objects = await render(`overlays/${environment}`);
    const refused = await Promise.all(objects.map((object) => apply(object, true).then(() => undefined, saidOf)));
    expect(refused.filter((text) => text !== undefined)).toEqual([]);
  });

  test.each(samplesIn('valid'))('accepts the objects that users write: $file', async ({ objects }) => {
    for (const object of objects) {
      const answer = await sample(object);
      expect(answer['spec'], object.metadata.name).toMatchObject(object['spec'] as object);
    }
  });

  test.each(samplesIn('invalid'))('refuses a mistake and names it: $file', async ({ text, objects }) => {
    const expected = /^# refused with: (.+)$/m.exec(text)?.[1];
    const said = await sample(objects[0] as Resource).then(() => 'accepted', saidOf);
    expect(said).toContain(expected);
  });

  test('explains the fields that a data scientist looks for', async () => {
    for (const [field, words] of [
      ['pytorchjobs.spec.pytorchReplicaSpecs', 'The container is named'],
      ['pytorchjobs.spec.runPolicy.suspend', 'Holds the job back'],
      ['inferenceservices.spec.predictor.model.storageUri', 'Where the model is'],
      ['notebooks.spec.template.spec', 'Name the first container like the notebook'],
      ['profiles.spec.resourceQuotaSpec.hard', 'requests.nvidia.com/gpu'],
    ] as const) {
      expect((await kubectl(['explain', field])).text.replaceAll(/\s+/g, ' '), field).toContain(words);
    }
  });

  test('runs on simulated nodes: every Deployment of dev, and of prod with two replicas, becomes available', async () => {
    for (const objects of [dev, await render('overlays/prod')]) {
      await Promise.all(objects.filter((object) => !isWebhook(object)).map((object) => apply(object, false)));
      for (const { metadata } of objects.filter(({ kind }) => kind === 'Deployment')) {
        const deployment = ['-n', metadata.namespace ?? '', `deployment/${metadata.name}`];
        const answer = await kubectl(['rollout', 'status', ...deployment, '--timeout=60s']);
        expect(answer, metadata.name).toMatchObject({ ok: true });
      }
    }
    const pods = await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { labelSelector: 'slipway.dev/component' });
    const places = pods.items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(
        ({ metadata, spec }) =>
          `${metadata.labels?.['slipway.dev/component']} ${(spec as { nodeName?: string }).nodeName}`,
      );
    expect(places.sort()).toEqual(
      ['notebooks', 'profiles', 'serving', 'training'].flatMap((name) => [`${name} node-0`, `${name} node-1`]),
    );
  });

  test('none of its webhooks stands in the way of its own objects, all stand in the way of what they check', async () => {
    await Promise.all(dev.filter(isWebhook).map((object) => apply(object, false)));
    const isChecked = async (object: Resource) =>
      /failed calling webhook/.test((await sample(object).then(() => '', saidOf)) ?? '');
    const checked = samplesIn('valid').flatMap(({ objects }) => objects);
    // A webhook takes effect a moment after it is there.
    const first = checked.find(({ kind }) => kind === 'InferenceService') as Resource;
    await expect.poll(() => isChecked(first), { timeout: 20_000 }).toBe(true);

    const kinds = new Map<string, boolean>();
    for (const object of checked) kinds.set(object.kind, await isChecked(object));
    expect(Object.fromEntries(kinds)).toEqual({
      AuthorizationPolicy: false,
      ClusterServingRuntime: true,
      ClusterStorageContainer: false,
      InferenceGraph: true,
      InferenceService: true,
      JAXJob: true,
      MPIJob: false, // has no validator upstream
      Notebook: false,
      PaddleJob: true,
      Profile: false,
      PyTorchJob: true,
      ServingRuntime: true,
      TFJob: true,
      TrainedModel: true,
      XGBoostJob: true,
    });
    const held = await Promise.all(dev.map((object) => apply(object, true).then(() => undefined, saidOf)));
    expect(held.filter((text) => text !== undefined)).toEqual([]);
  });

  test('applying again leaves the certificate and authority that the training operator wrote', async () => {
    const secret = { namespace: 'kubeflow-training', name: 'training-operator-webhook-cert' };
    const configuration = { name: 'validator.training-operator.kubeflow.org' };
    const admission = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' };
    const at = '/webhooks/0/clientConfig/caBundle';
    const authority = btoa(readFileSync(path.join(plane.dir, 'pki/ca.crt'), 'utf8'));
    await cluster.patch(
      { apiVersion: 'v1', kind: 'Secret', ...secret },
      { type: 'merge', body: { data: { 'tls.crt': 'Y2VydA==' } } },
      { fieldManager: 'training-operator' },
    );
    await cluster.patch(
      { ...admission, ...configuration },
      { type: 'json', body: [{ op: 'add', path: at, value: authority }] },
      { fieldManager: 'training-operator' },
    );
    const mine = dev.filter(({ metadata }) => [secret.name, configuration.name].includes(metadata.name));
    expect(mine).toHaveLength(2);
    for (const object of mine) await apply(object, false);
    expect((await cluster.get({ apiVersion: 'v1', kind: 'Secret', ...secret }))['data']).toEqual({
      'tls.crt': 'Y2VydA==',
    });
    const after = await cluster.get({ ...admission, ...configuration });
    expect(after['webhooks']).toMatchObject([{ clientConfig: { caBundle: authority } }, {}, {}, {}, {}]);
  });

  test('the rights of each controller suffice for what it makes', async () => {
    const account = (name: string) => ['--as', `system:serviceaccount:${name}`];
    const made = parseYaml(
      readFileSync(path.join(folder, 'made-by-controllers.yaml'), 'utf8'),
    ) as unknown as Resource[];
    for (const object of made) {
      const maker = object.metadata.annotations?.['made-by'] as string;
      const answer = await kubectl(['create', '-f', '-', ...account(maker)], JSON.stringify(object));
      expect(answer, `${maker} makes ${object.kind} ${object.metadata.name}`).toMatchObject({ ok: true });
    }
  });

  test('the roles of a team sum up what the components add to them', async () => {
    const may = async (role: string, verb: string, resource: string) => {
      const answer = await kubectl([
        'auth',
        'can-i',
        verb,
        resource,
        '-n',
        'team-vision',
        '--as',
        `${role}@example.com`,
      ]);
      return answer.ok;
    };
    await expect.poll(() => may('edit', 'create', 'notebooks.kubeflow.org'), { timeout: 20_000 }).toBe(true);
    for (const resource of [
      'pytorchjobs.kubeflow.org',
      'inferenceservices.serving.kserve.io',
      'pods',
      'deployments.apps',
    ]) {
      expect(await may('edit', 'create', resource), `edit creates ${resource}`).toBe(true);
      expect(await may('view', 'list', resource), `view lists ${resource}`).toBe(true);
      expect(await may('view', 'create', resource), `view creates ${resource}`).toBe(false);
    }
    expect(await may('view', 'get', 'secrets')).toBe(false);
    expect(await may('edit', 'create', 'rolebindings.rbac.authorization.k8s.io')).toBe(false);
    expect(await may('ada', 'create', 'rolebindings.rbac.authorization.k8s.io')).toBe(true);
  });
});

/** What the server said, with the fields it named. */
function saidOf(error: unknown): string | undefined {
  if (!(error instanceof ClusterError)) throw error;
  return [error.message, ...error.causes.map(({ field, message }) => `${field}: ${message}`)].join('\n');
}
