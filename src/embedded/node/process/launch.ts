import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { type Guard, killGroup } from './guard.ts';

export interface Command {
  /** Program and arguments, as they are to be executed. */
  words: readonly string[];
  cwd: string;
  /** All of it: nothing of our own environment is passed on. */
  env: Readonly<Record<string, string>>;
  stdin?: boolean;
}

/** A program that was started, leader of its own session and process group. */
export interface Launched {
  pid: number;
  stdin: Writable | null;
  stdout: Readable;
  stderr: Readable;
  /** After the last byte of output was read. */
  exited: Promise<{ exitCode: number; signal?: number }>;
  /** SIGKILL reaches the whole group; other signals the program alone, as they do in a container. */
  kill(signal: NodeJS.Signals): void;
}

/**
 * Waits for a word before it becomes the program, so that the guard knows of it first: were the node killed in between,
 * the pipe would close and the program never start.
 */
const gate = 'read -r go <&3 || exit 255; exec 3<&-; exec "$@"';

/** Starts a program under guard. What it leaves running in its group when it ends is killed, unless `keepsGroup`. */
export async function launch(
  { words, cwd, env, stdin = false }: Command,
  guard: Guard,
  options: { keepsGroup?: boolean } = {},
): Promise<Launched> {
  const child = spawn('/bin/sh', ['-c', gate, 'sh', ...words], {
    cwd,
    env: { ...env },
    detached: true,
    stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) throw await failureOf(child);
  const exited = new Promise<{ exitCode: number; signal?: number }>((resolve) => {
    child.once('exit', () => {
      if (!options.keepsGroup) killGroup(pid, 'SIGKILL');
    });
    child.once('close', (code, signal) => {
      if (!options.keepsGroup) void guard.remove(pid);
      resolve(signal === null ? { exitCode: code ?? 0 } : bySignal(constants.signals[signal]));
    });
  });
  child.stdin?.on('error', () => undefined);
  await guard.add(pid);
  const door = child.stdio[3] as Writable;
  door.on('error', () => undefined);
  door.end('go\n');
  return {
    pid,
    stdin: child.stdin,
    stdout,
    stderr,
    exited,
    kill: (signal) => (signal === 'SIGKILL' ? killGroup(pid, signal) : child.kill(signal)),
  };
}

const bySignal = (signal: number) => ({ exitCode: 128 + signal, signal });

function failureOf(child: ChildProcess): Promise<Error> {
  return new Promise((resolve) => child.once('error', resolve));
}
