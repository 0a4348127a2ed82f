import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

export interface Installed {
  directory: string;
  /** The start of the installed program, as npm links it. */
  program: string;
  remove(): void;
}

/** The program as a user has it after `npm install`: built, without its sources. */
export function installPackage(): Installed {
  const build = spawnSync('npm', ['run', 'build'], { cwd: root, encoding: 'utf8' });
  if (build.status !== 0) throw new Error(`npm run build failed: ${build.stdout}${build.stderr}`);
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-package-'));
  for (const part of ['bin', 'dist', 'manifests', 'overlays', 'package.json']) {
    cpSync(path.join(root, part), path.join(directory, part), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  return {
    directory,
    program: path.join(directory, 'bin/slipway.cjs'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** kubectl of the control plane's programs; unpacked by starting one. */
export function findKubectl(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(process.env['HOME'] ?? '', '.cache');
  const folder = process.env['KUBEBUILDER_ASSETS'] ?? path.join(cache, 'kube-1.36.3');
  const kube = path.join(root, '../shared/kube/kube');
  if (!existsSync(path.join(folder, 'kubectl')) && existsSync(kube)) spawnSync(kube, ['unpack', folder]);
  return path.join(folder, 'kubectl');
}
