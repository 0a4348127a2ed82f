import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The folder with Kustomize's own cases; tests that need it are skipped where it is missing. */
export const casesFolder = path.resolve(import.meta.dirname, '../../../shared/kustomize/cases');

/** Stands for the input folder in recorded output and in some input files. */
export const INPUT = `$${'{IN}'}`;

export interface KustomizeCase {
  name: string;
  expect: 'ok' | 'error';
  unrestricted: boolean;
  /** Output, or the message of the error, of `kubectl kustomize` 1.36.3. */
  expected: string;
  warnings: string;
}

export function listCases(): KustomizeCase[] {
  if (!existsSync(casesFolder)) return [];
  return readdirSync(casesFolder)
    .sort()
    .map((name) => {
      const read = (file: string) => {
        const at = path.join(casesFolder, name, file);
        return existsSync(at) ? readFileSync(at, 'utf8') : '';
      };
      const meta = JSON.parse(read('meta.json')) as { expect: 'ok' | 'error'; flags?: string[] };
      return {
        name,
        expect: meta.expect,
        unrestricted: meta.flags?.some((flag) => flag.includes('LoadRestrictionsNone')) ?? false,
        expected: read(meta.expect === 'ok' ? 'expected.yaml' : 'expected-error.txt'),
        warnings: read('expected-warnings.txt'),
      };
    });
}

/** Calls `use` with the input folder and the directory to build; `${IN}` in files stands for that folder. */
export async function withInput(name: string, use: (input: string, directory: string) => Promise<void>): Promise<void> {
  const folder = path.join(casesFolder, name);
  const run = readFileSync(path.join(folder, 'run'), 'utf8').trim();
  const meta = JSON.parse(readFileSync(path.join(folder, 'meta.json'), 'utf8')) as {
    substitute_IN_in_inputs?: boolean;
  };
  if (meta.substitute_IN_in_inputs !== true) {
    const input = path.join(folder, 'in');
    return use(input, path.normalize(path.join(input, run)));
  }
  const input = path.join(mkdtempSync(path.join(tmpdir(), 'slipway-case-')), 'in');
  try {
    cpSync(path.join(folder, 'in'), input, { recursive: true });
    for (const file of readdirSync(input, { recursive: true, encoding: 'utf8' })) {
      const at = path.join(input, file);
      if (!statSync(at).isFile()) continue;
      writeFileSync(at, readFileSync(at, 'latin1').replaceAll(INPUT, input), 'latin1');
    }
    await use(input, path.normalize(path.join(input, run)));
  } finally {
    rmSync(path.dirname(input), { recursive: true, force: true });
  }
}
