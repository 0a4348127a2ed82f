import { UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import { type Component, closeOver, readCatalogue } from './catalogue.ts';
import { writeLock } from './lock.ts';
import { label } from './schema.ts';
import { type ClusterBinding, inDirectory, stackFile } from './stack.ts';
import { type Catalogue, copyMissing, listChosen, vendor } from './vendor.ts';

export interface NewStack {
  name: string;
  /** Names of components; what they require comes with them. */
  components: readonly string[];
  /** The cluster that `dev` is. */
  dev?: ClusterBinding;
}

const environments = ['dev', 'test', 'prod'];

/**
 * Writes a new stack into a directory: the stack file last, so that what was interrupted can be started again. Overlays
 * that are there already stay. Throws, and writes nothing, where a stack is there or the wishes contradict.
 */
export async function initStack(
  files: Files,
  directory: string,
  catalogue: Catalogue,
  wanted: NewStack,
): Promise<readonly Component[]> {
  await refuseSecondStack(files, directory);
  if (!label.safeParse(wanted.name).success) {
    throw new UserError('STACK_NAME_INVALID', `Cannot name a stack ${JSON.stringify(wanted.name)}: it is no label`, {
      exit: 2,
      suggestions: ['use lower-case letters, digits and dashes: --name my-stack'],
    });
  }
  const chosen = closeOver(await readCatalogue(catalogue.files), wanted.components);
  const locked = await Promise.all(chosen.map((component) => vendor(catalogue, component, files, directory)));
  await files.write(inDirectory(directory, 'manifests/kustomization.yaml'), await listChosen(catalogue, chosen));
  for (const name of environments) {
    await copyMissing(catalogue.files, files, `overlays/${name}`, inDirectory(directory, `overlays/${name}`));
  }
  await writeLock(files, directory, locked);
  await files.write(inDirectory(directory, stackFile), await stackText(wanted, chosen));
  return chosen;
}

/** Throws where the directory has a stack. */
export async function refuseSecondStack(files: Files, directory: string): Promise<void> {
  const file = inDirectory(directory, stackFile);
  if ((await files.kind(file)) === undefined) return;
  throw new UserError('STACK_EXISTS', `Cannot make a stack: ${files.resolve(file)} is there already`, {
    exit: 2,
    suggestions: ['change the one that is there: slipway component add NAME', 'or start in another directory'],
  });
}

async function stackText(wanted: NewStack, chosen: readonly Component[]): Promise<string> {
  const { stringify } = await import('yaml');
  const dev = wanted.dev === undefined ? '' : `, cluster: ${stringify(wanted.dev, { collectionStyle: 'flow' }).trim()}`;
  return `# The stack: which components, and which environments they run in.
# slipway component add|remove and slipway env bind change this file; so may you.
apiVersion: slipway.dev/v1alpha1
kind: Stack
metadata:
  name: ${stringify(wanted.name).trim()}
spec:
  components:
${chosen.map(({ name }) => `    - name: ${name}\n`).join('')}  environments:
    dev: { overlay: overlays/dev${dev} }
    test: { overlay: overlays/test }
    prod: { overlay: overlays/prod, protected: true }
`;
}
