import { type JsonObject, type Resource, toJson } from '../../resource/index.ts';

/** One stored object at one revision. Immutable: writers put a new entry in its place. */
export class Entry {
  readonly namespace: string;
  readonly name: string;
  readonly revision: number;
  /** The object as JSON, in its storage version, `metadata.resourceVersion` included. */
  readonly text: string;
  #object: Resource | undefined;

  constructor(namespace: string, name: string, revision: number, text: string) {
    this.namespace = namespace;
    this.name = name;
    this.revision = revision;
    this.text = text;
  }

  get key(): string {
    return keyFor(this.namespace, this.name);
  }

  /** The object, shared by all readers: never change it. */
  get object(): Resource {
    this.#object ??= parseJson(this.text) as Resource;
    return this.#object;
  }

  /** A copy that the caller may change. */
  copy(): Resource {
    return parseJson(this.text) as Resource;
  }
}

/** Sorts as etcd's keys do: by the whole path. */
export function keyFor(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** JSON with integers beyond 2^53 kept as `bigint`; the plain parser is used where there can be none. */
export function parseJson(text: string): JsonObject {
  if (!/\d{16}/.test(text)) return JSON.parse(text) as JsonObject;
  return JSON.parse(text, ((_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source as string)
      : value) as (key: string, value: unknown) => unknown) as JsonObject;
}

/** JSON text; the plain printer is used unless it meets a `bigint`. */
export function printJson(value: JsonObject): string {
  try {
    return JSON.stringify(value);
  } catch {
    return toJson(value);
  }
}

/** A deep copy of plain data. */
export function clone<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clone) as T;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = clone(item);
  return copy as T;
}
