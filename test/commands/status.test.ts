import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject } from '../support/cli.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { smallStack } from './objects.ts';

describe.skipIf(!controlPlaneAvailable)('slipway status, against a real API server', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await sharedControlPlane();
  });

  test('says of each component whether it works, from an empty directory too', async () => {
    const env = { KUBECONFIG: plane.kubeconfig };
    const project = makeProject({ 'objects.yaml': smallStack('status-ready') });
    const from = ['-f', 'objects.yaml', '--stack', 'status-ready'];
    expect(await project.slipwayWith({ env }, 'apply', ...from, '--yes')).toMatchObject({ exit: 0 });
    const ready = await makeProject().slipwayWith({ env }, 'status', '--stack', 'status-ready');
    expect(ready).toMatchObject({ exit: 0, stderr: '' });
    expect(ready.stdout).toMatch(/\nbase {7}ready {2}1\/1 +.*\nserver {5}ready {2}3\/3 +.*\n\nReady: 4 objects\.\n$/);

    await plane.kubectl(['delete', 'configmap', 'settings', '-n', 'status-ready']);
    const broken = await project.slipwayWith({ env }, 'status', ...from, '-o', 'json');
    expect(broken.exit).toBe(1);
    expect(JSON.parse(broken.stdout)).toMatchObject({
      apiVersion: 'slipway.dev/v1alpha1',
      kind: 'Status',
      ready: false,
    });
    const text = await project.slipwayWith({ env }, 'status', ...from);
    expect(text.stdout).toMatch(/\nmissing {2}ConfigMap status-ready\/settings.*\n\nNot ready: 3 of 4 objects\.\n$/);
  });

  test('a stack that the cluster does not know is said, with those it knows', async () => {
    const answer = await makeProject().slipwayWith(
      { env: { KUBECONFIG: plane.kubeconfig } },
      'status',
      '--stack',
      'no-such',
    );
    expect(answer.exit).toBe(1);
    expect(answer.stderr).toMatch(/^Error: Cannot find no-such: test has no record of it \(NOT_INSTALLED\)\n/);
  });
});
