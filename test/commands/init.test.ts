import { expect, test } from 'vitest';
import { makeProject } from '../support/cli.ts';

test('init --yes makes a stack named after the directory, and says what is next on stderr', async () => {
  const project = makeProject();
  const answer = await project.slipway('init', '--yes');
  expect(answer).toMatchObject({ exit: 0, stdout: '' });
  expect(answer.stderr).toMatch(/^Made the stack project with notebooks, profiles, serving, training\n/);
  expect(answer.stderr).toContain('slipway apply -e dev');
  expect(project.list()).toEqual(
    expect.arrayContaining([
      'manifests/kustomization.yaml',
      'manifests/serving/component.yaml',
      'overlays/dev/kustomization.yaml',
      'overlays/prod/kustomization.yaml',
      'overlays/test/kustomization.yaml',
      'slipway.lock',
      'slipway.yaml',
    ]),
  );
});

test('init takes the components that are named', async () => {
  const project = makeProject();
  const answer = await project.slipway('init', '--name', 'churn', '--components', 'profiles,training', '-o', 'json');
  expect(answer.exit).toBe(0);
  expect(JSON.parse(answer.stdout)).toEqual({
    apiVersion: 'slipway.dev/v1alpha1',
    kind: 'Init',
    name: 'churn',
    components: ['profiles', 'training'],
  });
  expect(project.list().filter((file) => file.startsWith('manifests/serving'))).toEqual([]);
});

test('without a terminal a question is an error that names the flag', async () => {
  const project = makeProject();
  const answer = await project.slipway('init');
  expect(answer).toMatchInlineSnapshot(`
    {
      "exit": 2,
      "stderr": "Error: Cannot ask "Name of the stack:": there is no terminal to answer on (CANNOT_ASK)

    Try this:
      - give the answer with --yes or --name
    ",
      "stdout": "",
    }
  `);
  expect(project.list()).toEqual([]);
});

test('a stack is never overwritten', async () => {
  const project = makeProject({ 'slipway.yaml': 'mine' });
  const answer = await project.slipway('init', '--yes');
  expect(answer.exit).toBe(2);
  expect(answer.stderr).toContain('slipway.yaml is there already (STACK_EXISTS)');
  expect([project.list(), project.read('slipway.yaml')]).toEqual([['slipway.yaml'], 'mine']);
});

test('a component that does not exist leaves the directory empty', async () => {
  const project = makeProject();
  const answer = await project.slipway('init', '--components', 'notebook');
  expect(answer.exit).toBe(2);
  expect(answer.stderr).toContain('did you mean notebooks?');
  expect(project.list()).toEqual([]);
});
