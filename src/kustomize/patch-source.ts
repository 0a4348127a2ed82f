import type { JsonValue } from '../resource/index.ts';
import { explain, fail, RenderFailure } from './failure.ts';
import type { Item } from './item.ts';
import type { PatchEntry } from './kustomization.ts';
import type { Loader } from './loader.ts';
import { asOperations, type Operation } from './merge/json-patch.ts';
import { type ReadContext, readItems } from './read-items.ts';
import { readConfig } from './read-kustomization.ts';
import type { Patch } from './transformers/patches.ts';

type Reading = Omit<ReadContext, 'file'>;

/** An entry of `patches`, with its text read and recognized. */
export async function readPatch(entry: PatchEntry, loader: Loader, file: string, reading: Reading): Promise<Patch> {
  const inline = (entry.patch ?? '').trim();
  const { path = '' } = entry;
  if (inline === '' && path === '') fail('must specify one of patch and path', { file });
  if (inline !== '' && path !== '')
    fail(`patch and path can't be set at the same time (Patch: ${inline.split('\n')[0]}, Path: ${path})`, { file });
  let text = inline;
  if (path !== '') {
    try {
      text = await loader.text(path);
    } catch (error) {
      throw explain(error, `failed to get the patch file from path(${path})`, file);
    }
  }
  const from = path === '' ? file : loader.resolve(path);
  const label = path === '' ? `[patch: ${JSON.stringify(text)}]` : `[path: ${JSON.stringify(path)}]`;
  const merges = attempt(() => readItems(text, { ...reading, file: from }));
  const operations = attempt(() => readOperations(text, from));
  if (Array.isArray(merges) && Array.isArray(operations) && merges.length > 0 && operations.length > 0)
    fail(`illegally qualifies as both an SM and JSON patch: ${label}`, { file: from });
  if (!Array.isArray(merges) && !Array.isArray(operations)) {
    const cause = /^\s*[[-]/.test(text) ? operations : merges;
    const place = cause.problems[0];
    fail(`unable to parse SM or JSON patch from ${label}: ${cause.message}`, { ...place, file: from });
  }
  if (Array.isArray(merges)) {
    for (const merge of merges) {
      if (entry.options?.allowNameChange === true) merge.allowNameChange();
      if (entry.options?.allowKindChange === true) merge.allowKindChange();
    }
  }
  return {
    merges: Array.isArray(merges) ? merges : undefined,
    operations: Array.isArray(operations) ? operations : [],
    target: entry.target,
    label,
  };
}

function attempt<T>(work: () => T): T | RenderFailure {
  try {
    return work();
  } catch (error) {
    if (error instanceof RenderFailure) return error;
    throw error;
  }
}

/** RFC 6902 operations in JSON or YAML. */
export function readOperations(text: string, file: string): Operation[] {
  if (text === '') fail('empty json patch operations', { file });
  let value: JsonValue;
  if (text.startsWith('[')) {
    try {
      value = JSON.parse(text) as JsonValue;
    } catch (error) {
      return fail(`invalid JSON patch: ${(error as Error).message}`, { file });
    }
  } else value = readConfig(text, file);
  return asOperations(value) ?? fail('json: cannot unmarshal the patch into a list of operations', { file });
}

/** Entries of `patchesStrategicMerge`: files, or patches themselves. */
export async function readMerges(
  entries: readonly string[],
  loader: Loader,
  file: string,
  reading: Reading,
): Promise<Item[]> {
  const merges: Item[] = [];
  for (const entry of entries) {
    const inline = attempt(() => readItems(entry, { ...reading, file }));
    if (Array.isArray(inline)) merges.push(...inline);
    else merges.push(...readItems(await loader.text(entry), { ...reading, file: loader.resolve(entry) }));
  }
  if (merges.length === 0) fail(`patch appears to be empty; files=[${entries.join(' ')}], Patch=`, { file });
  return merges;
}
