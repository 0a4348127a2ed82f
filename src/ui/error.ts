import { formatProblem, type Problem, UserError } from '../errors.ts';
import { type Format, printDocument } from './document.ts';
import type { Screen } from './screen.ts';
import { scrub } from './scrub.ts';

export interface ErrorOptions {
  /** With `json`, `ndjson` and `yaml` the error is a document of kind `Error`. Always on stderr: stdout is for data. */
  format?: Format;
  /** `-v` or DEBUG: also the chain of causes. A bug shows its stack in any case. */
  verbose?: boolean;
}

/**
 * Says what failed, where in the input, and what to do next. Everything passes {@link scrub}. A `UserError` is one
 * sentence with its code; anything else is a bug in Slipway and shows its stack.
 */
export async function showError(screen: Screen, error: unknown, options: ErrorOptions = {}): Promise<void> {
  const format = options.format ?? 'text';
  if (format !== 'text') return printDocument(screen.talk, format, 'Error', errorDocument(error, options));
  const { paint, write } = screen.talk;
  const known = error instanceof UserError;
  const lines = [
    known
      ? `${paint('red', 'Error:')} ${scrub(error.message)} ${paint('dim', `(${error.code})`)}`
      : `${paint('red', 'Bug in Slipway:')} ${scrub(messageOf(error))}`,
  ];
  if (known) lines.push(...formatProblems(error, options.verbose ? Number.POSITIVE_INFINITY : MANY));
  else lines.push(paint('dim', scrub(stackOf(error))));
  if (options.verbose) lines.push(...causesOf(error).map((cause) => `  caused by: ${scrub(messageOf(cause))}`));
  const suggestions = known ? error.suggestions : ['report this with the lines above and the command you ran'];
  if (suggestions.length > 0) lines.push('', paint('bold', 'Try this:'));
  lines.push(...suggestions.map((suggestion) => `  - ${scrub(suggestion)}`));
  write(`${lines.join('\n')}\n`);
}

/** More problems than this bury the sentence above them and the advice below. */
const MANY = 20;

function formatProblems({ message, problems }: UserError, most: number): string[] {
  // The only problem may be the sentence itself.
  const said = (problem: Problem) => problem.file === undefined && message.endsWith(problem.message);
  const lines = problems.filter((problem) => !said(problem)).map((problem) => `  ${scrub(formatProblem(problem))}`);
  return lines.length <= most ? lines : [...lines.slice(0, most), `  … and ${lines.length - most} more, all with -v`];
}

/** The document of kind `Error`. */
interface ErrorDocument {
  code: string;
  message: string;
  exit: number;
  problems?: readonly Problem[];
  suggestions?: readonly string[];
  causes?: readonly string[];
  stack?: string;
}

function errorDocument(error: unknown, options: ErrorOptions): ErrorDocument {
  const causes = options.verbose ? { causes: causesOf(error).map(messageOf) } : {};
  if (!(error instanceof UserError)) {
    return { code: 'BUG', message: messageOf(error), exit: 1, ...causes, stack: stackOf(error) };
  }
  const { code, message, exit, problems, suggestions } = error;
  return { code, message, exit, problems, suggestions, ...causes };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The frames alone: the message stands above them already. */
function stackOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.slice(Math.max(stack.search(/^ {4}at /m), 0));
}

/** Every cause below an error, outermost first; a loop ends the chain. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  let next = error;
  while (next instanceof Error && next.cause !== undefined && !causes.includes(next.cause)) {
    causes.push(next.cause);
    next = next.cause;
  }
  return causes;
}
