import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject } from '../support/cli.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { smallStack } from './objects.ts';

describe.skipIf(!controlPlaneAvailable)('slipway delete, against a real API server', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await sharedControlPlane();
  });
  const env = () => ({ KUBECONFIG: plane.kubeconfig });

  test('removes everything, from an empty directory and the record in the cluster alone', async () => {
    const project = makeProject({ 'objects.yaml': smallStack('delete-all') });
    const from = ['-f', 'objects.yaml', '--stack', 'delete-all'];
    expect(await project.slipwayWith({ env: env() }, 'apply', ...from, '--yes')).toMatchObject({ exit: 0 });

    const empty = makeProject();
    const unasked = await empty.slipwayWith({ env: env() }, 'delete', '--stack', 'delete-all');
    expect(unasked.exit).toBe(2);
    expect(unasked.stderr).toMatch(/^Error: Cannot ask "Delete delete-all from test \(/);

    const answer = await empty.slipwayWith({ env: env() }, 'delete', '--stack', 'delete-all', '--yes');
    expect(answer).toMatchObject({ exit: 0, stderr: '' });
    expect(answer.stdout).toContain('\nPlan: 4 to delete.\n');
    expect(answer.stdout).toMatch(/\nDone in [\d.]+s: 4 deleted\.\n$/);
    expect((await plane.kubectl(['get', 'namespace', 'delete-all'])).stderr).toContain('NotFound');

    const again = await empty.slipwayWith({ env: env() }, 'delete', '--stack', 'delete-all', '--yes');
    expect(again.stderr).toMatch(/^Error: Cannot find delete-all: test has no record of it/);
  });

  test('keeps volumes, unless their class is named and the name is typed', async () => {
    const claim = `\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: delete-data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;
    const project = makeProject({ 'objects.yaml': `${smallStack('delete-data')}---\n${claim}` });
    const from = ['-f', 'objects.yaml', '--stack', 'delete-data'];
    await project.slipwayWith({ env: env() }, 'apply', ...from, '--yes', '--wait', 'applied');

    const kept = await project.slipwayWith({ env: env() }, 'delete', ...from, '--yes');
    expect(kept.stdout).toContain('  = PersistentVolumeClaim delete-data/data (kept');
    expect((await plane.kubectl(['get', 'pvc', 'data', '-n', 'delete-data'])).exitCode).toBe(0);

    const withData = ['delete', ...from, '--with-data', 'volumes', '--with-data', 'namespaces'];
    const refused = await project.slipwayWith({ env: env() }, ...withData, '--yes');
    expect(refused.exit).toBe(4);
    expect(refused.stderr).toContain('--yes=delete-data');
    const gone = await project.slipwayWith({ env: env() }, ...withData, '--yes=delete-data');
    expect(gone).toMatchObject({ exit: 0, stderr: '' });
    expect((await plane.kubectl(['get', 'namespace', 'delete-data'])).stderr).toContain('NotFound');
  });
});
