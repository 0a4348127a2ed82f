import { once } from 'node:events';
import net from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject } from '../support/cli.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { smallStack } from './objects.ts';

describe.skipIf(!controlPlaneAvailable)('slipway diff, against a real API server', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await sharedControlPlane();
  });

  test('ends with 3 and shows exactly what changed, values of Secrets masked', async () => {
    const project = makeProject({ 'objects.yaml': smallStack('diff-change') });
    const env = { KUBECONFIG: plane.kubeconfig };
    const from = ['-f', 'objects.yaml', '--stack', 'diff-change'];
    const applied = await project.slipwayWith({ env }, 'apply', ...from, '--yes');
    expect(applied).toMatchObject({ exit: 0 });
    expect(await project.slipwayWith({ env }, 'diff', ...from)).toEqual({
      exit: 0,
      stdout: 'No changes: 4 objects as described.\n',
      stderr: '',
    });

    project.write('objects.yaml', smallStack('diff-change', { greeting: 'good day', password: 'new-secret' }));
    const changed = await project.slipwayWith({ env }, 'diff', ...from);
    expect(changed.exit).toBe(3);
    expect(changed.stdout).toMatch(
      /^server\n {2}~ ConfigMap diff-change\/settings\n {6}~ data\.greeting: hello → good day\n {2}~ Secret diff-change\/login\n {6}~ data\.password: .*masked.* → .*masked.*\n\nPlan: 2 to update, 2 unchanged\.\n$/,
    );
    for (const secret of ['correct-horse', 'new-secret']) {
      expect(changed.stdout).not.toContain(secret);
      expect(changed.stdout).not.toContain(btoa(secret));
    }

    const document = await project.slipwayWith({ env }, 'diff', ...from, '-o', 'json');
    expect(JSON.parse(document.stdout)).toMatchObject({
      apiVersion: 'slipway.dev/v1alpha1',
      kind: 'Plan',
      metadata: { stack: 'diff-change', environment: 'default' },
      counts: { update: 2, unchanged: 2 },
    });
    expect(document.stdout).not.toContain(btoa('new-secret'));
  });

  test('an object that left the files is a removal', async () => {
    const [namespace, rest] = [smallStack('diff-removal').split('---\n')[0], smallStack('diff-removal')];
    const project = makeProject({ 'objects.yaml': rest });
    const env = { KUBECONFIG: plane.kubeconfig };
    const from = ['-f', 'objects.yaml', '--stack', 'diff-removal'];
    await project.slipwayWith({ env }, 'apply', ...from, '--yes');
    project.write('objects.yaml', namespace as string);
    const answer = await project.slipwayWith({ env }, 'diff', ...from);
    expect(answer.exit).toBe(3);
    expect(answer.stdout).toContain('  - Deployment diff-removal/server\n');
    expect(answer.stdout).toContain('Plan: 3 to delete, 1 unchanged.\n');
  });
});

describe('slipway diff, without a cluster that answers', () => {
  const project = () => makeProject({ 'objects.yaml': smallStack('nowhere') });
  const kubeconfig = (server: string) => `\
apiVersion: v1
kind: Config
current-context: far
clusters: [{ name: far, cluster: { server: "${server}" } }]
contexts: [{ name: far, context: { cluster: far, user: me } }]
users: [{ name: me, user: { token: very-secret-token } }]
`;

  test('a server that is not there is one sentence and what to do next, within 10 s', async () => {
    const closed = net.createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as net.AddressInfo;
    closed.close();
    await once(closed, 'close');
    const here = project();
    here.write('kubeconfig', kubeconfig(`https://127.0.0.1:${port}`));
    const before = performance.now();
    const answer = await here.slipway('diff', '-f', 'objects.yaml', '--kubeconfig', 'kubeconfig');
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(answer.exit).toBe(1);
    expect(answer.stdout).toBe('');
    expect(answer.stderr).toMatch(/^Error: .*127\.0\.0\.1.*\n\nTry this:\n {2}- /);
    expect(answer.stderr).not.toContain('very-secret-token');
  });

  test('a kubeconfig that is not there is named, as a document with -o json', async () => {
    const answer = await project().slipway('diff', '-f', 'objects.yaml', '--kubeconfig', 'gone.yaml', '-o', 'json');
    expect(answer.exit).toBeGreaterThan(0);
    expect(answer.stdout).toBe('');
    expect(JSON.parse(answer.stderr)).toMatchObject({ kind: 'Error', exit: answer.exit });
    expect(answer.stderr).toContain('gone.yaml');
  });
});
