import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/index.ts';
import { decodeStruct } from '../decode.ts';
import type { Decoded } from '../schema.ts';
import { shapeOf } from '../shape.ts';
import type { Structural } from './structural.ts';

const typeMeta = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Removes what a structural schema does not declare, in place, and names it; metadata of the object and of embedded
 * resources is read as the server's own type is. Nodes that preserve unknown fields keep theirs.
 */
export function pruneCustom(object: JsonObject, schema: Structural): Decoded {
  const unknown: string[] = [];
  const found = pruneObject(object, schema, '', unknown, true);
  unknown.sort();
  const decoded: Decoded = { unknown: unknown.map((path) => `unknown field "${path}"`) };
  if (found !== undefined) decoded.typeError = found;
  return decoded;
}

const child = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

/** Answers the first thing wrong with metadata, in the words of the real decoder. */
function prune(value: JsonValue | undefined, schema: Structural, path: string, unknown: string[]): string | undefined {
  let wrong: string | undefined;
  if (isJsonObject(value)) wrong = pruneObject(value, schema, path, unknown, schema.embedded);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries())
      wrong = prune(item, schema.items, `${path}[${index}]`, unknown) ?? wrong;
  return wrong;
}

function pruneObject(
  value: JsonObject,
  schema: Structural,
  path: string,
  unknown: string[],
  embedded: boolean,
): string | undefined {
  let wrong: string | undefined;
  for (const [name, item] of Object.entries(value)) {
    const at = child(path, name);
    if (embedded && typeMeta.has(name)) {
      if (name === 'metadata' && isJsonObject(item)) wrong ??= pruneMetadata(item, at, unknown);
      continue;
    }
    const below = schema.field(name) ?? schema.values;
    if (below !== undefined) wrong ??= prune(item, below, at, unknown);
    else if (!schema.preserves) {
      unknown.push(at);
      delete value[name];
    }
  }
  return wrong;
}

function pruneMetadata(metadata: JsonObject, path: string, unknown: string[]): string | undefined {
  const struct = shapeOf('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta').struct;
  if (struct === undefined) return undefined;
  const decoded = decodeStruct(metadata, struct);
  unknown.push(...decoded.unknown.map((line) => `${path}.${line.slice('unknown field "'.length, -1)}`));
  return decoded.typeError;
}
