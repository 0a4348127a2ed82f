import { existsSync } from 'node:fs';
import path from 'node:path';
import { Config } from '@oclif/core/config';
import type { Hook, Hooks } from '@oclif/core/interfaces';
import type { SlipwayCommand } from './command/index.ts';
import { type Context, makeContext } from './context.ts';
import { type ExitCode, UserError } from './errors.ts';

/**
 * Runs one command line, sets the process's exit code, never throws. Start-up time is a feature: the words name the
 * command's file (`env bind` is `commands/env/bind`), which is loaded alone; looking through all commands is left to
 * help, aliases and misspelled words.
 */
export async function main(argv: readonly string[], context: Context = makeContext()): Promise<void> {
  process.exitCode = await run(argv, context);
}

type CommandClass = (new (argv: string[], config: Config, context: Context) => SlipwayCommand) & { id: string };

async function run(argv: readonly string[], context: Context): Promise<ExitCode> {
  try {
    const found = asksForHelp(argv) ? undefined : await findCommand(argv);
    if (found !== undefined) return await found.start(context);
    const { loadCommands, showHelp, unknownCommand, withoutAlias } = await import('./help.ts');
    const commands = await loadCommands(here);
    const meant = withoutAlias(commands, argv) ?? argv;
    if (asksForHelp(argv) || commands.findTopic(argv.join(':')) !== undefined) {
      if (await showHelp(commands, meant)) return 0;
    } else if (meant !== argv) {
      return (await findCommand(meant))?.start(context) ?? 1;
    }
    throw unknownCommand(commands, argv);
  } catch (error) {
    const { makeScreen, showError } = await import('./ui/index.ts');
    await showError(makeScreen({ env: context.env }), error);
    return error instanceof UserError ? error.exit : 1;
  }
}

/** Where this program runs from: `src/` in a checkout, `dist/` in a package. */
const here = import.meta.dirname;
const extension = path.extname(import.meta.filename);

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  return words.length === 0 || words[0] === 'help' || words.includes('--help') || words.includes('-h');
}

/** The longest start of the words that is a command's file. */
async function findCommand(
  argv: readonly string[],
): Promise<{ start(context: Context): Promise<ExitCode> } | undefined> {
  const plain = argv.findIndex((word) => !/^[a-z][a-z0-9-]*$/.test(word));
  const words = argv.slice(0, Math.min(plain < 0 ? argv.length : plain, 3));
  for (let length = words.length; length > 0; length--) {
    const file = path.join(here, 'commands', ...words.slice(0, length)) + extension;
    if (!existsSync(file)) continue;
    const { default: Class } = (await import(`file://${file}`)) as { default: CommandClass };
    Class.id = words.slice(0, length).join(':');
    return {
      start: (context) => new Class(argv.slice(length), new DispatchConfig({ root: here }), context).start(),
    };
  }
  return undefined;
}

/** What oclif must know to run one command: no plugins, no hooks, nothing read from disk. */
class DispatchConfig extends Config {
  override bin = 'slipway';
  override topicSeparator: ' ' | ':' = ' ';

  override async runHook<T extends keyof Hooks>(): Promise<Hook.Result<Hooks[T]['return']>> {
    return { failures: [], successes: [] };
  }
}
