import type { Context } from '../context.ts';
import type { Environment } from '../stack/index.ts';
import { requireEnvironment, type SourceFlags } from './source.ts';

/** What is in a cluster already, as far as flags and files name it; nothing is rendered. */
export interface Target {
  /** Both are known in a project and with `-k` and `-f`; elsewhere the cluster's own record completes them. */
  stack?: string | undefined;
  environment?: string | undefined;
  /** The environment of the stack file, with the cluster it is bound to. */
  bound?: Environment;
}

/** Reads whose objects the flags mean. Without a stack file nothing is required: a cluster knows what is in it. */
export async function readTarget(context: Context, flags: SourceFlags): Promise<Target> {
  const { files } = context;
  const place = flags.kustomize ?? flags.filename?.find((file) => file !== '-') ?? (flags.filename && '.');
  const stackRoom = await import('../stack/index.ts');
  if (place !== undefined) {
    return { stack: flags.stack ?? stackRoom.baseName(files.resolve(place)), environment: 'default' };
  }
  const named = { stack: flags.stack, environment: flags.env };
  if ((await files.kind(stackRoom.stackFile)) !== 'file') return named;
  const stack = await stackRoom.loadStack(files, '.');
  if (flags.stack !== undefined && flags.stack !== stack.name) return named;
  const bound = stackRoom.findEnvironment(stack, requireEnvironment(flags.env, stack));
  return { stack: stack.name, environment: bound.name, bound };
}
