import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';

/** What strategic merge has to know about a field: how its list is merged, and what is inside. */
export interface Schema {
  /** Whether the items of this list are merged rather than replaced. */
  readonly merges: boolean;
  /** The fields by which items are the same; none for a list of scalars. */
  readonly keys: readonly string[];
  field(name: string): Schema | undefined;
  elements(): Schema | undefined;
}

/** Schemas by `apiVersion kind`, and which kinds live in namespaces where the document says so. */
export interface Schemas {
  of(apiVersion: string, kind: string): Schema | undefined;
  /** A schema that stands alone, as in a comment. */
  read(schema: JsonObject): Schema | undefined;
  readonly scopes: ReadonlyMap<string, boolean>;
}

/**
 * Schemas from an OpenAPI v2 document (`definitions` and, if it has them, `paths`); `others` knows definitions that
 * the document refers to and does not have.
 */
export function openApiSchemas(document: JsonValue, others: (definition: string) => Schema | undefined): Schemas {
  const root = isJsonObject(document) ? document : {};
  const definitions = isJsonObject(root['definitions']) ? root['definitions'] : {};
  const kinds = new Map<string, JsonObject>();
  for (const definition of Object.values(definitions)) {
    if (!isJsonObject(definition)) continue;
    for (const key of gvksOf(definition)) kinds.set(key, definition);
  }
  const follow = (schema: JsonValue | undefined): Schema | undefined => {
    let at = schema;
    for (let i = 0; isJsonObject(at) && typeof at['$ref'] === 'string' && i < 50; i++) {
      const name = at['$ref'].replace('#/definitions/', '');
      if (!Object.hasOwn(definitions, name)) return others(name);
      at = definitions[name];
    }
    return isJsonObject(at) ? wrap(at) : undefined;
  };
  const made = new Map<JsonObject, Schema>();
  const wrap = (schema: JsonObject): Schema => {
    let found = made.get(schema);
    if (found === undefined) {
      const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
      const strategy = schema['x-kubernetes-patch-strategy'];
      const listKeys = schema['x-kubernetes-list-map-keys'];
      const mergeKey = schema['x-kubernetes-patch-merge-key'];
      const keys = Array.isArray(listKeys) ? listKeys.map(String) : typeof mergeKey === 'string' ? [mergeKey] : [];
      found = {
        merges: typeof strategy === 'string' && strategy.split(',').includes('merge'),
        keys: typeof strategy === 'string' ? keys : [],
        field: (name) => follow(Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties']),
        elements: () => (schema['type'] === 'array' ? follow(schema['items']) : undefined),
      };
      made.set(schema, found);
    }
    return found;
  };
  return {
    of: (apiVersion, kind) => {
      const found = kinds.get(`${apiVersion} ${kind}`);
      return found === undefined ? undefined : wrap(found);
    },
    read: follow,
    scopes: scopesOf(root),
  };
}

function gvksOf(schema: JsonObject, field = 'x-kubernetes-group-version-kind'): string[] {
  const list = schema[field];
  const gvks = Array.isArray(list) ? list : isJsonObject(list) ? [list] : [];
  return gvks.filter(isJsonObject).map(({ group, version, kind }) => `${group ? `${group}/` : ''}${version} ${kind}`);
}

function scopesOf(root: JsonObject): Map<string, boolean> {
  const scopes = new Map<string, boolean>();
  const paths = isJsonObject(root['paths']) ? root['paths'] : {};
  for (const [path, operations] of Object.entries(paths)) {
    const get = isJsonObject(operations) ? operations['get'] : undefined;
    if (!isJsonObject(get)) continue;
    for (const key of gvksOf(get)) {
      if (path.includes('namespaces/{namespace}')) scopes.set(key, true);
      else if (!scopes.has(key)) scopes.set(key, false);
    }
  }
  return scopes;
}
