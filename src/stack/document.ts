import { load } from 'js-yaml';
import type * as z from 'zod/mini';
import { UserError } from '../errors.ts';
import type { Files } from '../files.ts';

/** One of our own files: where it is, what is in it, and what it said as text. */
export interface Document<T> {
  file: string;
  text: string;
  data: T;
}

/**
 * Reads one of our files through its schema. Undefined where there is no such file; a `UserError` with every problem of
 * the file, each with its line and column, where it does not hold what it should.
 */
export async function readDocument<S extends z.ZodMiniType>(
  files: Files,
  file: string,
  schema: S,
): Promise<Document<z.output<S>> | undefined> {
  const bytes = await files.read(file);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(bytes);
  const parsed = schema.safeParse(loadOrNothing(text));
  if (parsed.success) return { file, text, data: parsed.data };
  // The parser that knows positions is three times as slow to load, and only a broken file needs it.
  const { problemsOf } = await import('./problems.ts');
  throw new UserError('FILE_INVALID', `Cannot read ${file}: it is not valid`, {
    exit: 2,
    problems: problemsOf(file, text, schema, parsed.error.issues),
  });
}

function loadOrNothing(text: string): unknown {
  try {
    return load(text);
  } catch {
    return undefined;
  }
}
