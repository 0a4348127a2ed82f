import { MAPPING, tags } from '../../resource/index.ts';
import type { Collection } from '../collection.ts';
import { visitFields } from '../field-path.ts';
import type { FieldSpec } from '../field-specs.ts';
import { compareText } from '../gvk.ts';
import { entrySetter } from './entries.ts';

/** Writes labels, or annotations, into every field that the specifications name. */
export function setEntries(
  collection: Collection,
  entries: Readonly<Record<string, string>>,
  specs: readonly FieldSpec[],
): void {
  const names = Object.keys(entries).sort(compareText);
  for (const item of collection.items) {
    for (const name of names) {
      const set = entrySetter(name, entries[name] as string, tags.string);
      visitFields(item, specs, { set, create: MAPPING, tag: tags.map });
    }
  }
  collection.dropEmpty();
}
