import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/cli.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { smallStack } from './objects.ts';

describe.skipIf(!controlPlaneAvailable)('slipway apply, against a real API server', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await sharedControlPlane();
  });
  const slipway = (project: Project, ...words: string[]) =>
    project.slipwayWith({ env: { KUBECONFIG: plane.kubeconfig } }, ...words);
  const versions = async (namespace: string) => {
    const all = await plane.kubectl(['get', 'deployments,configmaps,secrets', '-n', namespace, '-o', 'json']);
    const { items } = JSON.parse(all.stdout) as { items: { metadata: { name: string; resourceVersion: string } }[] };
    return items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
  };

  test('shows the plan, does it, waits until it works; and the second time writes nothing', async () => {
    const project = makeProject({ 'objects.yaml': smallStack('apply-once') });
    const words = ['apply', '-f', 'objects.yaml', '--stack', 'apply-once', '--yes'];
    const first = await slipway(project, ...words);
    expect(first).toMatchObject({ exit: 0, stderr: '' });
    expect(first.stdout).toMatch(/^base\n {2}\+ Namespace apply-once\n\nserver\n {2}\+ /);
    expect(first.stdout).toContain('\nPlan: 4 to create.\n');
    expect(first.stdout).toMatch(/\n +[\d.]+s {2}created {3}Deployment apply-once\/server\n/);
    expect(first.stdout).toMatch(/\nDone in [\d.]+s: 4 created\.\n$/);
    const ready = await plane.kubectl([
      'get',
      'deployment',
      'server',
      '-n',
      'apply-once',
      '-o',
      'jsonpath={.status.readyReplicas}',
    ]);
    expect(ready.stdout).toBe('1');

    const before = await versions('apply-once');
    const second = await slipway(project, ...words);
    expect(second).toMatchObject({ exit: 0, stderr: '' });
    expect(second.stdout).toMatch(/^No changes: 4 objects as described\.\n/);
    expect(second.stdout).toMatch(/\nDone in [\d.]+s: 4 unchanged\.\n$/);
    expect(await versions('apply-once')).toEqual(before);
  });

  test('without an answer it changes nothing, and names the flag', async () => {
    const project = makeProject({ 'objects.yaml': smallStack('apply-unasked') });
    const answer = await slipway(project, 'apply', '-f', 'objects.yaml', '--stack', 'apply-unasked');
    expect(answer.exit).toBe(2);
    expect(answer.stderr).toMatch(
      /^Error: Cannot ask "Apply apply-unasked to test \(https:\/\/127\.0\.0\.1:\d+\)\?": /,
    );
    expect(answer.stderr).toContain('  - give the answer with --yes\n');
    expect((await plane.kubectl(['get', 'namespace', 'apply-unasked'])).exitCode).toBe(1);
  });

  test('--dry-run prints the plan and changes nothing', async () => {
    const project = makeProject({ 'objects.yaml': smallStack('apply-dry') });
    const answer = await slipway(
      project,
      'apply',
      '-f',
      'objects.yaml',
      '--stack',
      'apply-dry',
      '--dry-run',
      '-o',
      'json',
    );
    expect(answer.exit).toBe(0);
    expect(JSON.parse(answer.stdout)).toMatchObject({ kind: 'Plan', counts: { create: 4 } });
    expect((await plane.kubectl(['get', 'namespace', 'apply-dry'])).exitCode).toBe(1);
  });

  test('-o ndjson streams the plan, the events and the result, without a secret', async () => {
    const project = makeProject({ 'objects.yaml': smallStack('apply-stream', { password: 'tell-nobody' }) });
    const answer = await slipway(
      project,
      'apply',
      '-f',
      'objects.yaml',
      '--stack',
      'apply-stream',
      '--yes',
      '-o',
      'ndjson',
    );
    const documents = answer.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents.at(0)).toMatchObject({ apiVersion: 'slipway.dev/v1alpha1', kind: 'Plan' });
    expect(new Set(documents.slice(1, -1).map(({ kind }) => kind))).toEqual(new Set(['ApplyEvent']));
    expect(documents.at(-1)).toMatchObject({ kind: 'ApplyResult', ok: true, created: 4 });
    expect(answer.stdout).not.toContain('tell-nobody');
    expect(answer.stdout).not.toContain(btoa('tell-nobody'));
  });

  test('an object that the server refuses is named before anything is written', async () => {
    const broken = smallStack('apply-broken').replace('kind: Deployment', 'kind: Deployment\nbroken: true');
    const project = makeProject({ 'objects.yaml': broken });
    const answer = await slipway(project, 'apply', '-f', 'objects.yaml', '--stack', 'apply-broken', '--yes');
    expect(answer.exit).toBeGreaterThan(0);
    expect(answer.stderr).toContain('Deployment.apps apply-broken/server');
    expect(answer.stderr).toContain('broken');
    expect((await plane.kubectl(['get', 'namespace', 'apply-broken'])).exitCode).toBe(1);
  });

  test('what cannot become ready says why, and the deadline ends the wait', async () => {
    const project = makeProject({
      'objects.yaml': smallStack('apply-stuck').replace(
        'metadata: { labels: { app: server } }',
        'metadata: { labels: { app: server }, annotations: { test/behaviour: pull-error } }',
      ),
    });
    const words = ['apply', '-f', 'objects.yaml', '--stack', 'apply-stuck', '--yes', '--timeout', '5s'];
    const answer = await slipway(project, ...words);
    expect(answer.exit).toBe(1);
    expect(answer.stdout).toMatch(/waiting {3}Deployment apply-stuck\/server: .*Pull/);
    expect(answer.stdout).toMatch(
      /\nFailed: Deployment\.apps apply-stuck\/server is still not ready: .*Pull.*\n {2}- /,
    );
  });
});
