import { fail } from './failure.ts';
import { compareGvk, type Gvk, isSelected, sameGvk } from './gvk.ts';

/** Where a transformer writes: a path in objects of some kind. */
export interface FieldSpec extends Gvk {
  path: string;
  /** Whether missing fields are made. */
  create: boolean;
}

/** Fields in which objects of a kind are called by name. */
export interface NameReference extends Gvk {
  fieldSpecs: FieldSpec[];
}

/** Every table that the `configurations` field can add to. */
export interface FieldTables {
  namePrefix: FieldSpec[];
  nameSuffix: FieldSpec[];
  namespace: FieldSpec[];
  commonLabels: FieldSpec[];
  labels: FieldSpec[];
  templateLabels: FieldSpec[];
  commonAnnotations: FieldSpec[];
  nameReference: NameReference[];
  varReference: FieldSpec[];
  images: FieldSpec[];
  replicas: FieldSpec[];
}

/** `path`, `path Kind`, `path Kind.group`, `path Kind.version.group`; a `+` before the path says that it is created. */
export function fieldSpec(text: string): FieldSpec {
  const [path = '', target = ''] = text.split(' ');
  const [kind = '', ...rest] = target.split('.');
  const version = rest[0] !== undefined && /^v\d/.test(rest[0]) ? (rest.shift() as string) : '';
  const create = path.startsWith('+');
  return { group: rest.join('.'), version, kind, path: create ? path.slice(1) : path, create };
}

const byKind = new WeakMap<readonly FieldSpec[], Map<string, FieldSpec[]>>();

/** The specifications for objects of a kind, in their order. Tables are never changed once they are in use. */
export function specsFor(specs: readonly FieldSpec[], gvk: Gvk): readonly FieldSpec[] {
  let kinds = byKind.get(specs);
  if (kinds === undefined) {
    kinds = new Map();
    byKind.set(specs, kinds);
  }
  let found = kinds.get(gvk.kind);
  if (found === undefined) {
    found = specs.filter(({ kind }) => kind === '' || kind === gvk.kind);
    kinds.set(gvk.kind, found);
  }
  return found;
}

/** Lists that went through a merge, so that they say nothing twice. */
const settled = new WeakSet<readonly FieldSpec[]>();

/** Adds specifications that are not covered yet. Fails where two disagree about creating a field. */
export function mergeFieldSpecs(known: readonly FieldSpec[], more: readonly FieldSpec[]): readonly FieldSpec[] {
  if (known.length === 0 && settled.has(more)) return more;
  const merged = [...known];
  for (const spec of more) {
    const same = merged.find((other) => isSelected(other, spec) && other.path === spec.path);
    if (same === undefined) merged.push(spec);
    else if (same.create !== spec.create) fail('conflicting fieldspecs');
  }
  settled.add(merged);
  return merged;
}

function mergeReferences(known: readonly NameReference[], more: readonly NameReference[]): NameReference[] {
  const merged = [...known];
  for (const reference of more) {
    const at = merged.findIndex((other) => sameGvk(other, reference));
    const same = merged[at];
    if (same === undefined) merged.push(reference);
    else merged[at] = { ...same, fieldSpecs: [...mergeFieldSpecs(same.fieldSpecs, reference.fieldSpecs)] };
  }
  return merged;
}

export function emptyTables(): FieldTables {
  return {
    namePrefix: [],
    nameSuffix: [],
    namespace: [],
    commonLabels: [],
    labels: [],
    templateLabels: [],
    commonAnnotations: [],
    nameReference: [],
    varReference: [],
    images: [],
    replicas: [],
  };
}

export function sortTables(tables: FieldTables): FieldTables {
  const sorted = { ...tables };
  for (const name of Object.keys(sorted) as (keyof FieldTables)[]) {
    if (name === 'nameReference') sorted.nameReference = [...tables.nameReference].sort(compareGvk);
    else {
      sorted[name] = [...tables[name]].sort(compareGvk);
      settled.add(sorted[name]);
    }
  }
  return sorted;
}

export function mergeTables(known: FieldTables, more: FieldTables): FieldTables {
  const merged = emptyTables();
  for (const name of Object.keys(merged) as (keyof FieldTables)[]) {
    if (name === 'nameReference') merged.nameReference = mergeReferences(known.nameReference, more.nameReference);
    else merged[name] = [...mergeFieldSpecs(known[name], more[name])];
  }
  return sortTables(merged);
}
