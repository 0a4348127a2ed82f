import { UserError } from '../errors.ts';
import type { Screen } from './screen.ts';

/** What every question needs besides its words. */
export interface AskOptions {
  /** How the answer is given without a question: `--yes`, `--name NAME`. It stands in the error where nobody can answer. */
  flag: string;
  signal: AbortSignal;
}

export interface Choice<Value> {
  value: Value;
  name: string;
  /** One line about the choice, shown while it is the marked one. */
  description?: string;
  checked?: boolean;
  /** Why it cannot be chosen. */
  disabled?: string;
}

/** Yes or no; the default is no. */
export function confirm(screen: Screen, question: string, options: AskOptions): Promise<boolean> {
  return ask(screen, question, options, (prompts, theme, context) =>
    prompts.confirm({ message: question, default: false, theme }, context),
  );
}

/** True if the word was typed as it stands; anything else means no. */
export async function confirmByTyping(
  screen: Screen,
  question: string,
  word: string,
  options: AskOptions,
): Promise<boolean> {
  const typed = await ask(screen, question, options, (prompts, theme, context) =>
    prompts.input({ message: `${question} Type ${word}:`, theme }, context),
  );
  return typed.trim() === word;
}

/** A line of text; `check` answers what is wrong with it, or undefined. */
export function input(
  screen: Screen,
  question: string,
  options: AskOptions & { default?: string; check?: (text: string) => string | undefined },
): Promise<string> {
  const { check } = options;
  return ask(screen, question, options, (prompts, theme, context) =>
    prompts.input(
      {
        message: question,
        theme,
        ...(options.default === undefined ? {} : { default: options.default }),
        ...(check === undefined ? {} : { validate: (text: string) => check(text) ?? true }),
      },
      context,
    ),
  );
}

/** One of several. */
export function select<Value>(
  screen: Screen,
  question: string,
  choices: readonly Choice<Value>[],
  options: AskOptions,
): Promise<Value> {
  return ask(screen, question, options, (prompts, theme, context) =>
    prompts.select<Value>({ message: question, choices: choices.map(toInquirer), theme }, context),
  );
}

/** Any of several. */
export function checkbox<Value>(
  screen: Screen,
  question: string,
  choices: readonly Choice<Value>[],
  options: AskOptions,
): Promise<Value[]> {
  return ask(screen, question, options, (prompts, theme, context) =>
    prompts.checkbox<Value>({ message: question, choices: choices.map(toInquirer), theme }, context),
  );
}

type Prompts = typeof import('@inquirer/prompts');
interface PromptContext {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  signal: AbortSignal;
}

/** Asks on stderr with inquirer, which is loaded at the first question. Ctrl-C and Ctrl-D throw `INTERRUPTED`. */
async function ask<Answer>(
  screen: Screen,
  question: string,
  { flag, signal }: AskOptions,
  put: (prompts: Prompts, theme: object, context: PromptContext) => Promise<Answer>,
): Promise<Answer> {
  if (!screen.isInteractive) {
    throw new UserError('CANNOT_ASK', `Cannot ask "${question}": there is no terminal to answer on`, {
      exit: 2,
      suggestions: [`give the answer with ${flag}`],
    });
  }
  const prompts = await import('@inquirer/prompts');
  const end = new AbortController();
  const atEndOfInput = (_text: string, key: { ctrl?: boolean; name?: string } | undefined) => {
    if (key?.ctrl === true && key.name === 'd') end.abort();
  };
  screen.keyboard.on('keypress', atEndOfInput);
  try {
    return await put(prompts, screen.talk.isColored ? {} : plainTheme, {
      input: screen.keyboard,
      output: screen.talk.raw,
      signal: AbortSignal.any([signal, end.signal]),
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const name = error instanceof Error ? error.name : '';
    if (name !== 'ExitPromptError' && name !== 'AbortPromptError') throw error;
    throw new UserError('INTERRUPTED', 'Stopped: the question was not answered', { exit: 130 });
  } finally {
    screen.keyboard.off('keypress', atEndOfInput);
  }
}

function toInquirer<Value>({ disabled, ...choice }: Choice<Value>) {
  return disabled === undefined ? choice : { ...choice, disabled };
}

const asItIs = (text: string) => text;
/** For `--no-color`, which inquirer does not know. */
const plainTheme = {
  prefix: { idle: '?', done: '✔' },
  style: {
    answer: asItIs,
    message: asItIs,
    error: (text: string) => `> ${text}`,
    defaultAnswer: (text: string) => `(${text})`,
    help: asItIs,
    highlight: asItIs,
    key: (text: string) => `<${text}>`,
    description: asItIs,
    disabledChoice: asItIs,
  },
};
