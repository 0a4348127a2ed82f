import { expect, test } from 'vitest';
import { makeProject } from '../support/cli.ts';

test('component list shows the catalogue, and what this stack has of it', async () => {
  const project = makeProject();
  await project.slipway('init', '--components', 'notebooks');
  const { stdout, exit } = await project.slipway('component', 'list');
  expect(exit).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
    ['NAME', 'VERSION', 'IN STACK'],
    ['notebooks', expect.any(String), 'yes'],
    ['profiles', expect.any(String), 'no'],
    ['serving', expect.any(String), 'no'],
    ['training', expect.any(String), 'no'],
    [''],
  ]);
});

test('component list works without a stack, and as a document', async () => {
  const { stdout } = await makeProject().slipway('component', 'list', '-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({
    apiVersion: 'slipway.dev/v1alpha1',
    kind: 'ComponentList',
    components: [{ name: 'notebooks', state: 'no' }, {}, {}, {}],
  });
});

test('component info shows images and requests; an unknown name is refused with the nearest', async () => {
  const project = makeProject();
  const { stdout } = await project.slipway('component', 'info', 'training');
  expect(stdout).toMatch(/^ {2}Images +\S+$/m);
  expect(stdout).toMatch(/^ {2}Requests +cpu \S+, memory \S+, storage \S+$/m);
  const wrong = await project.slipway('component', 'info', 'trainig');
  expect([wrong.exit, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean training?')]);
});

test('component add and remove change the files of the stack, and undo each other', async () => {
  const project = makeProject();
  await project.slipway('init', '--components', 'notebooks');
  const before = project.list().map((file) => [file, project.read(file)]);
  const added = await project.slipway('component', 'add', 'training', 'serving', '-o', 'json');
  expect(JSON.parse(added.stdout)).toMatchObject({ kind: 'ComponentAdd', added: ['training', 'serving'] });
  expect(project.read('manifests/kustomization.yaml')).toMatch(/- notebooks\n *- training\n *- serving\n/);
  const removed = await project.slipway('component', 'remove', 'training', 'serving');
  expect(removed).toMatchObject({ exit: 0, stdout: '' });
  expect(project.list().map((file) => [file, project.read(file)])).toEqual(before);
});

test('component add outside of a stack says how to make one', async () => {
  const answer = await makeProject().slipway('component', 'add', 'serving');
  expect(answer.exit).toBe(2);
  expect(answer.stderr).toMatch(/^Error: Cannot find a stack: there is no slipway.yaml in \S+ \(STACK_NOT_FOUND\)\n/);
  expect(answer.stderr).toContain('make one here: slipway init');
});

test('a component that a hand wrote into slipway.yaml must be vendored first', async () => {
  const project = makeProject();
  await project.slipway('init', '--components', 'notebooks');
  project.write(
    'slipway.yaml',
    project.read('slipway.yaml').replace('- name: notebooks', '- name: notebooks\n    - name: training'),
  );
  const answer = await project.slipway('render', '-e', 'dev');
  expect(answer).toMatchInlineSnapshot(`
    {
      "exit": 2,
      "stderr": "Error: Cannot render dev: manifests/ lacks components of slipway.yaml (COMPONENT_NOT_VENDORED)
      slipway.yaml: training is not vendored

    Try this:
      - vendor them: slipway component add training
    ",
      "stdout": "",
    }
  `);
  await project.slipway('component', 'add', 'training');
  expect(project.list()).toContain('manifests/training/component.yaml');
});
