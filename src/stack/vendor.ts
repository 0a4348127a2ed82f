import type { Files } from '../files.ts';
import { type Component, readComponent } from './catalogue.ts';
import { edited, editFile, listAt, nameOf } from './edit.ts';
import { hashOf, type LockedComponent } from './lock.ts';
import { inDirectory } from './stack.ts';

/** Where components come from: this package's own `manifests/` and `overlays/`, and the package's version. */
export interface Catalogue {
  files: Files;
  version: string;
}

/** Copies a component's files into a stack and returns what the lock file says about them. */
export async function vendor(
  catalogue: Catalogue,
  component: Component,
  files: Files,
  directory: string,
): Promise<LockedComponent> {
  const source = `manifests/${component.name}`;
  const names = await filesBelow(catalogue.files, source);
  const hashes = await Promise.all(
    names.map(async (name) => {
      const bytes = (await catalogue.files.read(`${source}/${name}`)) as Uint8Array;
      await files.write(inDirectory(directory, source, name), bytes);
      return [name, hashOf(bytes)] as const;
    }),
  );
  return {
    name: component.name,
    version: component.upstream.version,
    catalogue: catalogue.version,
    files: Object.fromEntries(hashes),
  };
}

/** Copies a directory, without what is there already. */
export async function copyMissing(from: Files, to: Files, directory: string, target: string): Promise<string[]> {
  const names = await filesBelow(from, directory);
  const copied = await Promise.all(
    names.map(async (name) => {
      const file = `${target}/${name}`;
      if ((await to.kind(file)) !== undefined) return undefined;
      await to.write(file, (await from.read(`${directory}/${name}`)) as Uint8Array);
      return file;
    }),
  );
  return copied.filter((file) => file !== undefined);
}

/** Every file below a directory, by its path from there, sorted. */
async function filesBelow(files: Files, directory: string, prefix = ''): Promise<string[]> {
  const names = await files.list(prefix === '' ? directory : `${directory}/${prefix}`);
  const found = await Promise.all(
    names.map(async (name) => {
      const file = prefix === '' ? name : `${prefix}/${name}`;
      return (await files.kind(`${directory}/${file}`)) === 'directory' ? filesBelow(files, directory, file) : [file];
    }),
  );
  return found.flat();
}

const listFile = 'manifests/kustomization.yaml';

/**
 * The catalogue's list of components with only the chosen ones, for a new stack: what else the catalogue says there,
 * and its order, stay.
 */
export async function listChosen(catalogue: Catalogue, chosen: readonly Component[]): Promise<string> {
  const all = new TextDecoder().decode(await catalogue.files.read(listFile));
  const isComponent = async (name: string) => (await readComponent(catalogue.files, `manifests/${name}`)) !== undefined;
  const names = await catalogue.files.list('manifests');
  const unwanted = new Set<string>();
  for (const name of names) {
    if (!chosen.some((component) => component.name === name) && (await isComponent(name))) unwanted.add(name);
  }
  return edited(all, (document) => {
    const list = listAt(document, ['resources']);
    list.items = list.items.filter((item) => !unwanted.has(nameOf(item)));
  });
}

/** Adds to and removes from the list of a stack's components, and keeps whatever else the user wrote there. */
export async function editList(
  files: Files,
  directory: string,
  change: { add?: readonly string[]; remove?: readonly string[] },
): Promise<void> {
  await editFile(files, inDirectory(directory, listFile), (document) => {
    const list = listAt(document, ['resources']);
    const removed = new Set(change.remove);
    list.items = list.items.filter((item) => !removed.has(nameOf(item)));
    const present = new Set(list.items.map(nameOf));
    for (const name of change.add ?? []) if (!present.has(name)) list.items.push(document.createNode(name));
  });
}
