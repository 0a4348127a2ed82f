import { type Problem, UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import { isJsonObject, type JsonValue, parseYaml, type Resource, splitDocuments } from '../resource/index.ts';
import { inDirectory } from './stack.ts';

/**
 * The objects in files, in directories of files (`.yaml`, `.yml`, `.json`; not deeper), or on stdin for `-`, in that
 * order. Lists give their items. Throws with every problem of all of them.
 */
export async function readObjects(
  files: Files,
  places: readonly string[],
  readInput: () => Promise<string>,
): Promise<Resource[]> {
  const texts = (await Promise.all(places.map((place) => textsAt(files, place, readInput)))).flat();
  const problems: Problem[] = [];
  const resources: Resource[] = [];
  for (const { file, text } of texts) {
    try {
      for (const [index, document] of parseYaml(text, { file }).entries()) {
        for (const value of itemsOf(document)) {
          const message = faultOf(value);
          if (message === undefined) resources.push(value as Resource);
          else problems.push({ file, line: lineOfDocument(text, index), message });
        }
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...(error.problems.length > 0 ? error.problems : [{ file, message: error.message }]));
    }
  }
  if (problems.length > 0) {
    throw new UserError('OBJECTS_INVALID', `Cannot read the objects in ${places.join(', ')}: not all are valid`, {
      exit: 2,
      problems,
    });
  }
  return resources;
}

/** The last name of a path, as a label: what the objects of a directory belong to. */
export function baseName(place: string): string {
  const name = place.split(/[/\\]/).filter(Boolean).at(-1) ?? '';
  const plain = name
    .toLowerCase()
    .replace(/\.(ya?ml|json)$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return plain === '' ? 'stack' : plain;
}

async function textsAt(files: Files, place: string, readInput: () => Promise<string>) {
  if (place === '-') return [{ file: 'stdin', text: await readInput() }];
  const names =
    (await files.kind(place)) === 'directory'
      ? (await files.list(place)).filter((name) => /\.(ya?ml|json)$/.test(name)).map((name) => inDirectory(place, name))
      : [place];
  return Promise.all(
    names.map(async (file) => {
      const bytes = await files.read(file);
      if (bytes !== undefined) return { file, text: new TextDecoder().decode(bytes) };
      throw new UserError('FILE_NOT_FOUND', `Cannot read ${file}: there is no such file`, { exit: 2 });
    }),
  );
}

function itemsOf(document: JsonValue): JsonValue[] {
  if (document === null) return [];
  if (isJsonObject(document) && String(document['kind']).endsWith('List') && Array.isArray(document['items'])) {
    return document['items'];
  }
  return [document];
}

function faultOf(value: JsonValue): string | undefined {
  if (!isJsonObject(value)) return 'holds a document that is not an object';
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || apiVersion === '') return 'an object has no apiVersion';
  if (typeof kind !== 'string' || kind === '') return 'an object has no kind';
  const named = isJsonObject(metadata) && typeof metadata['name'] === 'string' && metadata['name'] !== '';
  return named ? undefined : `an object of kind ${kind} has no metadata.name`;
}

/** Where the document that is the nth of those with something in them begins. */
function lineOfDocument(text: string, index: number): number {
  const filled = splitDocuments(text).filter((document) => parseYaml(document.text).length > 0);
  return filled[index]?.line ?? 1;
}
