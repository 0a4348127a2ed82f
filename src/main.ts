import { Config } from '@oclif/core/config';
import type { Hook, Hooks } from '@oclif/core/interfaces';
import { findCommand } from './command/index.ts';
import { type Context, makeContext } from './context.ts';
import { type ExitCode, UserError } from './errors.ts';

/**
 * Runs one command line and sets the process's exit code; never throws. Start-up time is a feature: the words name the
 * command's file, which is loaded alone; looking through all commands is left to help, aliases and misspelled words.
 */
export async function main(argv: readonly string[]): Promise<void> {
  // Where this program runs from: src/ in a checkout, dist/ in a package.
  process.exitCode = await run(argv, makeContext(import.meta.dirname));
}

async function run(argv: readonly string[], context: Context): Promise<ExitCode> {
  try {
    const code = asksForHelp(argv) ? undefined : await runCommand(argv, context);
    if (code !== undefined) return code;
    const { loadCommands, showHelp, unknownCommand, withoutAlias } = await import('./help.ts');
    const commands = await loadCommands(context.source);
    const meant = withoutAlias(commands, argv) ?? argv;
    const isHelp = asksForHelp(argv) || commands.findTopic(argv.join(':')) !== undefined;
    if (isHelp && (await showHelp(commands, meant))) return 0;
    const answer = isHelp || meant === argv ? undefined : await runCommand(meant, context);
    if (answer !== undefined) return answer;
    throw unknownCommand(commands, argv);
  } catch (error) {
    const { makeScreen, showError } = await import('./ui/index.ts');
    await showError(makeScreen({ env: context.env }), error);
    return error instanceof UserError ? error.exit : 1;
  }
}

async function runCommand(argv: readonly string[], context: Context): Promise<ExitCode | undefined> {
  const found = await findCommand(context.source, argv);
  return found && new found.Class(found.rest, new DispatchConfig({ root: context.source }), context).start();
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  return words.length === 0 || words[0] === 'help' || words.includes('--help') || words.includes('-h');
}

/** What oclif must know to run one command: no plugins, no hooks, nothing read from disk. */
class DispatchConfig extends Config {
  override bin = 'slipway';
  override topicSeparator: ' ' | ':' = ' ';

  override async runHook<T extends keyof Hooks>(): Promise<Hook.Result<Hooks[T]['return']>> {
    return { failures: [], successes: [] };
  }
}
