import type { Problem } from '../errors.ts';
import { UnprintableError, YamlValueError } from '../resource/index.ts';

/** Why something could not be rendered, with everything that is known to be wrong by then. */
export class RenderFailure extends Error {
  override readonly name = 'RenderFailure';
  readonly problems: readonly Problem[];

  constructor(problem: string | Problem | readonly Problem[]) {
    const problems: readonly Problem[] =
      typeof problem === 'string' ? [{ message: problem }] : Array.isArray(problem) ? problem : [problem as Problem];
    super(problems.map(({ message }) => message).join('; '));
    this.problems = problems;
  }
}

/** Throws a failure of one sentence. */
export function fail(message: string, more: Omit<Problem, 'message'> = {}): never {
  const { file, line, column, suggestion } = more;
  throw new RenderFailure({
    message,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

/** A value that YAML can hold and Kubernetes cannot. */
export function isValueError(error: unknown): error is Error {
  return error instanceof YamlValueError || error instanceof UnprintableError;
}

/** The same failure with a beginning that says what was being done, and a file where none was known. */
export function explain(cause: unknown, prefix: string, file?: string): unknown {
  const error = isValueError(cause) ? new RenderFailure(cause.message) : cause;
  if (!(error instanceof RenderFailure)) return error;
  return new RenderFailure(
    error.problems.map((problem) => ({
      ...(file === undefined ? {} : { file }),
      ...problem,
      message: prefix === '' ? problem.message : `${prefix}: ${problem.message}`,
    })),
  );
}
