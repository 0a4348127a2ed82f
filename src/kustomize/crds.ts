import { isJsonObject, type JsonObject, type JsonValue } from '../resource/index.ts';
import { emptyTables, type FieldSpec, type FieldTables, mergeTables } from './field-specs.ts';

/**
 * Field specifications from a file of the `crds` field: OpenAPI definitions by type name, in which extensions mark
 * annotations, label selectors, identities and references. Source: loadconfigfromcrds.go of Kustomize 5.8.1.
 */
export function tablesFromCrds(value: JsonValue): FieldTables {
  const definitions = isJsonObject(value) ? value : {};
  let tables = emptyTables();
  for (const name of Object.keys(definitions).sort()) {
    const properties = propertiesOf(definitions, name);
    if (!['kind', 'apiVersion', 'metadata'].every((field) => Object.hasOwn(properties, field))) continue;
    const found = emptyTables();
    collect(found, definitions, name, name.split('.').at(-1) as string, [], new Set());
    tables = mergeTables(tables, found);
  }
  return tables;
}

function propertiesOf(definitions: JsonObject, name: string): JsonObject {
  const definition = definitions[name];
  const schema = isJsonObject(definition) ? (definition['Schema'] ?? definition['schema']) : undefined;
  const properties = isJsonObject(schema) ? schema['properties'] : undefined;
  return isJsonObject(properties) ? properties : {};
}

function collect(
  tables: FieldTables,
  definitions: JsonObject,
  type: string,
  kind: string,
  path: readonly string[],
  open: Set<string>,
): void {
  if (open.has(type)) return;
  open.add(type);
  for (const [name, property] of Object.entries(propertiesOf(definitions, type))) {
    if (!isJsonObject(property)) continue;
    const below = [...path, name];
    const spec = (parts: readonly string[]): FieldSpec => ({
      group: '',
      version: '',
      kind,
      path: parts.join('/'),
      create: false,
    });
    const has = (extension: string) => typeof property[extension] === 'string';
    if (has('x-kubernetes-annotation')) tables.commonAnnotations.push(spec(below));
    if (has('x-kubernetes-label-selector')) tables.commonLabels.push(spec(below));
    if (has('x-kubernetes-identity')) tables.namePrefix.push(spec(below));
    const [version, target] = ['x-kubernetes-object-ref-api-version', 'x-kubernetes-object-ref-kind'].map(
      (extension) => property[extension],
    );
    if (typeof version === 'string' && typeof target === 'string') {
      const key = property['x-kubernetes-object-ref-name-key'];
      const fieldSpecs = [spec([...below, typeof key === 'string' ? key : 'name'])];
      tables.nameReference.push({ group: '', version, kind: target, fieldSpecs });
    }
    const { $ref: reference } = property;
    if (typeof reference === 'string') collect(tables, definitions, reference, kind, below, open);
  }
  open.delete(type);
}
