import { MAPPING, SCALAR, SEQUENCE, scalarNode, sequenceNode, tags, type YamlNode } from '../../resource/index.ts';
import {
  appendItem,
  demandKind,
  field,
  findElement,
  getField,
  isEmpty,
  isEmptyMap,
  isNull,
  setField,
  setScalar,
  textOf,
} from '../node.ts';

import { takeDirective } from './directive.ts';

type Maybe = YamlNode | undefined;
type Merge = (target: Maybe, patch: Maybe) => Maybe;

/**
 * Merges lists whose items are the same when they agree in `keys` (none: when they are equal scalars). Items that
 * only the patch has come first. Source: kyaml/yaml/walk/associative_sequence.go of Kustomize 5.8.1.
 */
export function mergeList(target: Maybe, patch: Maybe, keys: readonly string[], merge: Merge): Maybe {
  const list = listTarget(target, patch);
  if (list === undefined || list.kind !== SEQUENCE) return list;
  const sources: Maybe[] = [list, patch];
  const values = keyedValues(sources, keys);
  if (values.length > 0 || keys.length > 0) return mergeItems(list, sources, values, keys, merge);
  return mergeItems(list, sources, scalarValues(sources), [''], merge);
}

function listTarget(target: Maybe, patch: Maybe): Maybe {
  if (isNull(target)) return patch;
  if (patch === undefined) return target;
  if (patch.tag === tags.null) return undefined;
  const directive = takeDirective(patch);
  if (directive === 'delete') return undefined;
  return directive === 'replace' ? patch : target;
}

/** The patch's items before the target's. */
const patchFirst = (sources: readonly Maybe[]) => [sources[1], sources[0]];

function keyedValues(sources: readonly Maybe[], keys: readonly string[]): string[][] {
  const found: string[][] = [];
  if (keys.length === 0) return found;
  const seen = new Set<string>();
  for (const source of patchFirst(sources)) {
    if (source === undefined || source.kind !== SEQUENCE) continue;
    for (const item of source.content) {
      const values = keys.map((key) => {
        const value = field(item, key);
        return isEmpty(value) ? '' : (value as YamlNode).value;
      });
      const mark = JSON.stringify(values);
      if (seen.has(mark)) continue;
      seen.add(mark);
      found.push(values);
    }
  }
  return found;
}

function scalarValues(sources: readonly Maybe[]): string[][] {
  const values = patchFirst(sources).flatMap((source) => source?.content.map(({ value }) => value) ?? []);
  return [...new Set(values)].map((value) => [value]);
}

function mergeItems(
  list: YamlNode,
  sources: readonly Maybe[],
  found: readonly string[][],
  keys: readonly string[],
  merge: Merge,
): Maybe {
  const valuesList = keys.length > 1 ? unify(found) : [...found];
  const added = sequenceNode([], tags.none);
  let validKeys: string[] = [];
  let validValues: string[] = [];
  for (const values of valuesList) {
    [validKeys, validValues] = usable(valuesList, values, keys);
    const [ownKeys, ownValues] = usable([validValues], validValues, validKeys);
    const [own, other] = sources.map((source) =>
      source?.kind === SEQUENCE ? findElement(source, ownKeys, ownValues) : undefined,
    );
    const value = merge(own, other);
    if (value === undefined || isNull(value) || isEmptyMap(value)) {
      for (const _ of validKeys) setElement(list, undefined, validKeys, validValues);
      continue;
    }
    for (const [i, key] of validKeys.entries()) {
      const text = validValues[i] as string;
      if (field(value, key) !== undefined || text === '') continue;
      if (key === '') setScalar(value, scalarNode(text));
      else setField(value, key, scalarNode(text));
    }
    setElement(added, value, validKeys, validValues);
  }
  if (valuesList.length === 0) return list;
  appendItems(added, list, validKeys);
  return added;
}

/** Only the keys that any item has; all of them where none has any. */
function usable(
  valuesList: readonly (readonly string[])[],
  values: readonly string[],
  keys: readonly string[],
): [string[], string[]] {
  const present = new Set<string>();
  for (const each of valuesList)
    for (const [i, value] of each.entries()) if (value !== '') present.add(keys[i] as string);
  if (present.size === 0) return [[...keys], [...values]];
  return [
    keys.filter((key) => present.has(key)),
    values.filter((value, i) => value !== '' || present.has(keys[i] as string)),
  ];
}

/** Items that agree in one key and contradict in none are the same item. */
function unify(found: readonly string[][]): string[][] {
  const list = [...found];
  for (let i = 0; i < list.length; i++) {
    // The comparison goes on with the values that the row had at first, as a range loop in Go does.
    const first = list[i] as string[];
    for (let j = 0; j < list.length; j++) {
      const both = agreement(first, list[j] as string[]);
      if (both === undefined) continue;
      list[i] = both;
      list[j] = both;
    }
  }
  return list;
}

function agreement(a: readonly string[], b: readonly string[]): string[] | undefined {
  if (a.length !== b.length) return undefined;
  let common = false;
  const both: string[] = [];
  for (const [i, x] of a.entries()) {
    const y = b[i] as string;
    if (x === y) common = true;
    else if (x !== '' && y !== '') return undefined;
    both.push(x === '' ? y : x);
  }
  return common ? both : undefined;
}

/** Replaces the items that match, removes them where there is no new one, appends the new one where none matches. */
function setElement(list: YamlNode, item: Maybe, keys: readonly string[], values: readonly string[]): void {
  demandKind(list, SEQUENCE);
  const wantsMaps = keys.length > 0 && keys[0] !== '' && values.length > 0 && values[0] !== '';
  const kept: YamlNode[] = [];
  let matched = false;
  for (const each of list.content) {
    if (isEmptyMap(each)) continue;
    if (each.kind !== MAPPING && wantsMaps) {
      kept.push(each);
      continue;
    }
    if (!matchesAll(each, keys, values)) {
      if (values.length > 0) kept.push(each);
      continue;
    }
    matched = true;
    if (item !== undefined) kept.push(item);
  }
  list.content = kept;
  if (item !== undefined && !isNull(item) && !matched) list.content.push(item);
}

function matchesAll(item: YamlNode, keys: readonly string[], values: readonly string[]): boolean {
  let found: Maybe;
  for (const [i, key] of keys.entries()) {
    if (i < values.length) {
      const value = values[i] as string;
      if (key === '') {
        demandKind(item, SCALAR);
        found = textOf(item) === value ? item : undefined;
      } else {
        found = getField(item, key);
        if (found !== undefined && value !== '' && found.value !== value) found = undefined;
      }
    }
    if (found === undefined) return false;
  }
  return true;
}

function appendItems(target: YamlNode, source: YamlNode, keys: readonly string[]): void {
  for (const item of [...source.content]) {
    if (keys[0] === '') {
      setElement(target, item, [''], [item.value]);
      continue;
    }
    const values: string[] = [];
    for (const key of keys) {
      const value = getField(item, key);
      if (value === undefined) appendItem(target, item);
      else values.push(value.value);
    }
    if (keys.length > 1) setElement(target, undefined, keys, values);
    setElement(target, item, keys, values);
  }
}
