import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/index.ts';
import type { Resource } from '../../src/resource/index.ts';
import { makeProject, type Project } from '../support/cli.ts';
import { type ControlPlane, controlPlaneAvailable, startControlPlane } from '../support/control-plane.ts';
import { condition, defineKinds, notebook, pytorch, report, running, service, stopped } from './daily.ts';

// Its own control plane: definitions belong to a whole cluster. Nobody acts on them, the tests do.
describe.skipIf(!controlPlaneAvailable)('the daily verbs, against a real API server', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  const slipway = (project: Project, ...words: string[]) =>
    project.slipwayWith({ env: { KUBECONFIG: plane.kubeconfig } }, ...words);

  beforeAll(async () => {
    plane = await startControlPlane({ nodes: 1 });
    cluster = await plane.cluster();
  }, 120_000);
  afterAll(() => plane?.down());

  test('a cluster without the component says which one brings the kind', async () => {
    const answer = await slipway(makeProject(), 'notebook', 'create', 'lab');
    expect(answer.exit).toBe(1);
    expect(answer.stderr).toContain('cluster test has no Notebook.kubeflow.org (KIND_MISSING)');
    expect(answer.stderr).toContain('slipway component add notebooks');
    await defineKinds(cluster, 'notebooks/crd.yaml', 'training/crds.yaml', 'serving/crds.yaml');
  }, 60_000);

  test('notebook: create waits until it is ready; stop keeps the claim, start brings it back, delete asks', async () => {
    const project = makeProject();
    const lab = { ...notebook, name: 'lab' };
    const creating = slipway(project, 'notebook', 'create', 'lab', '--cpu', '500m');
    await report(cluster, lab, running);
    expect(await creating).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('Notebook default/lab is ready.\n'),
    });

    const again = await slipway(project, 'notebook', 'create', 'lab');
    expect(again).toMatchObject({ exit: 1, stderr: expect.stringContaining('(NAME_TAKEN)') });

    const stopping = slipway(project, 'notebook', 'stop', 'lab');
    await report(cluster, lab, stopped, ({ metadata }) => 'kubeflow-resource-stopped' in (metadata.annotations ?? {}));
    expect(await stopping).toMatchObject({ exit: 0, stdout: expect.stringContaining('is stopped; its volumes stay') });

    const list = await slipway(project, 'notebook', 'list', '-o', 'json');
    expect(JSON.parse(list.stdout)).toMatchObject({ kind: 'NotebookList', items: [{ name: 'lab', phase: 'stopped' }] });
    expect(await slipway(project, 'notebook', 'open', 'lab')).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('it is stopped'),
    });

    const starting = slipway(project, 'notebook', 'start', 'lab');
    await report(
      cluster,
      lab,
      running,
      ({ metadata }) => !('kubeflow-resource-stopped' in (metadata.annotations ?? {})),
    );
    expect(await starting).toMatchObject({ exit: 0 });

    expect(await slipway(project, 'notebook', 'delete', 'lab')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('--yes'),
    });
    const deleted = await slipway(project, 'notebook', 'delete', 'lab', '--yes');
    expect(deleted).toMatchObject({
      exit: 0,
      stdout: 'Deleted the notebook default/lab.\nKept: claim lab-workspace\n',
    });
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name: 'lab-workspace' };
    expect((await cluster.get(claim)).metadata.name).toBe('lab-workspace');

    const reused = await slipway(project, 'notebook', 'create', 'lab');
    expect(reused.stderr).toContain('PersistentVolumeClaim lab-workspace exists already');
    expect(
      await slipway(project, 'notebook', 'create', 'lab', '--workspace', 'lab-workspace', '--no-wait'),
    ).toMatchObject({ exit: 0 });
  }, 120_000);

  test.each([
    ['a namespace that does not exist', ['-n', 'nowhere'], 'namespace nowhere does not exist (NAMESPACE_MISSING)'],
    [
      'a claim that does not exist',
      ['--volume', 'gone:/data'],
      'namespace default has none of this name (VOLUME_MISSING)',
    ],
    ['more GPUs than any node has', ['--gpu', '99'], 'the most that a node has is 8 (NO_GPU)'],
  ])('is refused before anything is created: %s', async (_title, words, sentence) => {
    const answer = await slipway(makeProject(), 'notebook', 'create', 'refused', ...words);
    expect(answer.stderr).toContain(sentence);
    expect(answer.exit).toBe(1);
    const left = await plane.kubectl(['get', 'notebooks,pvc', '-A', '-o', 'name']);
    expect(left.stdout).not.toContain('refused');
  });

  test('train run without --follow creates the job, its code and a record; stop and resume suspend it', async () => {
    const project = makeProject({
      'train.py': 'print(1)\n',
      'lib/tool.py': 'x = 1\n',
      '.slipwayignore': 'data/\n',
      'data/big.csv': '1\n',
    });
    const made = await slipway(
      project,
      'train',
      'run',
      'train.py',
      '--framework',
      'pytorch',
      '--workers',
      '2',
      '--name',
      'mnist',
    );
    expect(made).toMatchObject({ exit: 0, stdout: 'Follow it: slipway train logs mnist -n default --follow\n' });
    expect(made.stderr).toMatch(/^Training run default\/mnist: PyTorchJob, code sha256:[0-9a-f]{12} \(3 files\)\n$/);
    const job = await cluster.get({ ...pytorch, name: 'mnist' });
    const maps = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' });
    const code = maps.items.find(({ metadata }) => metadata.name.startsWith('code-')) as Resource;
    expect(Object.values(code['data'] as object)).toEqual(['data/\n', 'x = 1\n', 'print(1)\n']);
    expect(code.metadata.ownerReferences?.map(({ kind, uid }) => [kind, uid])).toContainEqual([
      'PyTorchJob',
      job.metadata.uid,
    ]);

    const runs = await slipway(project, 'runs', 'list', '--name', 'mnist', '-o', 'json');
    expect(JSON.parse(runs.stdout).items).toMatchObject([
      { verb: 'train', name: 'mnist', codeHash: code.metadata.annotations?.['slipway.dev/code-hash'], by: 'admin' },
    ]);

    const suspended = async () =>
      ((await cluster.get({ ...pytorch, name: 'mnist' }))['spec'] as { runPolicy?: { suspend: boolean } }).runPolicy
        ?.suspend;
    expect(await slipway(project, 'train', 'stop', 'mnist')).toMatchObject({ exit: 0 });
    expect(await suspended()).toBe(true);
    expect(await slipway(project, 'train', 'resume', 'mnist')).toMatchObject({ exit: 0 });
    expect(await suspended()).toBe(false);

    await report(cluster, { ...pytorch, name: 'mnist' }, { conditions: [condition('Succeeded')], replicaStatuses: {} });
    expect(await slipway(project, 'train', 'stop', 'mnist')).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('it has succeeded already'),
    });
    const list = await slipway(project, 'train', 'list', '-o', 'json');
    expect(JSON.parse(list.stdout).items).toMatchObject([{ name: 'mnist', kind: 'PyTorchJob', phase: 'succeeded' }]);
  }, 60_000);

  test('train run --follow ends with the failure of the job, and its reason', async () => {
    const project = makeProject({ 'train.py': 'print(1)\n' });
    const following = slipway(
      project,
      'train',
      'run',
      'train.py',
      '--framework',
      'pytorch',
      '--name',
      'broken',
      '--follow',
    );
    const job = { ...pytorch, name: 'broken' };
    await report(cluster, job, { conditions: [condition('Running')], replicaStatuses: {} });
    await report(cluster, job, {
      conditions: [condition('Failed', 'PyTorchJobFailed', 'no worker is left')],
      replicaStatuses: {},
    });
    const answer = await following;
    expect(answer.exit).toBe(1);
    expect(answer.stderr).toContain(
      'The training run broken failed: PyTorchJobFailed: no worker is left (WORKLOAD_FAILED)',
    );
  }, 30_000);

  test.each([
    ['an image that cannot be fetched', 'pull-error', 1, /TIMEOUT|IMAGE/, /pod image-[a-z0-9-]+: .*ImagePullBackOff/],
    ['a script that fails', 'fail', 3, /WORKLOAD_FAILED/, /ended with exit code 3/],
  ])(
    'a plain run says its cause and ends with its exit code: %s',
    async (_title, behaviour, exit, code, sentence) => {
      const project = makeProject({ 'image.py': 'print(1)\n' });
      const answer = await slipway(
        project,
        ...['train', 'run', 'image.py', '--annotation', `test/behaviour=${behaviour}`, '--follow', '--timeout', '8s'],
      );
      expect(answer.stderr).toMatch(code);
      expect(answer.stderr).toMatch(sentence);
      expect(answer.exit).toBe(exit);
    },
    30_000,
  );

  test('serve: deploy, canary, promote, roll back; the models from before are remembered', async () => {
    const project = makeProject();
    const ready = { conditions: [condition('Ready')] };
    const churn = { ...service, name: 'churn' };
    const second = { ...service, name: 'churn-canary' };
    const model = async () =>
      ((await cluster.get(churn))['spec'] as { predictor: { model: { storageUri: string } } }).predictor.model
        .storageUri;
    const deploying = slipway(project, 'serve', 'deploy', 'churn', '--framework', 'sklearn', '--model', 's3://m/1');
    await report(cluster, churn, ready);
    expect(await deploying).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('Model default/churn is ready.'),
    });

    expect(await slipway(project, 'serve', 'canary', 'churn', '10')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('--model'),
    });
    const unready = slipway(project, 'serve', 'canary', 'churn', '0', '--model', 's3://m/2', '--no-wait');
    expect(await unready).toMatchObject({ exit: 0 });
    expect(await slipway(project, 'serve', 'promote', 'churn')).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('(CANARY_NOT_READY)'),
    });
    const starting = slipway(project, 'serve', 'canary', 'churn', '10', '--model', 's3://m/2');
    await report(cluster, second, ready);
    expect(await starting).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^10 % of the requests to churn-split go to s3:\/\/m\/2\.\n/),
    });
    const graph = {
      apiVersion: 'serving.kserve.io/v1alpha1',
      kind: 'InferenceGraph',
      namespace: 'default',
      name: 'churn-split',
    };
    expect((await cluster.get(graph))['spec']).toMatchObject({
      nodes: {
        root: {
          routerType: 'Splitter',
          steps: [
            { serviceName: 'churn', weight: 90 },
            { serviceName: 'churn-canary', weight: 10 },
          ],
        },
      },
    });
    expect(await slipway(project, 'serve', 'canary', 'churn', '50')).toMatchObject({ exit: 0 });

    expect(await slipway(project, 'serve', 'promote', 'churn')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('serves s3://m/2.'),
    });
    expect(await model()).toBe('s3://m/2');
    await expect
      .poll(() => plane.kubectl(['get', 'isvc,ig', '-o', 'name']).then(({ stdout }) => stdout.trim()), {
        timeout: 15_000,
      })
      .toBe('inferenceservice.serving.kserve.io/churn');
    expect(await slipway(project, 'serve', 'promote', 'churn')).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('(NO_CANARY)'),
    });

    expect(await slipway(project, 'serve', 'rollback', 'churn')).toMatchObject({
      exit: 0,
      stdout: 'default/churn serves s3://m/1 again.\n',
    });
    expect(await model()).toBe('s3://m/1');
    expect(await slipway(project, 'serve', 'rollback', 'churn')).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('(NO_HISTORY)'),
    });
  }, 120_000);

  test('a model that cannot be loaded fails at once, with what KServe says', async () => {
    const project = makeProject();
    const deploying = slipway(project, 'serve', 'deploy', 'broken', '--framework', 'sklearn', '--model', 's3://m/none');
    await report(
      cluster,
      { ...service, name: 'broken' },
      {
        modelStatus: {
          transitionStatus: 'BlockedByFailedLoad',
          states: { activeModelState: '', targetModelState: 'FailedToLoad' },
          lastFailureInfo: { reason: 'ModelLoadFailed', message: 'no model.joblib in /mnt/models' },
        },
      },
    );
    const answer = await deploying;
    expect(answer.exit).toBe(1);
    expect(answer.stderr).toContain('The served model broken failed: ModelLoadFailed: no model.joblib in /mnt/models');
    const status = await slipway(project, 'serve', 'status', 'broken', '-o', 'json');
    expect(JSON.parse(status.stdout)).toMatchObject({ phase: 'failed', pods: [] });
    expect(await slipway(project, 'serve', 'predict', 'broken', '--data', '[[1]]')).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('ModelLoadFailed'),
    });
    expect(await slipway(project, 'serve', 'delete', 'broken', '--yes')).toMatchObject({
      exit: 0,
      stdout: 'Deleted the served model default/broken.\n',
    });
  }, 60_000);
});
