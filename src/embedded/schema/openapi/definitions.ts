import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/index.ts';
import type { BuiltinType } from '../builtin.ts';
import type { CustomType } from '../custom/types.ts';
import type { TypeSchema } from '../schema.ts';
import { type Definition, readProse, typeTable } from '../table.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const isBuiltin = (type: TypeSchema): type is BuiltinType => 'definition' in type;
const isCustom = (type: TypeSchema): type is CustomType => 'schema' in type;

/** Which types every document refers to, whatever it describes. */
export const common = { status: `${meta}.Status`, patch: `${meta}.Patch`, deleteOptions: `${meta}.DeleteOptions` };

/** The name of a type in the documents: of its Go type, or the group backwards (`com.example.v1.Widget`). */
export function definitionName(type: TypeSchema): string {
  if (isBuiltin(type)) return type.definition;
  return `${type.group.split('.').reverse().join('.')}.${type.version}.${type.kind}`;
}

/** Of the list of a type; where there is none (reviews, bindings) the answer is the type itself. */
export function listDefinitionName(type: TypeSchema): string {
  const name = definitionName(type);
  return isBuiltin(type) && typeTable().definitions[`${name}List`] === undefined ? name : `${name}List`;
}

/** The body of a subresource: the type itself, `Scale`, `Eviction`, … */
export function subresourceDefinitionName(type: TypeSchema, sub: TypeSchema['subresources'][number]): string {
  if (sub.kind === type.kind && sub.group === type.group) return definitionName(type);
  const named = Object.entries(typeTable().definitions).find(([, { 'x-kubernetes-group-version-kind': kinds }]) =>
    kinds?.some((one) => one.group === sub.group && one.version === sub.version && one.kind === sub.kind),
  );
  return named?.[0] ?? definitionName(type);
}

/** The schemas of types, of what they are made of and of what every document names, in the words of OpenAPI v3. */
export function collectDefinitions(types: readonly TypeSchema[]): Record<string, JsonObject> {
  const collected: Record<string, JsonObject> = {};
  const prose = readProse();
  const add = (name: string): void => {
    const definition = typeTable().definitions[name];
    if (collected[name] !== undefined || definition === undefined) return;
    collected[name] = withProse(definition, prose[name] ?? {});
    for (const below of referred(definition)) add(below);
  };
  for (const name of Object.values(common)) add(name);
  for (const type of types) {
    for (const sub of type.subresources) add(subresourceDefinitionName(type, sub));
    if (isCustom(type)) {
      add(`${meta}.ObjectMeta`);
      add(`${meta}.ListMeta`);
      collected[definitionName(type)] = customDefinition(type);
      collected[listDefinitionName(type)] = customList(type);
    } else {
      add(definitionName(type));
      add(listDefinitionName(type));
    }
  }
  return Object.fromEntries(Object.entries(collected).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function referred(definition: Definition): string[] {
  const { $ref, items, additionalProperties, properties } = definition;
  const below = [items, additionalProperties, ...Object.values(properties ?? {})].filter((one) => one !== undefined);
  return [...($ref === undefined ? [] : [$ref]), ...below.flatMap(referred)];
}

/** A row of the table as a schema: without what the probes added, with the sentences that describe it. */
function withProse(definition: Definition, prose: Record<string, string>): JsonObject {
  const made = plain(definition);
  const properties = made['properties'];
  if (prose[''] !== undefined) made['description'] = prose[''];
  if (isJsonObject(properties))
    for (const [field, schema] of Object.entries(properties))
      if (isJsonObject(schema) && prose[field] !== undefined) schema['description'] = prose[field];
  return made;
}

const added = new Set(['x-emits', 'x-keeps', 'x-go']);

/** Beside other members, v3 wants a `$ref` inside `allOf`; fields have one always: their description. */
function plain(definition: Definition): JsonObject {
  const made: JsonObject = {};
  for (const [key, value] of Object.entries(definition) as [string, JsonValue][]) {
    if (added.has(key)) continue;
    if (key === 'properties' && isJsonObject(value))
      made[key] = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one as Definition)]));
    else if (key === 'items' || key === 'additionalProperties') made[key] = alone(plain(value as Definition));
    else if (key === '$ref') made['allOf'] = [{ $ref: `#/components/schemas/${value}` }];
    else made[key] = value;
  }
  return made;
}

function alone(schema: JsonObject): JsonObject {
  const { allOf, ...rest } = schema;
  const only = Array.isArray(allOf) ? allOf[0] : undefined;
  return isJsonObject(only) && Object.keys(rest).length === 0 ? only : schema;
}

const metadataText =
  "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
const reference = (name: string): JsonObject => ({ allOf: [{ $ref: `#/components/schemas/${name}` }] });

function typeMeta(): JsonObject {
  return {
    apiVersion: {
      type: 'string',
      description: 'APIVersion defines the versioned schema of this representation of an object.',
    },
    kind: {
      type: 'string',
      description: 'Kind is a string value representing the REST resource this object represents.',
    },
  };
}

function customDefinition(type: CustomType): JsonObject {
  const schema = structuredClone(type.schema);
  const declared = isJsonObject(schema['properties']) ? schema['properties'] : {};
  if (Object.keys(type.schema).length > 0 && type.schema['x-kubernetes-preserve-unknown-fields'] !== true)
    schema['properties'] = {
      ...declared,
      ...typeMeta(),
      metadata: { description: metadataText, ...reference(`${meta}.ObjectMeta`) },
    };
  schema['type'] = 'object';
  schema['x-kubernetes-group-version-kind'] = [{ group: type.group, kind: type.kind, version: type.version }];
  return schema;
}

function customList(type: CustomType): JsonObject {
  return {
    description: `${type.listKind} is a list of ${type.kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      ...typeMeta(),
      items: {
        description: `List of ${type.resource}.`,
        type: 'array',
        items: { $ref: `#/components/schemas/${definitionName(type)}` },
      },
      metadata: { description: 'Standard list metadata.', ...reference(`${meta}.ListMeta`) },
    },
    'x-kubernetes-group-version-kind': [{ group: type.group, kind: type.listKind, version: type.version }],
  };
}
