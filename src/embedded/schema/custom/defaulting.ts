import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/index.ts';
import type { Structural } from './structural.ts';

/**
 * Fills in the defaults of a structural schema, in place. `null` counts as missing where the schema is not nullable:
 * it gives way to the default, or goes.
 */
export function setCustomDefaults(object: JsonObject, schema: Structural): void {
  dropNulls(object, schema);
  fill(object, schema);
}

const isMisplacedNull = (value: JsonValue | undefined, schema: Structural | undefined) =>
  value === null && schema !== undefined && !schema.nullable;

function dropNulls(value: JsonValue | undefined, schema: Structural | undefined): void {
  if (isJsonObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      const below = schema?.field(name) ?? schema?.values;
      if (isMisplacedNull(item, below) && below?.default === undefined) delete value[name];
      else if (typeof item === 'object') dropNulls(item, below);
    }
  } else if (Array.isArray(value)) for (const item of value) dropNulls(item, schema?.items);
}

function fill(value: JsonValue | undefined, schema: Structural): void {
  if (isJsonObject(value)) fillObject(value, schema);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) {
      if (isMisplacedNull(item, schema.items)) value[index] = structuredClone(schema.items.default ?? null);
      fill(value[index], schema.items);
    }
}

function fillObject(value: JsonObject, schema: Structural): void {
  for (const name of schema.fieldNames) {
    const property = schema.field(name);
    if (property?.default === undefined) continue;
    if (value[name] === undefined || isMisplacedNull(value[name], property))
      value[name] = structuredClone(property.default);
  }
  for (const [name, item] of Object.entries(value)) {
    const property = schema.field(name);
    const below = property ?? schema.values;
    if (below === undefined) continue;
    if (property === undefined && isMisplacedNull(item, below)) value[name] = structuredClone(below.default ?? null);
    fill(value[name], below);
  }
}
