/**
 * Errors that a user can do something about. A bug stays a plain `Error` and shows its stack.
 *
 * `code` is stable and documented in the README; `message` is one sentence ("what failed: why"), without a full stop;
 * `suggestions` say what to do next; `exit` is the process exit code (1 failed, 2 bad usage or input, 4 refused).
 * Never put a secret, a token or a URL with credentials into any of them.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly code: string;
  readonly suggestions: readonly string[];
  readonly exit: ExitCode;
  readonly problems: readonly Problem[];

  constructor(code: string, message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.suggestions = options.suggestions ?? [];
    this.exit = options.exit ?? 1;
    this.problems = options.problems ?? [];
  }
}

/** 0 done, 1 failed, 2 bad usage or bad input, 3 changes pending, 4 refused, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

export interface UserErrorOptions {
  suggestions?: readonly string[];
  exit?: ExitCode;
  /** Everything wrong with the input, where one sentence is not enough. */
  problems?: readonly Problem[];
  cause?: unknown;
}

/** One thing wrong with some input, at a place a person can open. Lines and columns count from 1. */
export interface Problem {
  message: string;
  file?: string;
  line?: number;
  column?: number;
  suggestion?: string;
}

/** `file:line:column: message`, with what is not known left out. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.line === undefined ? undefined : problem.column]
    .filter((part) => part !== undefined)
    .join(':');
  const text = place === '' ? problem.message : `${place}: ${problem.message}`;
  return problem.suggestion === undefined ? text : `${text} (${problem.suggestion})`;
}

/** The candidate nearest to a misspelled word (edit distance at most a third of its length), for "did you mean". */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      next.push(cost);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
