import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '@oclif/core/config';
import type { Context } from '../context.ts';
import type { SlipwayCommand } from './command.ts';

type CommandClass = Omit<typeof SlipwayCommand, 'prototype'> & {
  new (argv: string[], config: Config, context: Context): SlipwayCommand;
};

export interface FoundCommand {
  Class: CommandClass;
  /** The words behind the command's own. */
  rest: string[];
}

/** `.ts` in a checkout, `.js` in a package. */
const extension = path.extname(import.meta.filename);

/**
 * The command that a command line starts with: the longest start of the words that is a file (`env bind` is
 * `commands/env/bind`), which is loaded alone. `source` is the directory that holds `commands/`.
 */
export async function findCommand(source: string, argv: readonly string[]): Promise<FoundCommand | undefined> {
  const end = argv.findIndex((word) => !/^[a-z][a-z0-9-]*$/.test(word));
  const words = argv.slice(0, Math.min(end < 0 ? argv.length : end, 3));
  for (let length = words.length; length > 0; length--) {
    const file = path.join(source, 'commands', ...words.slice(0, length)) + extension;
    if (!existsSync(file)) continue;
    const { default: Class } = (await import(pathToFileURL(file).href)) as { default: CommandClass };
    Class.id = words.slice(0, length).join(':');
    return { Class, rest: argv.slice(length) };
  }
  return undefined;
}

/** The names of the commands and topics below a topic (`[]`: all of the first level), sorted. */
export function commandNames(source: string, topic: readonly string[]): string[] {
  const directory = path.join(source, 'commands', ...topic);
  if (topic.some((word) => !/^[a-z][a-z0-9-]*$/.test(word)) || !existsSync(directory)) return [];
  const names = readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return [entry.name];
    return path.extname(entry.name) === extension ? [path.basename(entry.name, extension)] : [];
  });
  return [...new Set(names)].sort();
}
