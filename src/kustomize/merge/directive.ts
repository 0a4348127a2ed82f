import { MAPPING, SEQUENCE, type YamlNode } from '../../resource/index.ts';
import { fail } from '../failure.ts';
import { clearField, field, isEmptyMap } from '../node.ts';

/** What a patch says about a whole map or list. */
export type Directive = 'merge' | 'replace' | 'delete';

function known(value: string): Directive {
  if (value !== 'merge' && value !== 'replace' && value !== 'delete') fail(`unknown patch strategy '${value}'`);
  return value;
}

/** The `$patch` of a map, which is taken out of it; of a list, where an item is nothing but that. */
export function takeDirective(patch: YamlNode | undefined): Directive {
  if (patch?.kind === SEQUENCE) return takeListDirective(patch);
  if (patch?.kind !== MAPPING) return 'merge';
  const found = field(patch, '$patch');
  if (found === undefined) return 'merge';
  const directive = known(found.value);
  clearField(patch, '$patch');
  return directive;
}

function takeListDirective(patch: YamlNode): Directive {
  const item = patch.content.find((each) => field(each, '$patch') !== undefined);
  if (item === undefined || item.content.length > 2) return 'merge';
  const directive = known((field(item, '$patch') as YamlNode).value);
  const isIt = (each: YamlNode) => each.kind === MAPPING && field(each, '$patch')?.value === directive;
  patch.content = patch.content.filter((each) => !isEmptyMap(each) && !isIt(each));
  return directive;
}
