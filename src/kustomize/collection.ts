import { fail } from './failure.ts';
import { mergeData } from './generators/data.ts';
import { formatResId, idKey, type ResId, sameId } from './gvk.ts';
import { type Item, ORIGIN } from './item.ts';

/** Objects in the order they were added, no two with the same present id. */
export class Collection {
  items: Item[] = [];
  /** Present ids, while nothing could have changed one. */
  private index: Set<string> | undefined;

  constructor(items: Item[] = []) {
    this.items = items;
  }

  /** To be called after anything that may have changed ids. */
  changed(): void {
    this.index = undefined;
  }

  append(item: Item): void {
    this.index ??= new Set(this.items.map((each) => idKey(each.id())));
    const id = item.id();
    const key = idKey(id);
    if (this.index.has(key)) fail(`may not add resource with an already registered id: ${formatResId(id)}`);
    this.index.add(key);
    this.items.push(item);
  }

  appendAll(items: readonly Item[]): void {
    for (const item of items) this.append(item);
  }

  byCurrentId(matches: (id: ResId) => boolean): Item[] {
    return this.items.filter((item) => matches(item.id()));
  }

  byAnyId(matches: (id: ResId) => boolean): Item[] {
    return this.items.filter((item) => !item.empty && (item.previousIds().some(matches) || matches(item.id())));
  }

  /** The only object that has, or had, this id. */
  only(id: ResId): Item {
    const found = this.byAnyId((other) => sameId(id, other));
    if (found.length === 1) return found[0] as Item;
    const what = found.length === 0 ? 'no matches' : 'multiple matches';
    const text = formatResId(id);
    return fail(`${what} for Id ${text}; failed to find unique target for patch ${text}`);
  }

  dropEmpty(): void {
    this.items = this.items.filter((item) => !item.empty);
    this.changed();
  }

  /** Adds what a generator made, or merges it into the object that it names. */
  absorb(item: Item): void {
    const id = item.id();
    const found = this.byAnyId((other) => sameId(id, other));
    const { behavior } = item;
    if (found.length === 0) {
      if (behavior === 'merge' || behavior === 'replace')
        fail(`id ${formatResId(id)} does not exist; cannot merge or replace`);
      this.append(item);
      return;
    }
    if (found.length > 1) fail(`found multiple objects that could accept merge of ${formatResId(id)}`);
    const old = found[0] as Item;
    if (behavior === 'merge') {
      const origin = old.annotation(ORIGIN);
      item.inheritMetadata(old);
      mergeData(item, old);
      if (origin !== undefined) item.setAnnotations(item.annotations().set(ORIGIN, origin));
    } else if (behavior === 'replace') item.inheritMetadata(old);
    else
      fail(
        `id ${formatResId(id)} (Kind:"${id.kind}", Name:"${id.name}") exists; can not use behavior: '${behavior}', behavior must be merge or replace`,
      );
    this.items[this.items.indexOf(old)] = item;
    this.changed();
  }
}
