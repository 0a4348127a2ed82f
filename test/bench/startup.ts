import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compare, report } from './measure.ts';
import { findKubectl, installPackage } from './package.ts';

/** How long the program takes to begin, and to render the default stack, against bare Node and against kubectl. */
export async function run(): Promise<void> {
  const installed = installPackage();
  const project = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const checkout = path.resolve(import.meta.dirname, '../../bin/slipway');
  const { program } = installed;
  spawnSync(process.execPath, [program, 'init', '--yes', '--name', 'bench'], { cwd: project });
  const times = compare(
    15,
    {
      node: [process.execPath, '-e', '0'],
      version: [process.execPath, program, '--version'],
      kubectl: [findKubectl(), 'kustomize', 'overlays/dev'],
      render: [process.execPath, program, 'render', '-e', 'dev'],
      source: [checkout, 'render', '-e', 'dev'],
    },
    project,
  );
  report('slipway --version', times['version']!, 'node -e 0', times['node']!, 1.5);
  report('slipway render -e dev', times['render']!, 'kubectl kustomize overlays/dev', times['kubectl']!, 1);
  report(
    'the same from a checkout, without a build',
    times['source']!,
    'kubectl kustomize overlays/dev',
    times['kubectl']!,
    2,
  );
  rmSync(project, { recursive: true, force: true });
  installed.remove();
}
