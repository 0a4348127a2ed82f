import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startControlPlane } from '../support/control-plane.ts';
import { report } from './measure.ts';
import { findKubectl, installPackage } from './package.ts';

/** The first apply of the default stack, against the retry loop that a user writes around kubectl, each on a new cluster. */
export async function run(): Promise<void> {
  const installed = installPackage();
  const project = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const slipway = (kubeconfig: string, ...words: string[]) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    const result = spawnSync(process.execPath, [installed.program, ...words], {
      cwd: project,
      env,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
    if (result.status !== 0) throw new Error(`slipway ${words.join(' ')} failed: ${result.stderr}`);
    return result.stdout;
  };
  slipway('', 'init', '--yes', '--name', 'bench');
  writeFileSync(path.join(project, 'all.yaml'), slipway('', 'render', '-e', 'dev'));

  const ours = await startControlPlane({ nodes: 2 });
  slipway(ours.kubeconfig, 'env', 'bind', 'dev', '--context', 'test');
  const first = timed(() => slipway(ours.kubeconfig, 'apply', '-e', 'dev', '--yes'));
  const again = timed(() => slipway(ours.kubeconfig, 'apply', '-e', 'dev', '--yes'));
  const removal = timed(() => slipway(ours.kubeconfig, 'delete', '-e', 'dev', '--yes'));
  await ours.down();

  const theirs = await startControlPlane({ nodes: 2 });
  const kubectl = (...words: string[]) =>
    spawnSync(findKubectl(), ['--kubeconfig', theirs.kubeconfig, ...words], {
      cwd: project,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
  // The loop of the Kubeflow distribution: apply, and when something failed sleep 20 seconds and apply again. It does
  // not wait for anything to be ready; ours does, so the loop is followed by the wait that users write behind it.
  const loop = timed(() => {
    while (kubectl('apply', '--server-side', '-f', 'all.yaml').status !== 0) spawnSync('sleep', ['20']);
    const wait = kubectl(
      'wait',
      'deployment',
      '--all',
      '--all-namespaces',
      '--for=condition=Available',
      '--timeout=300s',
    );
    if (wait.status !== 0) throw new Error(wait.stderr);
  });
  const nothing = timed(() => kubectl('apply', '--server-side', '-f', 'all.yaml'));
  const gone = timed(() => kubectl('delete', '-f', 'all.yaml'));
  await theirs.down();

  report('slipway apply, until ready', first, 'kubectl apply in a retry loop', loop, 0.5);
  report('slipway apply, nothing changed', again, 'kubectl apply --server-side again', nothing, 1);
  report('slipway delete, nothing left', removal, 'kubectl delete -f', gone, 1);
  rmSync(project, { recursive: true, force: true });
  installed.remove();
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
