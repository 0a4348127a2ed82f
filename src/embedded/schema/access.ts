import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';

/** Reading decoded objects: every reader answers an empty value where the field is missing or of another type. */

/** The object in a field. */
export function at(value: JsonObject | undefined, field: string): JsonObject {
  const found = value?.[field];
  return isJsonObject(found) ? found : {};
}

/** The object at the end of some fields. */
export function within(value: JsonObject, ...fields: string[]): JsonObject {
  return fields.reduce((object, field) => at(object, field), value);
}

/** The objects of a list. */
export function each(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The strings of a list. */
export function texts(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function number(value: JsonValue | undefined): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0;
}

export function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}
