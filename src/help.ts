import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Config } from '@oclif/core/config';
import { Help } from '@oclif/core/help';
import type { PJSON } from '@oclif/core/interfaces';
import { nearest, UserError } from './errors.ts';

const topics = {
  notebook: { description: 'Notebook servers' },
  train: { description: 'Training runs, with any framework' },
  serve: { description: 'Models behind an address' },
  runs: { description: 'What was run, with which code, data and images' },
  volume: { description: 'Volume claims for data, checkpoints and models' },
  component: { description: 'The components of a stack' },
  env: { description: 'The environments of a stack, and the clusters they are' },
};

/** Every command, its flags and its aliases, as oclif knows them. `source` is the directory that holds `commands/`. */
export async function loadCommands(source: string): Promise<Config> {
  const root = path.resolve(source, '..');
  const pjson = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as PJSON;
  const oclif = { ...pjson.oclif, commands: `./${path.relative(root, source)}/commands`, plugins: [], topics };
  return Config.load({ root, pjson: { ...pjson, oclif } as PJSON, devPlugins: false, userPlugins: false });
}

/** Prints the help of a command, a topic, or of everything. False where the words name nothing. */
export async function showHelp(commands: Config, argv: readonly string[]): Promise<boolean> {
  const words = wordsOf(argv[0] === 'help' ? argv.slice(1) : argv);
  while (words.length > 0 && !knows(commands, words.join(':'))) words.pop();
  if (words.length === 0 && wordsOf(argv).some((word) => word !== 'help')) return false;
  await new Help(commands, { hideAliasesFromRoot: true }).showHelp(words);
  return true;
}

/** The words of the command that an alias stands for, with the rest of the command line. */
export function withoutAlias(commands: Config, argv: readonly string[]): string[] | undefined {
  const [word, ...rest] = argv;
  const command = commands.commands.find((candidate) => word !== undefined && candidate.aliases.includes(word));
  return command && [...command.id.split(':'), ...rest];
}

export function unknownCommand(commands: Config, argv: readonly string[]): UserError {
  const words = wordsOf(argv);
  const topic = commands.topics.find(({ name }) => name === words[0]);
  const wrong = topic === undefined ? (words[0] ?? argv[0] ?? '') : words.slice(0, 2).join(' ');
  const ids = commands.commands.flatMap(({ id, aliases }) => [id, ...aliases]).map((id) => id.replaceAll(':', ' '));
  const guess = nearest(wrong, [...ids, ...commands.topics.map(({ name }) => name)]);
  return new UserError('UNKNOWN_COMMAND', `Unknown command: slipway ${wrong}`, {
    exit: 2,
    suggestions: [
      ...(guess === undefined ? [] : [`did you mean slipway ${guess}?`]),
      `see all commands: slipway ${topic === undefined ? '' : `${topic.name} `}--help`,
    ],
  });
}

function knows(commands: Config, id: string): boolean {
  return commands.findCommand(id) !== undefined || commands.findTopic(id) !== undefined;
}

function wordsOf(argv: readonly string[]): string[] {
  const end = argv.findIndex((word) => word.startsWith('-'));
  return argv.slice(0, end < 0 ? argv.length : end);
}
