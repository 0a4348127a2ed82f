import { definitions, kinds } from './builtin-schema.generated.ts';
import { openApiSchemas, type Schema, type Schemas } from './schema.ts';

/**
 * The merge rules of Kubernetes 1.21.2, whose OpenAPI document Kustomize 5.8.1 has compiled in. Only what leads to a
 * list that is merged is kept: everywhere else a missing schema and one without rules mean the same.
 */
interface Field {
  /** The definition of the field, of a list's items or of a map's values. */
  type: string;
  list: boolean;
  strategy: string;
  keys: readonly string[];
}

const parsed = new Map<string, Map<string, Field>>();

/** A row is `field>type`, `field>type[strategy;key,key]` for a list, `*>type` for the values of a map. */
function fieldsOf(definition: string): Map<string, Field> {
  let fields = parsed.get(definition);
  if (fields === undefined) {
    fields = new Map();
    for (const row of (definitions[definition] ?? '').split(' ')) {
      const match = /^([^>]+)>([^[]*)(?:\[([^;]*);([^\]]*)\])?$/.exec(row);
      if (match === null) continue;
      const [, name = '', type = '', strategy, keys = ''] = match;
      const list = strategy !== undefined;
      fields.set(name, { type, list, strategy: strategy ?? '', keys: keys === '' ? [] : keys.split(',') });
    }
    parsed.set(definition, fields);
  }
  return fields;
}

const objects = new Map<string, Schema>();

function objectSchema(definition: string): Schema | undefined {
  if (definition === '') return undefined;
  let schema = objects.get(definition);
  if (schema === undefined) {
    schema = {
      merges: false,
      keys: [],
      field: (name) => {
        const fields = fieldsOf(definition);
        const found = fields.get(name) ?? fields.get('*');
        return found === undefined ? undefined : fieldSchema(found);
      },
      elements: () => undefined,
    };
    objects.set(definition, schema);
  }
  return schema;
}

const lists = new Map<Field, Schema>();

function fieldSchema(field: Field): Schema | undefined {
  if (!field.list) return objectSchema(field.type);
  let schema = lists.get(field);
  if (schema === undefined) {
    schema = {
      merges: field.strategy.split(',').includes('merge'),
      keys: field.keys,
      field: () => undefined,
      elements: () => objectSchema(field.type),
    };
    lists.set(field, schema);
  }
  return schema;
}

/** A definition by its full name, such as `io.k8s.api.core.v1.Container`. */
export function builtinDefinition(name: string): Schema | undefined {
  const short = name
    .replace(/^io\.k8s\./, '')
    .replace(/^(?:api|apimachinery|kube-aggregator|apiextensions-apiserver)\./, '');
  return Object.hasOwn(definitions, short) ? objectSchema(short) : undefined;
}

export const builtinSchemas: Schemas = {
  read: openApiSchemas({}, builtinDefinition).read,
  of: (apiVersion, kind) => {
    const definition = kinds[`${apiVersion} ${kind}`];
    return definition === undefined ? undefined : (objectSchema(definition) as Schema);
  },
  scopes: new Map(),
};
