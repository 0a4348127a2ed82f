import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import type { FieldSchema } from '../schema/schema.ts';
import { FieldSet, keyStep, printPath, type Step } from './field-set.ts';

/**
 * Values together with their schemas, as server-side apply sees them: which paths a value has, how two values differ,
 * what merging one into the other gives, and a value without some paths. The rules are those of Kubernetes'
 * structured-merge-diff: https://github.com/kubernetes-sigs/structured-merge-diff.
 */
type Schema = FieldSchema | undefined;
type Value = JsonValue | undefined;

/** How a value is owned: as one piece, by field, or by item. */
type Shape = 'leaf' | 'map' | 'set' | 'list';

function shapeOf(schema: Schema, value: Value): Shape {
  if (Array.isArray(value)) {
    if (schema?.type !== 'array') return 'leaf';
    return schema.listType === 'map' ? 'list' : schema.listType === 'set' ? 'set' : 'leaf';
  }
  if (!isJsonObject(value)) return 'leaf';
  // Raw data in a built-in kind is one piece; in a custom one it is owned by key.
  if (schema?.type === 'any' && 'sort' in schema) return 'leaf';
  return schema?.mapType === 'atomic' || schema?.type === 'scalar' || schema?.type === 'array' ? 'leaf' : 'map';
}

function fieldOf(schema: Schema, name: string): Schema {
  return schema?.field?.(name) ?? schema?.values;
}

/** Declared fields of objects are owned through what is in them; keys of maps by themselves too. */
const isDeclared = (schema: Schema, name: string) => schema?.field?.(name) !== undefined;

/** The items of a list by their steps. `duplicate` is the first step that occurs twice. */
function itemsOf(schema: Schema, list: Value): { items: Map<Step, JsonValue>; problem?: string } {
  const items = new Map<Step, JsonValue>();
  let problem: string | undefined;
  for (const item of (list ?? []) as JsonValue[]) {
    const step =
      schema?.listType === 'map'
        ? (keyStep(item, schema.listMapKeys ?? [], schema.keyDefaults) ?? 'k:{}')
        : `v:${JSON.stringify(item)}`;
    if (items.has(step)) problem ??= `duplicate entries for key ${printPath([step])}`;
    else items.set(step, item);
  }
  return problem === undefined ? { items } : { items, problem };
}

/** What is wrong with an intent as a typed value: `.spec.ports: duplicate entries for key [name="a"]`. */
export function typeProblems(value: Value, schema: Schema): string[] {
  const problems: string[] = [];
  const check = (item: Value, at: Schema, path: readonly Step[]): void => {
    if (item === undefined || item === null || at === undefined) return;
    const wrong = wrongType(item, at);
    if (wrong !== undefined) {
      problems.push(`${printPath(path)}: ${wrong}`);
      return;
    }
    if (isJsonObject(item)) {
      for (const [name, field] of Object.entries(item)) {
        const next = [...path, `f:${name}`];
        const isUnknown =
          at.type === 'object' && at.preserves !== true && at.field !== undefined && fieldOf(at, name) === undefined;
        if (isUnknown && !(path.length === 0 && (name === 'apiVersion' || name === 'kind')))
          problems.push(`${printPath(next)}: field not declared in schema`);
        else check(field, fieldOf(at, name), next);
      }
    } else if (Array.isArray(item)) checkItems(item, at, path);
  };
  const checkItems = (list: JsonValue[], at: FieldSchema, path: readonly Step[]) => {
    if (at.listType !== 'map' && at.listType !== 'set') {
      for (const [index, item] of list.entries()) check(item, at.items, [...path, `i:${index}`]);
      return;
    }
    for (const [index, item] of list.entries()) {
      const missing = at.listMapKeys?.find(
        (key) => isJsonObject(item) && item[key] === undefined && at.keyDefaults?.[key] === undefined,
      );
      if (missing !== undefined) {
        problems.push(
          `${printPath(path)}: element ${index}: associative list with keys has an element that omits key field ${JSON.stringify(missing)} (and doesn't have default value)`,
        );
        return;
      }
    }
    const { items, problem } = itemsOf(at, list);
    if (problem !== undefined) problems.push(`${printPath(path)}: ${problem}`);
    for (const [step, item] of items) check(item, at.items, [...path, step]);
  };
  check(value, schema, []);
  return problems;
}

