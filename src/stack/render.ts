import { UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import type { BuildResult } from '../kustomize/index.ts';
import { editsOf, readLock, refuseEdits } from './lock.ts';
import { type Environment, inDirectory, type Stack, stackFile } from './stack.ts';

/**
 * The objects of an environment, as `kubectl kustomize OVERLAY` prints them. Refuses vendored files that are not what
 * the lock file says; with `acceptEdits` they are warnings.
 */
export async function render(
  files: Files,
  stack: Stack,
  environment: Environment,
  options: { acceptEdits?: boolean } = {},
): Promise<BuildResult> {
  const locked = await readLock(files, stack.directory);
  const missing = stack.components.filter(
    ({ name, provider }) => provider !== 'external' && !locked.some((component) => component.name === name),
  );
  if (missing.length > 0) {
    throw new UserError(
      'COMPONENT_NOT_VENDORED',
      `Cannot render ${environment.name}: manifests/ lacks components of ${stackFile}`,
      {
        exit: 2,
        problems: missing.map(({ name }) => ({
          file: inDirectory(stack.directory, stackFile),
          message: `${name} is not vendored`,
        })),
        suggestions: [`vendor them: slipway component add ${missing.map(({ name }) => name).join(' ')}`],
      },
    );
  }
  if (!options.acceptEdits) await refuseEdits(files, stack.directory, locked);
  const { resources, warnings } = await renderDirectory(files, inDirectory(stack.directory, environment.overlay));
  const edits = options.acceptEdits ? await editsOf(files, stack.directory, locked) : [];
  return { resources, warnings: [...edits, ...warnings] };
}

/** The objects of any directory with a kustomization. */
export async function renderDirectory(files: Files, directory: string): Promise<BuildResult> {
  // Loaded here, because most commands that read a stack render nothing.
  const { build } = await import('../kustomize/index.ts');
  return build(files, directory);
}
