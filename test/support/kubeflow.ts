import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const folder = path.resolve(import.meta.dirname, '../../../shared/kubeflow');
/** The whole Kubeflow platform as kustomizations; tests that need it are skipped where it is missing. */
export const hasKubeflow = existsSync(path.join(folder, 'kubeflow.tar.xz'));

/** Unpacks the platform into a new folder, which the caller removes, and returns the platform's directory. */
export function unpackKubeflow(): { folder: string; root: string } {
  const target = mkdtempSync(path.join(tmpdir(), 'slipway-kubeflow-'));
  execFileSync('tar', ['-xJf', path.join(folder, 'kubeflow.tar.xz'), '-C', target]);
  return { folder: target, root: path.join(target, 'kubeflow') };
}

export interface PlatformPart {
  directory: string;
  /** Of what `kubectl kustomize` 1.36.3 prints; undefined where it cannot build the directory. */
  sha256: string | undefined;
}

export function listParts(): PlatformPart[] {
  const lines = readFileSync(path.join(folder, 'expected.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const fields = line.split(/\s+/);
    const hash = fields.find((field) => /^[0-9a-f]{64}$/.test(field));
    return { directory: fields.at(-1) as string, sha256: hash };
  });
}