/** Where a scalar's type is known, as it is for built-in kinds, values of another one are refused. */
function wrongType(value: JsonValue, schema: FieldSchema): string | undefined {
  const expected = (what: string) => `expected ${what}, got &value.valueUnstructured{Value:${goValue(value)}}`;
  if (schema.type === 'object' || schema.type === 'map') return isJsonObject(value) ? undefined : expected('map');
  if (schema.type === 'array') return Array.isArray(value) ? undefined : expected('list');
  const { sort } = schema as { sort?: string };
  if (sort === 'string' || sort === 'time' || sort === 'microTime' || sort === 'bytes')
    return typeof value === 'string' ? undefined : expected('string');
  if (sort === 'boolean') return typeof value === 'boolean' ? undefined : expected('boolean');
  if (sort === 'integer' || sort === 'number')
    return typeof value === 'number' || typeof value === 'bigint' ? undefined : expected('numeric (int or float)');
  return undefined;
}

/** A value as Go's `%#v` prints it in messages. */
function goValue(value: JsonValue): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goValue).join(', ')}}`;
  if (isJsonObject(value))
    return `map[string]interface {}{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}:${goValue(item as JsonValue)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

/** Every path that a value sets. */
export function fieldsOf(value: Value, schema: Schema): FieldSet {
  const set = new FieldSet();
  collectFields(value, schema, [], set);
  return set;
}

function collectFields(value: Value, schema: Schema, path: Step[], into: FieldSet): void {
  const shape = shapeOf(schema, value);
  if (shape === 'leaf') into.insert(path);
  else if (shape === 'map')
    for (const [name, item] of Object.entries(value as JsonObject)) {
      if (item === undefined) continue;
      const next = [...path, `f:${name}`];
      const isEmpty = item === null || (isJsonObject(item) && Object.keys(item).length === 0);
      if (isEmpty || !isDeclared(schema, name)) into.insert(next);
      collectFields(item, fieldOf(schema, name), next, into);
    }
  else
    for (const [step, item] of itemsOf(schema, value).items) {
      const next = [...path, step];
      into.insert(next);
      collectFields(item, schema?.items, next, into);
    }
}

export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

/** How `after` differs from `before`. */
export function compare(before: Value, after: Value, schema: Schema): Comparison {
  const result = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  compareAt(before, after, schema, [], result);
  return result;
}

function compareAt(before: Value, after: Value, schema: Schema, path: Step[], result: Comparison): void {
  if (before === undefined && after === undefined) return;
  const shapes = [before, after]
    .filter((value) => value !== undefined && value !== null)
    .map((value) => shapeOf(schema, value));
  const shape = shapes[0] ?? 'leaf';
  if (shapes.length === 2 && shapes[0] !== shapes[1]) {
    result.modified.insert(path);
    if (shapes[0] !== 'leaf') compareAt(before, undefined, schema, path, result);
    if (shapes[1] !== 'leaf') compareAt(undefined, after, schema, path, result);
    return;
  }
  if (shape === 'leaf') {
    if (before !== undefined && after !== undefined && !equal(before, after)) result.modified.insert(path);
  } else if (shape === 'map') {
    const [old, next] = [
      (before ?? undefined) as JsonObject | undefined,
      (after ?? undefined) as JsonObject | undefined,
    ];
    for (const name of new Set([...Object.keys(old ?? {}), ...Object.keys(next ?? {})])) {
      const field = fieldOf(schema, name);
      // What is always there has not appeared when somebody fills it.
      const filled = (value: Value, owner: Value) =>
        value === undefined && owner !== undefined ? field?.always : value;
      compareAt(filled(old?.[name], before), filled(next?.[name], after), field, [...path, `f:${name}`], result);
    }
  } else {
    const [old, next] = [itemsOf(schema, before ?? undefined).items, itemsOf(schema, after ?? undefined).items];
    for (const step of new Set([...old.keys(), ...next.keys()]))
      compareAt(old.get(step), next.get(step), schema?.items, [...path, step], result);
  }
  if (before === undefined) result.added.insert(path);
  else if (after === undefined) result.removed.insert(path);
}

/** Deep equality of plain data; the order of an object's keys does not matter. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => equal(item, b[at]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a).filter((key) => a[key] !== undefined);
  return (
    keys.length === Object.keys(b).filter((key) => b[key] !== undefined).length &&
    keys.every((key) => equal(a[key], b[key]))
  );
}

/** `live` with an intent merged into it: leaves and atomic values are replaced, the rest goes field by field. */
export function merge(live: Value, intent: Value, schema: Schema): Value {
  if (intent === undefined) return live;
  if (live === undefined || live === null || intent === null) return intent;
  const shape = shapeOf(schema, intent);
  if (shape !== shapeOf(schema, live) || shape === 'leaf') return intent;
  if (shape === 'map') {
    const merged: JsonObject = { ...(live as JsonObject) };
    for (const [name, value] of Object.entries(intent as JsonObject))
      merged[name] = merge((live as JsonObject)[name], value, fieldOf(schema, name));
    return merged;
  }
  return mergeLists(itemsOf(schema, live).items, itemsOf(schema, intent).items, schema?.items);
}

/** The intent's order counts for its own items; those of others stay where they stood between them. */
function mergeLists(live: Map<Step, JsonValue>, intent: Map<Step, JsonValue>, schema: Schema): JsonValue[] {
  const [left, right] = [[...live.keys()], [...intent.keys()]];
  const shared = right.filter((step) => live.has(step));
  const merged: JsonValue[] = [];
  let [l, r, s] = [0, 0, 0];
  const take = (step: Step) => merged.push(merge(live.get(step), intent.get(step), schema) as JsonValue);
  while (l < left.length || r < right.length) {
    const [mine, theirs] = [left[l], right[r]];
    if (mine !== undefined && theirs !== undefined) {
      if (mine === theirs) {
        take(mine);
        l++;
        r++;
        s++;
        continue;
      }
      if (intent.has(mine) && shared[s] !== undefined && shared[s] !== mine) {
        l++;
        continue;
      }
    }
    if (mine !== undefined && !intent.has(mine)) {
      take(mine);
      l++;
    } else if (theirs !== undefined) {
      take(theirs);
      if (shared[s] === theirs) s++;
      r++;
    } else l++;
  }
  return merged;
}

/** The value without the items at the paths of `fields`. What becomes empty is null. */
export function removeFields(value: Value, fields: FieldSet, schema: Schema): Value {
  const shape = shapeOf(schema, value);
  if (fields.empty || shape === 'leaf') return value;
  if (shape === 'map') {
    const kept: JsonObject = {};
    for (const [name, item] of Object.entries(value as JsonObject)) {
      const step = `f:${name}`;
      if (fields.has(step)) continue;
      const below = fields.below(step);
      kept[name] = below === undefined ? item : removeFields(item, below, fieldOf(schema, name));
    }
    return Object.keys(kept).length > 0 ? kept : null;
  }
  const kept: JsonValue[] = [];
  for (const [step, item] of itemsOf(schema, value).items) {
    if (fields.has(step)) continue;
    const below = fields.below(step);
    kept.push((below === undefined ? item : removeFields(item, below, schema?.items)) as JsonValue);
  }
  return kept.length > 0 ? kept : null;
}

/** The set with every declared field on the way to a member, which sets of intents leave out. */
export function withDeclaredFields(set: FieldSet, schema: Schema): FieldSet {
  const result = new FieldSet();
  const walk = (part: FieldSet, at: Schema, path: Step[]) => {
    for (const step of part.steps()) {
      const next = [...path, step];
      const name = step.startsWith('f:') ? step.slice(2) : undefined;
      const below = part.below(step);
      if (part.has(step) || (name !== undefined && isDeclared(at, name))) result.insert(next);
      if (below !== undefined) walk(below, name === undefined ? at?.items : fieldOf(at, name), next);
    }
  };
  walk(set, schema, []);
  return result;
}
