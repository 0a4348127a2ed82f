import path from 'node:path';
import { diskFiles, type Files, memoryFiles } from '../../src/files.ts';
import { build } from '../../src/kustomize/index.ts';
import { isJsonObject, type JsonValue, parseYaml, type Resource } from '../../src/resource/index.ts';

/** This repository: the catalogue is its `manifests/` and `overlays/`. */
const repository: Files = diskFiles(path.resolve(import.meta.dirname, '../..'));

export const environments = ['dev', 'test', 'prod'] as const;

/** What the tests ask of a `component.yaml`; its full shape is checked where it is read (`stack`). */
export interface Component {
  name: string;
  requires: string[];
  provides: string[];
  namespaces: string[];
  budget: { cpu: string; memory: string };
  images: string[];
  userData: string[];
  presets: string[];
}

async function read(file: string): Promise<string> {
  const content = await repository.read(file);
  if (content === undefined) throw new Error(`No file ${file}`);
  return new TextDecoder().decode(content);
}

export async function components(): Promise<Component[]> {
  const [list] = parseYaml(await read('manifests/kustomization.yaml')) as unknown as [{ resources: string[] }];
  return Promise.all(
    list.resources.map(async (name) => {
      const [file] = parseYaml(await read(`manifests/${name}/component.yaml`)) as unknown as [{ spec: Component }];
      return { ...file.spec, name };
    }),
  );
}

const rendered = new Map<string, Promise<Resource[]>>();

/** A directory of the repository, rendered once for all tests of a file. */
export function render(directory: string): Promise<Resource[]> {
  const known = rendered.get(directory) ?? renderFrom(repository, directory);
  rendered.set(directory, known);
  return known;
}

export async function renderFrom(files: Files, directory: string): Promise<Resource[]> {
  return (await build(files, directory)).resources;
}

/** The repository's catalogue with other components chosen, as `component add` and `remove` leave it. */
export async function choose(names: readonly string[]): Promise<Files> {
  const texts: Record<string, string> = {};
  const copy = async (directory: string): Promise<void> => {
    for (const name of await repository.list(directory)) {
      const file = `${directory}/${name}`;
      if ((await repository.kind(file)) === 'directory') await copy(file);
      else texts[file] = await read(file);
    }
  };
  await Promise.all([copy('manifests'), copy('overlays')]);
  texts['manifests/kustomization.yaml'] = `resources: [${names.join(', ')}]\n`;
  return memoryFiles(texts);
}

/** Every value in an object with the path that leads to it. */
export function* values(value: JsonValue | undefined, at: readonly string[] = []): Generator<[string[], JsonValue]> {
  if (value === undefined) return;
  yield [[...at], value];
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* values(item, [...at, String(index)]);
  else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) yield* values(item, [...at, key]);
}
