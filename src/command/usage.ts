import { CLIError } from '@oclif/core/errors';
import { nearest, UserError } from '../errors.ts';

/**
 * What oclif says about a wrong command line, as our own error of exit code 2, with the flag that was probably meant.
 * Anything else is handed back as it is.
 */
export function usageError(error: unknown, command: { id: string; flags: readonly string[] }): unknown {
  const help = `see the flags and examples: slipway ${command.id.replaceAll(':', ' ')} --help`;
  if (error instanceof UserError) {
    error.message = withoutFrame(error.message);
    return error;
  }
  if (!(error instanceof CLIError)) return error;
  const unknown = (error as { flags?: unknown }).flags;
  const guesses = Array.isArray(unknown) ? unknown.flatMap((flag) => guessOf(String(flag), command.flags)) : [];
  return new UserError('BAD_USAGE', withoutFrame(error.message), { exit: 2, suggestions: [...guesses, help] });
}

function guessOf(flag: string, known: readonly string[]): string[] {
  const guess = nearest(flag.replace(/^-+/, '').replace(/=.*/, ''), known);
  return guess === undefined ? [] : [`did you mean --${guess}?`];
}

/** oclif frames what a flag's own parser says in lines of its own. */
function withoutFrame(message: string): string {
  return message
    .replace(/^Parsing (--\S+)\s+/, '')
    .replace(/\n?See more help with --help$/, '')
    .replace(/^Nonexistent flag/, 'Unknown flag')
    .replace(/^The following errors? occurred:/, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ');
}
