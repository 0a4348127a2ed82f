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
