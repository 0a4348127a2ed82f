import type { Context } from '../context.ts';
import type { Problem } from '../errors.ts';
import { UserError } from '../errors.ts';
import type { Resource } from '../resource/index.ts';
import type { Environment, Stack } from '../stack/index.ts';

/** What a command works on. */
export interface Source {
  resources: readonly Resource[];
  warnings: readonly Problem[];
  /** Whose objects these are in a cluster. */
  owner: { stack: string; environment: string };
  /** With `-e` alone. */
  stack?: Stack;
  environment?: Environment;
}

export interface SourceFlags {
  env?: string | undefined;
  kustomize?: string | undefined;
  filename?: string[] | undefined;
  /** The name of the owner, where no stack file gives it. */
  stack?: string | undefined;
  /** Renders vendored files that differ from the lock file. */
  'accept-edits'?: boolean | undefined;
}

/** Reads and renders what the flags name. Throws a `UserError` with every problem of the input. */
export async function readSource(context: Context, flags: SourceFlags): Promise<Source> {
  const { files } = context;
  const { baseName, loadStack, findEnvironment, readObjects, render, renderDirectory } = await import(
    '../stack/index.ts'
  );
  const named = (place: string) => ({ stack: flags.stack ?? baseName(files.resolve(place)), environment: 'default' });
  if (flags.kustomize !== undefined) {
    return { ...(await renderDirectory(files, flags.kustomize)), owner: named(flags.kustomize) };
  }
  if (flags.filename !== undefined) {
    const resources = await readObjects(files, flags.filename, context.readInput);
    return { resources, warnings: [], owner: named(flags.filename.find((file) => file !== '-') ?? '.') };
  }
  const stack = await loadStack(files, '.');
  const environment = findEnvironment(stack, requireEnvironment(flags.env, stack));
  const rendered = await render(files, stack, environment, { acceptEdits: flags['accept-edits'] ?? false });
  return { ...rendered, stack, environment, owner: { stack: stack.name, environment: environment.name } };
}

/** The environment that was named; throws with those there are. */
export function requireEnvironment(name: string | undefined, stack: Stack): string {
  if (name !== undefined) return name;
  const names = stack.environments.map((environment) => environment.name);
  throw new UserError('ENVIRONMENT_MISSING', 'Nothing to work on: no environment, directory or file is named', {
    exit: 2,
    suggestions: [
      `name an environment: -e ${names.join(' | -e ')}`,
      'or a directory with -k DIR, or files with -f FILE',
    ],
  });
}
