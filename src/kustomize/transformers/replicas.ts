import { SCALAR, tags } from '../../resource/index.ts';
import type { Collection } from '../collection.ts';
import { fail } from '../failure.ts';
import { visitField } from '../field-path.ts';
import type { FieldSpec } from '../field-specs.ts';
import { formatGvk, isSelected } from '../gvk.ts';
import { entrySetter } from './entries.ts';

export interface Replica {
  name: string;
  count: number | bigint;
}

/** Sets the number of replicas of the objects that have, or had, a name. */
export function setReplicas(collection: Collection, replica: Replica, specs: readonly FieldSpec[]): void {
  let found = false;
  for (const spec of specs) {
    const items = collection.byAnyId((id) => id.name === replica.name && isSelected(id, spec));
    for (const item of items) {
      found = true;
      const set = entrySetter('', String(replica.count), tags.int);
      visitField(item, spec, { set, create: SCALAR, tag: tags.int });
    }
  }
  if (found) return;
  const kinds = specs.map((spec) => formatGvk(spec)).join(' ');
  fail(`resource with name ${replica.name} does not match a config with the following GVK [${kinds}]`);
}
