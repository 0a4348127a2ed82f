import { SCALAR, tags } from '../../resource/index.ts';
import type { Collection } from '../collection.ts';
import { visitField } from '../field-path.ts';
import type { FieldSpec } from '../field-specs.ts';
import { type Gvk, isSelected } from '../gvk.ts';
import { entrySetter } from './entries.ts';

/** Kinds whose names mean something to others, and stay. */
const untouched: Partial<Gvk>[] = [
  { kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', kind: 'APIService' },
  { kind: 'Namespace' },
];

/** Puts text before or after names. */
export function addAffix(
  collection: Collection,
  side: 'prefix' | 'suffix',
  affix: string,
  specs: readonly FieldSpec[],
): void {
  for (const item of collection.items) {
    const id = item.originalId();
    if (untouched.some((kind) => isSelected(id, kind))) continue;
    for (const spec of specs) {
      if (!isSelected(id, spec)) continue;
      if (spec.path === 'metadata/name') {
        if (side === 'prefix') item.addPrefix(affix);
        else item.addSuffix(affix);
        if (affix !== '') item.storePreviousId();
      }
      visitField(item, spec, {
        set: (node) => {
          const name = side === 'prefix' ? affix + node.value : node.value + affix;
          entrySetter('', name, tags.none)(node);
        },
        create: SCALAR,
        tag: tags.string,
      });
    }
  }
  collection.changed();
}
