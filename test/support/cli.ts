import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

interface Answer {
  exit: number;
  stdout: string;
  stderr: string;
}

/** A user's directory in which the real program is run. */
export interface Project {
  readonly directory: string;
  /** Runs `slipway` with these words as its own process, without a terminal. */
  slipway(...words: string[]): Promise<Answer>;
  slipwayWith(options: { input?: string; env?: Record<string, string> }, ...words: string[]): Promise<Answer>;
  read(file: string): string;
  write(file: string, text: string): void;
  /** Every file below, by its path from the directory, sorted. */
  list(): string[];
}

const main = path.resolve(import.meta.dirname, '../../src/main.ts');
/** What `node -e` runs to be `slipway`. */
export const slipwayProgram = `require('node:module').enableCompileCache();
import(${JSON.stringify(main)}).then(({ main }) => main(process.argv.slice(1)))`;

/** A new directory with these files, removed when the test ends. Its name is the last part of the path: `project`. */
export function makeProject(files: Record<string, string> = {}): Project {
  const base = mkdtempSync(path.join(tmpdir(), 'slipway-test-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const directory = path.join(base, 'project');
  mkdirSync(directory);
  const write = (file: string, text: string) => {
    const target = path.join(directory, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    directory,
    write,
    slipway: (...words) => run(directory, words),
    slipwayWith: (options, ...words) => run(directory, words, options),
    read: (file) => readFileSync(path.join(directory, file), 'utf8'),
    list: () =>
      readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
        .sort(),
  };
}

function run(
  directory: string,
  words: string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<Answer> {
  // No kubeconfig of whoever runs the tests: a test that talks to a cluster names it.
  const env = { ...process.env, KUBECONFIG: '/nonexistent/kubeconfig', NO_COLOR: '1', ...options.env };
  const child = spawn(process.execPath, ['-e', slipwayProgram, '--', ...words], { cwd: directory, env });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => {
      resolve({ exit: exit ?? -1, stdout: String(Buffer.concat(stdout)), stderr: String(Buffer.concat(stderr)) });
    });
  });
}
