import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Port: other programs. Nothing else in Slipway starts a process, except the node of the embedded cluster. */
export type Run = (program: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>;

export interface RunOptions {
  input?: string;
  cwd?: string;
  env?: Record<string, string>;
  /** Milliseconds. */
  timeout?: number;
  signal?: AbortSignal;
}

export interface RunResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Set when the program could not be started: it is not installed, or not executable. */
  notFound?: boolean;
}

/** Runs programs with execa, which is loaded at the first call. */
export function execaRun(): Run {
  return async (program, args, options = {}) => {
    const { execa } = await import('execa');
    const result = await execa(program, args, {
      reject: false,
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    });
    options.signal?.throwIfAborted();
    const code = (result as { code?: string }).code;
    return {
      exitCode: result.exitCode ?? 1,
      stdout: result.stdout ?? '',
      stderr: result.stderr ?? '',
      ...(code === 'ENOENT' || code === 'EACCES' ? { notFound: true } : {}),
    };
  };
}

/**
 * When a process began, in the system's own words; with its number it names one process for good. Undefined if there is
 * none of this number, or only one that has ended and was not yet asked for (a zombie).
 */
export async function birthOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The name of the program, in parentheses, may hold anything; behind it stand the state and, 20th, the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  }
  try {
    const options = { env: { LC_ALL: 'C' } };
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], options);
    const [state = '', ...began] = stdout.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : began.join(' ');
  } catch {
    return undefined;
  }
}
