import { hash } from 'node:crypto';
import type * as z from 'zod/mini';
import { type Problem, UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import { readDocument } from './document.ts';
import { apiVersion, lockSchema } from './schema.ts';
import { inDirectory } from './stack.ts';

/** What was vendored of one component: its version, and the hash of every file. */
export type LockedComponent = z.output<typeof lockSchema>['spec']['components'][number];

const lockFile = 'slipway.lock';

/** The vendored components of a stack; empty where there is no lock file. */
export async function readLock(files: Files, directory: string): Promise<LockedComponent[]> {
  return (await readDocument(files, inDirectory(directory, lockFile), lockSchema))?.data.spec.components ?? [];
}

export async function writeLock(
  files: Files,
  directory: string,
  components: readonly LockedComponent[],
): Promise<void> {
  const { stringify } = await import('yaml');
  const sorted = [...components].sort((a, b) => (a.name < b.name ? -1 : 1));
  const text = stringify({ apiVersion, kind: 'Lock', spec: { components: sorted } }, { lineWidth: 0 });
  await files.write(
    inDirectory(directory, lockFile),
    `# Written by slipway: what manifests/ holds. Not for editing.\n${text}`,
  );
}

export function hashOf(bytes: Uint8Array): string {
  return `sha256:${hash('sha256', bytes)}`;
}

/** Vendored files that are not what the lock file says: changed or gone. */
export async function editsOf(files: Files, directory: string, locked: readonly LockedComponent[]): Promise<Problem[]> {
  const expected = locked.flatMap(({ name, files: hashes }) =>
    Object.entries(hashes).map(([file, sum]) => ({ file: inDirectory(directory, 'manifests', name, file), sum })),
  );
  const checked = await Promise.all(
    expected.map(async ({ file, sum }) => {
      const bytes = await files.read(file);
      if (bytes === undefined) return { file, message: 'vendored, and gone' };
      return hashOf(bytes) === sum ? undefined : { file, message: 'vendored, and changed since' };
    }),
  );
  return checked.filter((problem) => problem !== undefined);
}

/** Throws where a vendored file was edited: the next upgrade would lose the change. */
export async function refuseEdits(files: Files, directory: string, locked: readonly LockedComponent[]): Promise<void> {
  const problems = await editsOf(files, directory, locked);
  if (problems.length === 0) return;
  throw new UserError('VENDORED_FILE_EDITED', `Refused to use manifests/: it is not what ${lockFile} says`, {
    exit: 2,
    problems,
    suggestions: [
      'put the change into an overlay, as a patch: overlays/ENV/kustomization.yaml',
      'fetch the files anew: slipway component add NAME --force',
      'or take them as they are, this once: --accept-edits',
    ],
  });
}
