import type { Collection } from './collection.ts';
import { fail } from './failure.ts';
import { compareText, formatGvk, gvkSortKey, kindRanks, legacyOrder, type ResId, sameGvk } from './gvk.ts';

export interface SortOptions {
  order: string;
  legacy?: { orderFirst: readonly string[]; orderLast: readonly string[] };
}

/** The order of the output: as loaded (`fifo`), or by kind, namespace and name (`legacy`, the default). */
export function sortItems(collection: Collection, options: SortOptions = { order: 'legacy' }): void {
  const { order, legacy } = options;
  if (order !== 'legacy' && order !== 'fifo') fail("the field 'sortOptions.order' must be one of [fifo, legacy]");
  if (order === 'fifo') {
    if (legacy !== undefined)
      fail("the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'");
    return;
  }
  const { orderFirst, orderLast } = legacy ?? legacyOrder;
  const ranks = kindRanks(orderFirst, orderLast);
  const keyed = collection.items.map((item) => {
    const id = item.id();
    return { item, id, rank: ranks.get(id.kind) ?? 0, gvk: gvkSortKey(id), text: sortText(id) };
  });
  keyed.sort((a, b) => {
    if (sameGvk(a.id, b.id)) return compareText(a.text, b.text);
    if (a.rank !== b.rank) return a.rank - b.rank;
    const core = a.id.kind === 'Namespace' && b.id.kind === 'Namespace' && (a.id.group === '' || b.id.group === '');
    return core ? compareText(b.gvk, a.gvk) : compareText(a.gvk, b.gvk);
  });
  collection.items = keyed.map(({ item }) => item);
}

function sortText(id: ResId): string {
  return `${formatGvk(id)}|${id.namespace || '~X'}|${id.name || '~N'}`;
}
