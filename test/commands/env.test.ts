import { describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/cli.ts';
import { controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';

const stack = (dev: string) => `apiVersion: slipway.dev/v1alpha1
kind: Stack
metadata: { name: churn }
spec:
  components: []
  environments:
    dev: { overlay: overlays/dev${dev} } # daily
    prod: { overlay: overlays/prod, protected: true }
`;

test('env list shows which cluster each environment is', async () => {
  const project = makeProject({ 'slipway.yaml': stack(', cluster: { context: kind-dev, uid: 5d0c }') });
  expect((await project.slipway('env', 'list')).stdout).toBe(`NAME  OVERLAY        CLUSTER          PROTECTED
dev   overlays/dev   kind-dev (5d0c)  no
prod  overlays/prod  not bound        yes
`);
  expect(JSON.parse((await project.slipway('env', 'list', '-o', 'json')).stdout)).toEqual({
    apiVersion: 'slipway.dev/v1alpha1',
    kind: 'EnvironmentList',
    environments: [
      { name: 'dev', overlay: 'overlays/dev', cluster: { context: 'kind-dev', uid: '5d0c' }, protected: false },
      { name: 'prod', overlay: 'overlays/prod', protected: true },
    ],
  });
});

test('a broken stack file is told completely, with places', async () => {
  const project = makeProject({
    'slipway.yaml': stack(', protekted: true').replace('components: []', 'components: {}'),
  });
  const answer = await project.slipway('env', 'list');
  expect(answer).toMatchInlineSnapshot(`
    {
      "exit": 2,
      "stderr": "Error: Cannot read slipway.yaml: it is not valid (FILE_INVALID)
      slipway.yaml:5:15: spec.components must be a list, and is a map
      slipway.yaml:7:35: unknown key "protekted" in spec.environments.dev (did you mean "protected"?)
    ",
      "stdout": "",
    }
  `);
});

test('env bind takes no cluster by itself: without a terminal it wants --context', async () => {
  const project = makeProject({ 'slipway.yaml': stack('') });
  const answer = await project.slipway('env', 'bind', 'dev');
  expect([answer.exit, answer.stderr]).toEqual([2, expect.stringContaining('give the answer with --context')]);
});

test('env bind without a kubeconfig says what is missing', async () => {
  const project = makeProject({ 'slipway.yaml': stack('') });
  const answer = await project.slipway('env', 'bind', 'dev', '--context', 'kind-dev');
  expect([answer.exit, answer.stdout]).toEqual([2, '']);
  expect(answer.stderr).toContain('/nonexistent/kubeconfig');
});

test('an environment on the embedded cluster says how to start it, and other providers how to bind it', async () => {
  const files = { 'overlays/dev/kustomization.yaml': 'configMapGenerator:\n- name: a\n  literals: [a=b]\n' };
  const answers = ['embedded', 'kind'].map(async (provider) => {
    const project = makeProject({ ...files, 'slipway.yaml': stack(`, cluster: { provider: ${provider} }`) });
    return project.slipwayWith({ env: { XDG_DATA_HOME: project.directory } }, 'diff', '-e', 'dev');
  });
  const [embedded, kind] = await Promise.all(answers);
  expect([embedded?.exit, embedded?.stderr]).toEqual([1, expect.stringContaining('start it: slipway cluster up')]);
  expect([kind?.exit, kind?.stderr]).toEqual([2, expect.stringContaining('slipway env bind ENV --context NAME')]);
});

describe.skipIf(!controlPlaneAvailable)('with a cluster', () => {
  async function projectOn(
    text: string,
  ): Promise<{ project: Project; context: string; uid: string; kubeconfig: string }> {
    const { kubeconfig, context, kubectl } = await sharedControlPlane();
    const { stdout: uid } = await kubectl(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}']);
    return { project: makeProject({ 'slipway.yaml': text }), context, uid, kubeconfig };
  }

  test('env bind records the context and the UID of kube-system, and nothing else changes', async () => {
    const { project, context, uid, kubeconfig } = await projectOn(stack(''));
    const answer = await project.slipway('env', 'bind', 'dev', '--context', context, '--kubeconfig', kubeconfig);
    expect(answer).toEqual({ exit: 0, stdout: '', stderr: `dev is now bound to ${context} (${uid})\n` });
    expect(project.read('slipway.yaml')).toBe(stack(`, cluster: { context: ${context}, uid: ${uid} }`));
    const again = await project.slipway('env', 'bind', 'dev', '--context', context, '--kubeconfig', kubeconfig);
    expect(again).toEqual({ exit: 0, stdout: '', stderr: `dev was bound to ${context} (${uid})\n` });
  });

  test('env bind asks before it binds anew', async () => {
    const text = stack(', cluster: { context: old, uid: "1" }');
    const { project, context, uid, kubeconfig } = await projectOn(text);
    const words = ['env', 'bind', 'dev', '--context', context, '--kubeconfig', kubeconfig];
    const refused = await project.slipway(...words);
    expect([refused.exit, refused.stderr]).toEqual([2, expect.stringContaining('give the answer with --yes')]);
    expect(project.read('slipway.yaml')).toBe(text);
    expect((await project.slipway(...words, '--yes')).exit).toBe(0);
    expect(project.read('slipway.yaml')).toBe(stack(`, cluster: { context: ${context}, uid: ${uid} }`));
  });

  test('init --context makes a stack whose dev is that cluster', async () => {
    const { context, uid, kubeconfig } = await projectOn('');
    const project = makeProject();
    const answer = await project.slipway('init', '--yes', '--context', context, '--kubeconfig', kubeconfig);
    expect(answer.exit).toBe(0);
    expect(project.read('slipway.yaml')).toContain(`cluster: { context: ${context}, uid: ${uid} }`);
  });

  test('an environment that is bound to another cluster is refused with exit 4 and the next step', async () => {
    const { context, kubeconfig, uid } = await projectOn('');
    const project = makeProject({
      'slipway.yaml': stack(`, cluster: { context: ${context}, uid: 5d0c }`),
      'overlays/dev/kustomization.yaml': 'configMapGenerator:\n- name: a\n  literals: [a=b]\n',
    });
    const answer = await project.slipway('diff', '-e', 'dev', '--kubeconfig', kubeconfig);
    expect([answer.exit, answer.stdout]).toEqual([4, '']);
    expect(answer.stderr).toContain(
      `${context} is not the cluster it is bound to (kube-system has the UID ${uid}, bound is 5d0c`,
    );
  });

  test('an environment that is bound to nothing needs --context', async () => {
    const { kubeconfig } = await projectOn('');
    const project = makeProject({
      'slipway.yaml': stack(''),
      'overlays/dev/kustomization.yaml': 'configMapGenerator:\n- name: a\n  literals: [a=b]\n',
    });
    const answer = await project.slipway('diff', '-e', 'dev', '--kubeconfig', kubeconfig);
    expect([answer.exit, answer.stdout]).toEqual([2, '']);
    expect(answer.stderr).toContain('bind it once: slipway env bind dev --context NAME');
  });
});
