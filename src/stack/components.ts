import { UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import { type Component, closeOver, neededBy, readCatalogue } from './catalogue.ts';
import { editFile, listAt, nameOf } from './edit.ts';
import { readLock, refuseEdits, writeLock } from './lock.ts';
import { inDirectory, type Stack, stackFile } from './stack.ts';
import { type Catalogue, editList, vendor } from './vendor.ts';

export interface AddOptions {
  /** Vendors components again that are there, and takes their files anew where they were edited. */
  force?: boolean;
}

/**
 * Adds components and what they require to a stack. Returns those that were added; none where all are there and whole.
 * The stack file is written last, so that what was interrupted can be started again.
 */
export async function addComponents(
  files: Files,
  stack: Stack,
  catalogue: Catalogue,
  names: readonly string[],
  options: AddOptions = {},
): Promise<readonly Component[]> {
  const { directory } = stack;
  const locked = await readLock(files, directory);
  const external = stack.components.filter(({ provider }) => provider === 'external').map(({ name }) => name);
  const present = stack.components.filter(({ provider }) => provider !== 'external').map(({ name }) => name);
  const known = await readCatalogue(catalogue.files);
  const inCatalogue = new Set(known.map(({ name }) => name));
  const all = closeOver(known, [...present.filter((name) => inCatalogue.has(name)), ...names], external);
  const added = all.filter(({ name }) => {
    const isVendored = present.includes(name) && locked.some((component) => component.name === name);
    return !isVendored || (options.force === true && names.includes(name));
  });
  if (added.length === 0) return [];
  const fresh = await Promise.all(added.map((component) => vendor(catalogue, component, files, directory)));
  const kept = locked.filter(({ name }) => !fresh.some((component) => component.name === name));
  await writeLock(files, directory, [...kept, ...fresh]);
  await editList(files, directory, { add: added.map(({ name }) => name) });
  await editChoices(files, stack, { add: added.map(({ name }) => ({ name })) });
  return added;
}

/** Says that somebody else runs a component in the cluster: it satisfies requirements, and is never touched. */
export async function addExternal(files: Files, stack: Stack, names: readonly string[]): Promise<void> {
  const ours = stack.components.find(({ name, provider }) => names.includes(name) && provider !== 'external');
  if (ours !== undefined) {
    throw new UserError('COMPONENT_PRESENT', `Cannot make ${ours.name} external: this stack has it`, {
      exit: 2,
      suggestions: [`remove it first: slipway component remove ${ours.name}`],
    });
  }
  await editChoices(files, stack, { add: names.map((name) => ({ name, provider: 'external' })) });
}

export interface RemoveOptions {
  /** Removes vendored files that were edited, too. */
  acceptEdits?: boolean;
}

/**
 * Takes components out of a stack. Refused while others need them, or where vendored files were edited. The stack file
 * is written last, so that what was interrupted can be started again.
 */
export async function removeComponents(
  files: Files,
  stack: Stack,
  names: readonly string[],
  options: RemoveOptions = {},
): Promise<void> {
  const { directory } = stack;
  for (const name of names) {
    if (stack.components.some((choice) => choice.name === name)) continue;
    throw new UserError('COMPONENT_ABSENT', `Cannot remove ${name}: the stack ${stack.name} does not have it`, {
      exit: 2,
      suggestions: [`it has ${stack.components.map((choice) => choice.name).join(', ')}`],
    });
  }
  const staying = stack.components.filter(({ name }) => !names.includes(name));
  const vendored = await readCatalogue(files, inDirectory(directory, 'manifests'));
  const chains = names.flatMap((name) =>
    neededBy(vendored, name, [...staying, { name }]).filter((chain) => chain.length > 1),
  );
  if (chains.length > 0) {
    const above = [...new Set(chains.flatMap((chain) => chain.slice(0, -1)))];
    throw new UserError('COMPONENT_NEEDED', `Refused to remove ${names.join(', ')}: others need it`, {
      exit: 4,
      problems: chains.map((chain) => ({ message: chain.join(' needs ') })),
      suggestions: [`remove them together: slipway component remove ${[...above, ...names].join(' ')}`],
    });
  }
  if (!staying.some(({ provider }) => provider !== 'external')) {
    throw new UserError('STACK_EMPTY', `Cannot remove ${names.join(', ')}: a stack needs at least one component`, {
      exit: 2,
      suggestions: ['to take everything out of a cluster: slipway delete -e ENV'],
    });
  }
  const locked = await readLock(files, directory);
  const leaving = locked.filter(({ name }) => names.includes(name));
  if (!options.acceptEdits) await refuseEdits(files, directory, leaving);
  await editList(files, directory, { remove: names });
  await writeLock(
    files,
    directory,
    locked.filter(({ name }) => !names.includes(name)),
  );
  const ours = stack.components.filter(({ name, provider }) => names.includes(name) && provider !== 'external');
  await Promise.all(ours.map(({ name }) => files.remove(inDirectory(directory, 'manifests', name))));
  await editChoices(files, stack, { remove: names });
}

interface Choices {
  add?: readonly { name: string; provider?: string }[];
  remove?: readonly string[];
}

async function editChoices(files: Files, stack: Stack, change: Choices): Promise<void> {
  await editFile(files, inDirectory(stack.directory, stackFile), (document) => {
    const list = listAt(document, ['spec', 'components']);
    list.items = list.items.filter((item) => !change.remove?.includes(nameOf(item)));
    const present = new Set(list.items.map(nameOf));
    for (const choice of change.add ?? []) if (!present.has(choice.name)) list.items.push(document.createNode(choice));
  });
}
