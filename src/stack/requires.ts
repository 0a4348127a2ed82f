import type { Files } from '../files.ts';
import { readCatalogue } from './catalogue.ts';
import { inDirectory, type Stack } from './stack.ts';

/** Component → the components of this stack that it needs, by name or by what they provide; from the vendored files. */
export async function requiredComponents(files: Files, stack: Stack): Promise<Record<string, string[]>> {
  const catalogue = await readCatalogue(files, inDirectory(stack.directory, 'manifests'));
  const present = catalogue.filter(({ name }) => stack.components.some((choice) => choice.name === name));
  return Object.fromEntries(
    present.map(({ name, requires }) => [
      name,
      present
        .filter((other) => other.name !== name && [other.name, ...other.provides].some((one) => requires.includes(one)))
        .map((other) => other.name),
    ]),
  );
}
