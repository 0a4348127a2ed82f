import { isJsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import type { FieldSchema, TypeSchema } from '../schema/schema.ts';
import { clone, type Entry, printJson } from '../store/entry.ts';
import type { Api } from './api.ts';
import { convertBuiltin, isTrivial } from './convert.ts';
import { apiVersionOf } from './types.ts';

/**
 * Stored objects in the version that a request asks for. Texts are kept beside their entries: an object is printed once
 * for all readers and watchers.
 */
const texts = new WeakMap<TypeSchema, WeakMap<Entry, string>>();

/** The object as readers of this version get it; a copy that the caller may change. */
export async function readAs(api: Api, entry: Entry, type: TypeSchema): Promise<Resource> {
  const object = entry.copy();
  const apiVersion = apiVersionOf(type);
  if (!type.custom) return convertTo(object, type);
  const converted = object.apiVersion === apiVersion ? object : await api.convert(object, type);
  return current(converted, type);
}

/** As JSON. Answers at once where no webhook has to be asked. */
export function textAs(api: Api, entry: Entry, type: TypeSchema): string | Promise<string> {
  const apiVersion = apiVersionOf(type);
  if (!type.custom && isStoredAs(entry, type, apiVersion)) return entry.text;
  let cache = texts.get(type);
  if (cache === undefined) {
    cache = new WeakMap();
    texts.set(type, cache);
  }
  const known = cache.get(entry);
  if (known !== undefined) return known;
  const keep = (text: string) => {
    cache.set(entry, text);
    return text;
  };
  if (!type.custom) return keep(printBuiltin(entry, type, apiVersion));
  if (entry.object.apiVersion === apiVersion) return keep(printJson(current(entry.copy(), type)));
  return api.convert(entry.copy(), type).then((object) => keep(printJson(current(object, type))));
}

/** The definition may have changed since the object was stored: new defaults hold, removed fields are gone. */
function current(object: Resource, type: TypeSchema): Resource {
  type.decode(object);
  type.setDefaults(object);
  return object;
}

const prefixOf = (kind: string, apiVersion: string) => `{"kind":"${kind}","apiVersion":"${apiVersion}"`;

function isStoredAs(entry: Entry, type: TypeSchema, apiVersion: string): boolean {
  return entry.text.startsWith(`${prefixOf(type.kind, apiVersion)},`);
}

function printBuiltin(entry: Entry, type: TypeSchema, apiVersion: string): string {
  const from = entry.object.apiVersion;
  if (isTrivial(from, apiVersion, type.kind))
    return prefixOf(type.kind, apiVersion) + entry.text.slice(prefixOf(type.kind, from).length);
  return printJson(convertTo(clone(entry.object), type));
}

/** A built-in object in another version, with that version's defaults and without what is empty there. */
function convertTo(object: Resource, type: TypeSchema): Resource {
  const apiVersion = apiVersionOf(type);
  const from = object.apiVersion;
  const converted = convertBuiltin(object, apiVersion);
  if (isTrivial(from, apiVersion, type.kind)) return converted;
  type.decode(converted);
  type.setDefaults(converted);
  return converted;
}

/** Lists that are always there are null when they are empty, as Go has them. */
export function nullEmptyLists(value: JsonValue | undefined, schema: FieldSchema | undefined): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) for (const item of value) nullEmptyLists(item, schema.items);
  if (!isJsonObject(value)) return;
  for (const [name, item] of Object.entries(value)) {
    const field = schema.field?.(name) ?? schema.values;
    if (Array.isArray(item) && item.length === 0 && field?.always === null) value[name] = null;
    else nullEmptyLists(item, field);
  }
}

/** Built-in kinds leave out `kind` and `apiVersion` of the items of lists. */
export function asItem(text: string, type: TypeSchema): string {
  if (type.custom) return text;
  const prefix = `${prefixOf(type.kind, apiVersionOf(type))},`;
  return text.startsWith(prefix) ? `{${text.slice(prefix.length)}` : text;
}

/** The object in the version it is stored in. */
export async function toStorage(api: Api, object: Resource, type: TypeSchema): Promise<Resource> {
  const storage = api.types.storageOf(type) ?? type;
  const apiVersion = apiVersionOf(storage);
  if (object.apiVersion === apiVersion) return object;
  const converted = type.custom ? await api.convert(object, storage) : convertTo(object, storage);
  const { kind, apiVersion: version, metadata, ...rest } = converted;
  return { kind, apiVersion: version, metadata, ...rest } as Resource;
}
