import { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import { boolean } from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';
import type { Cluster } from '../cluster/index.ts';
import type { ClusterAddress, Context } from '../context.ts';
import { type ExitCode, UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import type { Environment, Identity, Stack } from '../stack/index.ts';
import { type Format, makeScreen, printDocument, type Screen, showError } from '../ui/index.ts';
import { readSource, type Source, type SourceFlags } from './source.ts';
import { usageError } from './usage.ts';

/**
 * What all commands of Slipway share. A command declares `summary`, `description`, `examples`, `args` and `flags`,
 * and its `run` is a paragraph: parse, call the rooms, print, return. What `run` returns is what `-o json` prints.
 *
 * Every failure leaves through {@link start}: one sentence on stderr (a document of kind `Error` with `-o json`), and
 * the exit code of the error (0 done, 1 failed, 2 bad usage or input, 3 changes pending, 4 refused, 130 interrupted).
 */
export abstract class SlipwayCommand extends Command {
  static override baseFlags = {
    'no-color': boolean({ description: 'plain text; NO_COLOR does the same', helpGroup: 'OUTPUT' }),
    verbose: boolean({ char: 'v', description: 'also show what caused an error', helpGroup: 'OUTPUT' }),
  };

  protected readonly context: Context;
  protected screen: Screen;
  /** From `-o`. */
  protected format: Format;
  /** What the process ends with when nothing fails; `diff` sets 3. */
  protected exitCode: ExitCode = 0;
  /** Closed when the command ends. */
  private readonly connected: Cluster[] = [];
  /** As they were typed. */
  private readonly words: readonly string[];
  private readonly verbose: boolean;

  constructor(argv: string[], config: Config, context: Context) {
    super(argv.map(withYesTo), config);
    this.context = context;
    this.words = argv;
    // From the raw words, because a command line that does not parse must be reported in the right format too.
    this.format = formatIn(argv) ?? defaultFormat(this.constructor as typeof SlipwayCommand);
    this.verbose = context.env['DEBUG'] !== undefined || argv.includes('-v') || argv.includes('--verbose');
    this.screen = makeScreen({ env: context.env, color: !argv.includes('--no-color') });
  }

  /** Runs the command; never throws. */
  async start(): Promise<ExitCode> {
    try {
      await this.run();
      return this.exitCode;
    } catch (error) {
      const { flags, baseFlags } = this.constructor as typeof SlipwayCommand;
      const known = Object.keys({ ...baseFlags, ...flags });
      const failure = this.context.signal.aborted
        ? this.context.signal.reason
        : usageError(error, { id: this.id ?? '', flags: known });
      await showError(this.screen, failure, { format: formatIn(this.words) ?? 'text', verbose: this.verbose });
      return failure instanceof UserError ? failure.exit : 1;
    } finally {
      await Promise.allSettled(this.connected.map((cluster) => cluster.close()));
    }
  }

  /** Prints the answer: the text for people, or one document of the kind with this content for programs. */
  protected async print(kind: string, content: object, text: () => string): Promise<void> {
    if (this.format === 'text') this.screen.data.write(text());
    else await printDocument(this.screen.data, this.format, kind, content);
  }

  /** Says something on the way; for people alone. */
  protected say(text: string): void {
    if (this.format === 'text') this.screen.talk.write(`${text}\n`);
  }

  /** Where components come from. */
  protected get catalogue(): { files: Files; version: string } {
    return { files: this.context.home, version: this.context.version };
  }

  /** What every question needs: the flag that answers it, and the signal that ends it. */
  protected asking(flag: string): { flag: string; signal: AbortSignal } {
    return { flag, signal: this.context.signal };
  }

  /** The stack in this directory, for commands that work without one too. */
  protected async stackIfAny(): Promise<Stack | undefined> {
    const { loadStack, stackFile } = await import('../stack/index.ts');
    return (await this.context.files.kind(stackFile)) === undefined ? undefined : loadStack(this.context.files, '.');
  }

  /** Reads and renders what `-e`, `-k` or `-f` names, and says the warnings. */
  protected async readSource(flags: SourceFlags): Promise<Source> {
    const source = await readSource(this.context, flags);
    const { formatProblem } = await import('../errors.ts');
    for (const warning of source.warnings) this.screen.talk.write(`Warning: ${formatProblem(warning)}\n`);
    return source;
  }

  /**
   * Connects to the cluster of an environment, or of `--context` without one. An environment that is bound refuses any
   * other cluster (exit 4) before anything is written; one that is not needs `--context`.
   */
  protected async connect(
    flags: Omit<ClusterAddress, 'provider' | 'name'>,
    environment?: Environment,
  ): Promise<Cluster> {
    const { connectTo } = await import('./cluster.ts');
    const cluster = await connectTo(this.context, flags, environment);
    this.connected.push(cluster);
    return cluster;
  }

  /** What tells a cluster from every other. */
  protected async identityOf(cluster: Cluster): Promise<Identity> {
    const { identify } = await import('../cluster/index.ts');
    return { context: cluster.name, uid: await identify(cluster, { signal: this.context.signal }) };
  }
}

/** `--yes=prod` is `--yes-to prod`: oclif has no flags with an optional value. */
function withYesTo(word: string): string {
  return word.startsWith('--yes=') ? `--yes-to=${word.slice('--yes='.length)}` : word;
}

function formatIn(argv: readonly string[]): Format | undefined {
  const [, format] = argv.join('\n').match(/^(?:-o|--output)[=\n]?(text|json|ndjson|yaml)$/m) ?? [];
  return format as Format | undefined;
}

function defaultFormat({ flags }: { flags?: FlagInput }): Format {
  return (flags?.['output']?.default as Format | undefined) ?? 'text';
}
