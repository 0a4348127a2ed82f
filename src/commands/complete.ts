import type { FlagInput } from '@oclif/core/interfaces';
import { commandNames, findCommand, SlipwayCommand } from '../command/index.ts';

/** What the scripts of `slipway completion` call: prints the words that can stand where the last word stands. */
export default class Complete extends SlipwayCommand {
  static override hidden = true;
  static override strict = false;
  static override summary = 'Print what can be typed next, for shell completion';

  async run() {
    const { argv } = await this.parse(Complete);
    const words = (argv as string[]).filter((word) => word !== '=');
    const last = words.at(-1) ?? '';
    const found = (await this.candidates(words.slice(0, -1), last)).filter((word) => word.startsWith(last));
    this.screen.data.write(found.map((word) => `${word}\n`).join(''));
    return found;
  }

  private async candidates(before: readonly string[], last: string): Promise<string[]> {
    const { source } = this.context;
    const end = before.findIndex((word) => word.startsWith('-'));
    const path = before.slice(0, end < 0 ? before.length : end);
    const found = await findCommand(source, path);
    if (found === undefined) return commandNames(source, path).filter((name) => name !== this.id);
    const flags = { ...found.Class.baseFlags, ...found.Class.flags };
    const open = flagWaitingForValue(flags, before.at(-1));
    if (open !== undefined) return open.options?.slice() ?? this.valuesOf(open.name);
    if (last.startsWith('-')) return flagNames(flags);
    const [argument] = Object.keys(found.Class.args);
    return [
      ...commandNames(source, path),
      ...(argument === undefined ? [] : await this.valuesOf(`${path[0]} ${argument}`)),
    ];
  }

  private async liveNames(topic: string): Promise<string[]> {
    const { LiveNames } = await import('../command/index.ts');
    const asking = new LiveNames([], this.config, this.context);
    asking.topic = topic;
    await asking.start();
    return asking.names;
  }

  /** Values that only the user's files and cluster know, for a flag or for the argument of a command. */
  private async valuesOf(name: string): Promise<string[]> {
    const { readCatalogue } = await import('../stack/index.ts');
    switch (name) {
      case 'env':
      case 'env env':
        return (await this.stackIfAny())?.environments.map((environment) => environment.name) ?? [];
      case 'components':
      case 'component name':
        return (await readCatalogue(this.catalogue.files)).map((component) => component.name);
      case 'context':
        return this.context.contexts();
      case 'notebook name':
      case 'train name':
      case 'serve name':
      case 'volume name':
      case 'runs run':
      case 'runs before':
        return this.liveNames(name.split(' ')[0] as string);
      default:
        return [];
    }
  }
}

interface OpenFlag {
  name: string;
  options: readonly string[] | undefined;
}

/** The flag whose value the next word is. */
function flagWaitingForValue(flags: FlagInput, word: string | undefined): OpenFlag | undefined {
  const found = Object.entries(flags).find(
    ([name, flag]) =>
      flag.type === 'option' && (word === `--${name}` || (flag.char !== undefined && word === `-${flag.char}`)),
  );
  return found && { name: found[0], options: (found[1] as { options?: readonly string[] }).options };
}

function flagNames(flags: FlagInput): string[] {
  return Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .map(([name]) => `--${name}`)
    .concat('--help')
    .sort();
}
