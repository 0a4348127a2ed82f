import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeProject } from '../support/cli.ts';

const kubectl = [
  path.join(process.env['KUBEBUILDER_ASSETS'] ?? '/nonexistent', 'kubectl'),
  path.join(homedir(), '.cache/kube-1.36.3/kubectl'),
].find(existsSync);

describe.skipIf(kubectl === undefined)('beside kubectl', { timeout: 60_000 }, () => {
  test.each(['dev', 'test', 'prod'])('render -e %s prints the bytes of kubectl kustomize', async (name) => {
    const project = makeProject();
    await project.slipway('init', '--yes');
    const answer = await project.slipway('render', '-e', name);
    const real = execFileSync(kubectl as string, ['kustomize', `overlays/${name}`], {
      cwd: project.directory,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect([answer.exit, answer.stderr]).toEqual([0, '']);
    expect(answer.stdout).toBe(real);
  });

  test('what stays when a component is removed renders as kubectl renders it', async () => {
    const project = makeProject();
    await project.slipway('init', '--yes');
    await project.slipway('component', 'remove', 'serving');
    const { stdout } = await project.slipway('render', '-e', 'prod');
    const real = execFileSync(kubectl as string, ['kustomize', 'overlays/prod'], {
      cwd: project.directory,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    expect(stdout).toBe(real);
    expect(stdout).not.toContain('slipway.dev/component: serving');
  });
});

const config = (name: string) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
`;

test('render -k prints any kustomization, in each format', async () => {
  const project = makeProject({
    'app/kustomization.yaml': 'namePrefix: my-\nresources: [a.yaml]\n',
    'app/a.yaml': config('a'),
  });
  const { slipway } = project;
  expect(await slipway('render', '-k', 'app')).toEqual({ exit: 0, stdout: config('my-a'), stderr: '' });
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'my-a' } };
  expect((await slipway('generate', '-k', 'app', '-o', 'ndjson')).stdout).toBe(`${JSON.stringify(object)}\n`);
  const list = JSON.parse((await slipway('build', '-k', 'app', '-o', 'json')).stdout) as unknown;
  expect(list).toEqual({ apiVersion: 'v1', kind: 'List', items: [object] });
});

test('render -f reads files, directories and stdin, and lists give their items', async () => {
  const project = makeProject({
    'one.yaml': `${config('a')}---\n${config('b')}`,
    'more/c.json': JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }],
    }),
    'more/notes.txt': 'not read',
  });
  const words = ['render', '-f', 'one.yaml', '-f', 'more', '-f', '-'];
  expect(await project.slipwayWith({ input: config('d') }, ...words)).toEqual({
    exit: 0,
    stdout: ['a', 'b', 'c', 'd'].map(config).join('---\n'),
    stderr: '',
  });
});

test('files with broken objects are told all at once', async () => {
  const project = makeProject({
    'a.yaml': 'kind: ConfigMap\n---\napiVersion: v1\nkind: Secret\n---\n- 1\n',
    'b.yaml': 'a: [1\nb: 2\n',
  });
  expect(await project.slipway('render', '-f', '.')).toMatchInlineSnapshot(`
    {
      "exit": 2,
      "stderr": "Error: Cannot read the objects in .: not all are valid (OBJECTS_INVALID)
      a.yaml:1: an object has no apiVersion
      a.yaml:3: an object of kind Secret has no metadata.name
      a.yaml:6: holds a document that is not an object
      b.yaml:2:2: did not find expected ',' or ']'
    ",
      "stdout": "",
    }
  `);
  expect((await project.slipway('render', '-f', 'c.yaml')).stderr).toContain(
    'Cannot read c.yaml: there is no such file',
  );
});

test('render --output-dir writes a file for each object', async () => {
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team
`;
  const project = makeProject({ 'all.yaml': `${config('a')}---\n${deployment}` });
  const answer = await project.slipway('render', '-f', 'all.yaml', '--output-dir', 'out');
  expect(answer).toMatchObject({ exit: 0, stdout: '' });
  expect(project.list()).toEqual(['all.yaml', 'out/team_apps_v1_deployment_web.yaml', 'out/v1_configmap_a.yaml']);
  expect(project.read('out/team_apps_v1_deployment_web.yaml')).toBe(deployment);
});

test('a vendored file that was edited is refused, with where the change belongs', async () => {
  const project = makeProject();
  await project.slipway('init', '--components', 'notebooks');
  project.write('manifests/notebooks/namespace.yaml', `${project.read('manifests/notebooks/namespace.yaml')}# mine\n`);
  const answer = await project.slipway('render', '-e', 'dev');
  expect(answer).toMatchInlineSnapshot(`
    {
      "exit": 2,
      "stderr": "Error: Refused to use manifests/: it is not what slipway.lock says (VENDORED_FILE_EDITED)
      manifests/notebooks/namespace.yaml: vendored, and changed since

    Try this:
      - put the change into an overlay, as a patch: overlays/ENV/kustomization.yaml
      - fetch the files anew: slipway component add NAME --force
      - or take them as they are, this once: --accept-edits
    ",
      "stdout": "",
    }
  `);
  const accepted = await project.slipway('render', '-e', 'dev', '--accept-edits');
  expect(accepted).toMatchObject({
    exit: 0,
    stderr: 'Warning: manifests/notebooks/namespace.yaml: vendored, and changed since\n',
  });
});

test('nothing named, and an environment that does not exist, are bad usage', async () => {
  const project = makeProject();
  await project.slipway('init', '--yes');
  const nothing = await project.slipway('render');
  expect([nothing.exit, nothing.stderr]).toEqual([2, expect.stringContaining('-e dev | -e test | -e prod')]);
  const wrong = await project.slipway('render', '-e', 'prd');
  expect([wrong.exit, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean prod?')]);
});
