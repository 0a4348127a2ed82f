import type { TypeSchema } from '../schema/schema.ts';

/** Resources of one group that are kept as another's objects: both event APIs show the same events. */
const sharedStorage: Record<string, string> = { 'events.k8s.io/events': '/events' };

/** `group/plural`: the name of a resource in the store. */
export function storageKey(type: { group: string; resource: string }): string {
  const key = `${type.group}/${type.resource}`;
  return sharedStorage[key] ?? key;
}

/** Every type the server serves at the moment: the built-in ones and those of established custom resources. */
export class Types {
  readonly #builtin: readonly TypeSchema[];
  readonly #custom = new Map<string, readonly TypeSchema[]>();
  #byPath = new Map<string, TypeSchema>();
  #byKind = new Map<string, TypeSchema>();
  #storage = new Map<string, TypeSchema>();
  /** Grows with every change: what is made from all types (discovery, OpenAPI) is kept until it does. */
  generation = 0;

  constructor(builtin: readonly TypeSchema[]) {
    this.#builtin = builtin;
    this.#index();
  }

  /** The served types, built-in ones first. */
  all(): readonly TypeSchema[] {
    return [...this.#byPath.values()];
  }

  /** By its place in a path. */
  find(group: string, version: string, resource: string): TypeSchema | undefined {
    return this.#byPath.get(`${group}/${version}/${resource}`);
  }

  /** By `apiVersion` and kind. */
  ofKind(apiVersion: string, kind: string): TypeSchema | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  /** The version a resource is kept in, which need not be served. */
  storageOf(type: { group: string; resource: string }): TypeSchema | undefined {
    return this.#storage.get(storageKey(type));
  }

  /** All stored resources, one type each. */
  stored(): readonly TypeSchema[] {
    return [...this.#storage.values()];
  }

  /** Replaces the types of one CustomResourceDefinition; none removes them. `storage` need not be served. */
  setCustom(name: string, types: readonly TypeSchema[]): void {
    if (types.length === 0) this.#custom.delete(name);
    else this.#custom.set(name, types);
    this.#index();
  }

  #index(): void {
    this.#byPath = new Map();
    this.#byKind = new Map();
    this.#storage = new Map();
    for (const type of [...this.#builtin, ...[...this.#custom.values()].flat()]) {
      const apiVersion = apiVersionOf(type);
      if (type.verbs.length > 0 && type.served !== false) {
        this.#byPath.set(`${type.group}/${type.version}/${type.resource}`, type);
        this.#byKind.set(`${apiVersion}/${type.kind}`, type);
      }
      if (
        type.storage &&
        (type.verbs.length > 0 || type.custom) &&
        sharedStorage[`${type.group}/${type.resource}`] === undefined
      )
        this.#storage.set(storageKey(type), type);
    }
    this.generation++;
  }
}

export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}
