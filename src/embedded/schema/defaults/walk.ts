import { isJsonObject, type JsonObject, type JsonValue, type Resource } from '../../../resource/index.ts';
import type { Shape, Struct } from '../shape.ts';
import { rules } from './rules.ts';

/** Fills in what nobody set, in place: first a struct's own rule, then its fields, as the server's generated code does. */
export function fillDefaults(object: Resource, root: Shape): void {
  if (root.struct !== undefined) fillStruct(object, root.struct, object);
}

function fillStruct(value: JsonObject, struct: Struct, root: Resource): void {
  for (const [field, zero] of struct.emits) if (isJsonObject(zero)) value[field] ??= {};
  rules[struct.name]?.(value, root);
  for (const [name, item] of Object.entries(value)) {
    const shape = struct.fields.get(name);
    if (shape !== undefined) fillValue(item, shape, root);
  }
  for (const [field, zero] of struct.emits) if (value[field] === undefined) value[field] = zero;
}

function fillValue(value: JsonValue | undefined, shape: Shape, root: Resource): void {
  if (shape.sort === 'struct' && shape.struct !== undefined) {
    if (isJsonObject(value)) fillStruct(value, shape.struct, root);
  } else if (shape.sort === 'array' && shape.items !== undefined) {
    if (Array.isArray(value)) for (const item of value) fillValue(item, shape.items, root);
  } else if (shape.sort === 'map' && shape.values?.sort === 'struct') {
    if (isJsonObject(value)) for (const item of Object.values(value)) fillValue(item, shape.values, root);
  }
}
