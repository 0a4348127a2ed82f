import type { JsonValue } from '../../resource/index.ts';
import type { FieldSchema } from './schema.ts';
import { type Definition, typeTable } from './table.ts';

/** What a built-in field holds, with everything its Go type says about reading and printing it. */
export interface Shape extends FieldSchema {
  readonly sort: Sort;
  /** The Go type a decode error names: `int32`, `v1.Protocol`, `[]v1.Container`. */
  readonly go: string;
  readonly struct?: Struct;
  readonly values?: Shape;
  readonly items?: Shape;
  field?(name: string): Shape | undefined;
}

export type Sort =
  | 'struct'
  | 'map'
  | 'array'
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'microTime'
  | 'bytes'
  /** A JSON schema, or a list of them or a boolean in its place (inside CustomResourceDefinitions). */
  | 'schema'
  | 'any';

/** A Go struct. */
export interface Struct {
  /** `core.v1.Container` */
  readonly name: string;
  /** `Container` */
  readonly goName: string;
  readonly fields: ReadonlyMap<string, Shape>;
  readonly emits: readonly (readonly [string, JsonValue])[];
  readonly keeps: ReadonlySet<string>;
}

const scalars: Record<string, Sort> = {
  'api.resource.Quantity': 'quantity',
  'util.intstr.IntOrString': 'intOrString',
  'meta.v1.Time': 'time',
  'meta.v1.MicroTime': 'microTime',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'schema',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'schema',
};
const schemaProps = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';

/** `io.k8s.api.core.v1.Pod` → `core.v1.Pod`. */
export const shortName = (name: string): string => name.split('.').slice(-3).join('.');

const structs = new Map<string, Struct>();

/** The shape of a definition, by its OpenAPI name. Fields are resolved when they are first asked for. */
export function shapeOf(name: string): Shape {
  return fieldShape({ $ref: name }, undefined);
}

/** Pointers whose zero the probes could not tell from one that is left out, because admission sets it in every object. */
const alwaysSet: Readonly<Record<string, readonly string[]>> = { 'io.k8s.api.core.v1.PodSpec': ['priority'] };

function structOf(name: string, definition: Definition): Struct {
  const known = structs.get(name);
  if (known !== undefined) return known;
  const properties = definition.properties ?? {};
  const short = shortName(name);
  const goName = short.slice(short.lastIndexOf('.') + 1);
  let fields: Map<string, Shape> | undefined;
  const struct: Struct = {
    name: short,
    goName,
    get fields() {
      fields ??= new Map(
        Object.entries(properties).map(([field, schema]) => {
          const shape = fieldShape(schema, definition['x-go']?.[field]?.split(' ')[1]);
          const always = definition['x-emits']?.[field];
          return [field, always === undefined ? shape : { ...shape, always }];
        }),
      );
      return fields;
    },
    emits: Object.entries(definition['x-emits'] ?? {}) as [string, JsonValue][],
    keeps: new Set([...(definition['x-keeps'] ?? []), ...(alwaysSet[name] ?? [])]),
  };
  structs.set(name, struct);
  return struct;
}

function fieldShape(field: Definition, go: string | undefined): Shape {
  const refName = field.$ref;
  const referred: Definition = refName === undefined ? field : (typeTable().definitions[refName] ?? {});
  const mapType = field['x-kubernetes-map-type'] ?? referred['x-kubernetes-map-type'];
  const common = {
    ...(field['x-kubernetes-patch-strategy'] === undefined
      ? {}
      : { patchStrategy: field['x-kubernetes-patch-strategy'].split(',') }),
    ...(field['x-kubernetes-patch-merge-key'] === undefined
      ? {}
      : { patchMergeKey: field['x-kubernetes-patch-merge-key'] }),
    ...(mapType === undefined ? {} : { mapType }),
  };
  const short = refName === undefined ? '' : shortName(refName);
  const scalar = scalars[short];
  if (scalar === 'schema') {
    const struct = structOf(schemaProps, typeTable().definitions[schemaProps] ?? {});
    return { ...common, type: 'any', sort: 'schema', go: `v1.${short.split('.')[2]}`, struct };
  }
  if (scalar !== undefined) return { ...common, type: 'scalar', sort: scalar, go: go ?? 'string' };
  if (referred.properties !== undefined && refName !== undefined) {
    const struct = structOf(refName, referred);
    const goType = go ?? `${short.split('.')[1]}.${struct.goName}`;
    return { ...common, type: 'object', sort: 'struct', go: goType, struct, field: (name) => struct.fields.get(name) };
  }
  if (referred.additionalProperties !== undefined) {
    const values = fieldShape(referred.additionalProperties, undefined);
    return { ...common, type: 'map', sort: 'map', go: go ?? `map[string]${values.go}`, values };
  }
  if (referred.type === 'array') return arrayShape(referred, go, common);
  return { ...common, ...plainShape(referred, go) };
}

function arrayShape(field: Definition, go: string | undefined, common: object): Shape {
  const items = fieldShape(field.items ?? {}, undefined);
  const keys = field['x-kubernetes-list-map-keys'];
  const listType = field['x-kubernetes-list-type'];
  const itemFields = field.items?.$ref === undefined ? {} : typeTable().definitions[field.items.$ref]?.properties;
  const defaults = (keys ?? []).flatMap((key) => {
    const value = itemFields?.[key]?.default;
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    ...common,
    type: 'array',
    sort: 'array',
    go: go ?? `[]${items.go}`,
    items,
    ...(listType === undefined ? {} : { listType }),
    ...(keys === undefined ? {} : { listMapKeys: keys }),
    ...(defaults.length === 0 ? {} : { keyDefaults: Object.fromEntries(defaults) }),
  };
}

function plainShape(field: Definition, go: string | undefined): Shape {
  if (field.format === 'byte') return { type: 'scalar', sort: 'bytes', go: go ?? '[]uint8' };
  switch (field.type) {
    case 'string':
      return { type: 'scalar', sort: 'string', go: go ?? 'string' };
    case 'boolean':
      return { type: 'scalar', sort: 'boolean', go: go ?? 'bool' };
    case 'integer':
      return { type: 'scalar', sort: 'integer', go: go ?? (field.format === 'int64' ? 'int64' : 'int32') };
    case 'number':
      return { type: 'scalar', sort: 'number', go: go ?? 'float64' };
    default:
      return { type: 'any', sort: 'any', go: go ?? 'interface {}' };
  }
}
