import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import { printJson } from '../store/entry.ts';

/** One step of a path as `fieldsV1` writes it: `f:name`, `k:{"name":"x"}`, `v:"x"`, `i:0`. */
export type Step = string;

interface Node {
  /** The path itself is in the set. */
  member: boolean;
  below: FieldSet | undefined;
}

/** A set of field paths, as a tree: who owns what, and what a comparison found. */
export class FieldSet {
  readonly #nodes = new Map<Step, Node>();

  static of(fields: JsonObject): FieldSet {
    const set = new FieldSet();
    for (const [step, value] of Object.entries(fields)) {
      if (step === '.' || !isJsonObject(value)) continue;
      const below = FieldSet.of(value);
      const isLeaf = Object.keys(value).length === 0;
      set.#nodes.set(step, { member: isLeaf || '.' in value, below: below.empty ? undefined : below });
    }
    return set;
  }

  get empty(): boolean {
    return this.#nodes.size === 0;
  }

  steps(): Iterable<Step> {
    return this.#nodes.keys();
  }

  insert(path: readonly Step[]): void {
    if (path.length === 0) return;
    let set: FieldSet = this;
    for (const step of path.slice(0, -1)) {
      const node = set.#node(step);
      node.below ??= new FieldSet();
      set = node.below;
    }
    set.#node(path.at(-1) as Step).member = true;
  }

  /** Whether the path of one step is in the set. */
  has(step: Step): boolean {
    return this.#nodes.get(step)?.member ?? false;
  }

  below(step: Step): FieldSet | undefined {
    return this.#nodes.get(step)?.below;
  }

  union(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const step of new Set([...this.#nodes.keys(), ...other.#nodes.keys()])) {
      const [a, b] = [this.#nodes.get(step), other.#nodes.get(step)];
      const below = a?.below && b?.below ? a.below.union(b.below) : (a?.below ?? b?.below);
      result.#set(step, (a?.member ?? false) || (b?.member ?? false), below);
    }
    return result;
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const [step, a] of this.#nodes) {
      const b = other.#nodes.get(step);
      if (b !== undefined)
        result.#set(step, a.member && b.member, a.below && b.below ? a.below.intersection(b.below) : undefined);
    }
    return result;
  }

  /** Without the paths of the other set, each by itself: what lies below a removed path stays. */
  difference(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const [step, a] of this.#nodes) {
      const b = other.#nodes.get(step);
      const below = a.below && b?.below ? a.below.difference(b.below) : a.below;
      result.#set(step, a.member && !(b?.member ?? false), below);
    }
    return result;
  }

  /** Without the paths of the other set and everything below them. */
  without(other: FieldSet): FieldSet {
    const result = new FieldSet();
    for (const [step, a] of this.#nodes) {
      const b = other.#nodes.get(step);
      if (b?.member) continue;
      result.#set(step, a.member, a.below && b?.below ? a.below.without(b.below) : a.below);
    }
    return result;
  }

  equals(other: FieldSet): boolean {
    return printJson(this.toJson()) === printJson(other.toJson());
  }

  /** Every path of the set, in order. */
  *paths(prefix: readonly Step[] = []): Generator<readonly Step[]> {
    for (const step of [...this.#nodes.keys()].sort()) {
      const node = this.#nodes.get(step) as Node;
      const path = [...prefix, step];
      if (node.member) yield path;
      if (node.below !== undefined) yield* node.below.paths(path);
    }
  }

  /** As `fieldsV1` writes it. */
  toJson(): JsonObject {
    const fields: JsonObject = {};
    for (const step of [...this.#nodes.keys()].sort()) {
      const node = this.#nodes.get(step) as Node;
      const below = node.below?.toJson() ?? {};
      fields[step] = node.member && Object.keys(below).length > 0 ? { '.': {}, ...below } : below;
    }
    return fields;
  }

  #node(step: Step): Node {
    let node = this.#nodes.get(step);
    if (node === undefined) {
      node = { member: false, below: undefined };
      this.#nodes.set(step, node);
    }
    return node;
  }

  #set(step: Step, member: boolean, below: FieldSet | undefined): void {
    const kept = below === undefined || below.empty ? undefined : below;
    if (member || kept !== undefined) this.#nodes.set(step, { member, below: kept });
  }
}

/** A path as messages print it: `.spec.containers[name="a"].image`. */
export function printPath(path: readonly Step[]): string {
  return path
    .map((step) => {
      const rest = step.slice(2);
      if (step.startsWith('f:')) return `.${rest}`;
      if (step.startsWith('i:')) return `[${rest}]`;
      if (step.startsWith('v:')) return `[=${rest}]`;
      const keys = Object.entries(JSON.parse(rest) as JsonObject);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}

/** The step to an item of a list with keys; undefined where a key is missing and has no default. */
export function keyStep(
  item: JsonValue | undefined,
  keys: readonly string[],
  defaults: Readonly<Record<string, JsonValue>> | undefined,
): Step | undefined {
  if (!isJsonObject(item)) return undefined;
  const values: JsonObject = {};
  for (const key of [...keys].sort()) {
    const value = item[key] ?? defaults?.[key];
    if (value === undefined) continue;
    values[key] = value;
  }
  return Object.keys(values).length === 0 ? undefined : `k:${printJson(values)}`;
}
