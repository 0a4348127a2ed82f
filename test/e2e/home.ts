import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Outcome {
  exit: number | string;
  stdout: string;
  stderr: string;
}

/** A user's empty directory and environment, in which the real program is run as a process of its own. */
export interface Home {
  readonly directory: string;
  slipway(...words: string[]): Promise<Outcome>;
  /** Sends the signal when so many lines have come to stdout. */
  interrupt(signal: NodeJS.Signals, lines: number, ...words: string[]): Promise<Outcome>;
  read(file: string): string;
  write(file: string, text: string): void;
  append(file: string, text: string): void;
  replace(file: string, from: string, to: string): void;
  remove(): void;
}

const program = path.resolve(import.meta.dirname, '../../bin/slipway.cjs');

export function makeHome(kubeconfig: string): Home {
  const base = mkdtempSync(path.join(tmpdir(), 'slipway-e2e-'));
  const directory = path.join(base, 'project');
  mkdirSync(directory);
  const at = (file: string) => path.join(directory, file);
  const home: Home = {
    directory,
    slipway: (...words) => run(directory, kubeconfig, words),
    interrupt: (signal, lines, ...words) => run(directory, kubeconfig, words, { signal, lines }),
    read: (file) => readFileSync(at(file), 'utf8'),
    write: (file, text) => writeFileSync(at(file), text),
    append: (file, text) => appendFileSync(at(file), text),
    replace: (file, from, to) => writeFileSync(at(file), home.read(file).replace(from, to)),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
  return home;
}

function run(
  cwd: string,
  kubeconfig: string,
  words: readonly string[],
  stop?: { signal: NodeJS.Signals; lines: number },
): Promise<Outcome> {
  const home = path.dirname(cwd);
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    HOME: home,
    XDG_DATA_HOME: path.join(home, 'data'),
    NO_COLOR: '1',
  };
  const child = spawn(process.execPath, [program, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr, stopped] = ['', '', false];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stop === undefined || stopped || stdout.split('\n').length <= stop.lines) return;
    stopped = true;
    child.kill(stop.signal);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ exit: code ?? signal ?? '', stdout, stderr }));
  });
}
