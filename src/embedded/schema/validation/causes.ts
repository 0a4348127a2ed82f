import type { JsonValue } from '../../../resource/index.ts';
import { canonicalJson } from '../json.ts';
import type { Cause } from '../schema.ts';

/**
 * The sentences of the server's field errors. Each has a fixed first part by reason, the offending value where the
 * reason shows it, and a detail (`k8s.io/apimachinery/pkg/util/validation/field` is the source of the wording).
 */
export type Value = JsonValue | undefined;

const body = (words: string, value: Value, detail: string) =>
  `${words}: ${show(value)}${detail === '' ? '' : `: ${detail}`}`;

export const invalid = (field: string, value: Value, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: body('Invalid value', value, detail),
  field,
});

/** The value is of the wrong type for the schema. */
export const typeInvalid = (field: string, value: Value, detail: string): Cause => ({
  reason: 'FieldValueTypeInvalid',
  message: body('Invalid value', value, detail),
  field,
});

/** Invalid, where the value is a Go struct: its JSON is given as the server writes it, fields in their own order. */
export const invalidStruct = (field: string, json: string, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${json}: ${detail}`,
  field,
});

/** Invalid, where the value is too large to be shown. */
export const invalidOmitted = (field: string, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${detail}`,
  field,
});

export const required = (field: string, detail = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: detail === '' ? 'Required value' : `Required value: ${detail}`,
  field,
});

export const duplicate = (field: string, value: Value): Cause => ({
  reason: 'FieldValueDuplicate',
  message: body('Duplicate value', value, ''),
  field,
});

export const notFound = (field: string, value: Value): Cause => ({
  reason: 'FieldValueNotFound',
  message: body('Not found', value, ''),
  field,
});

export const notSupported = (field: string, value: Value, supported: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: body(
    'Unsupported value',
    value,
    supported.length === 0 ? '' : `supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`,
  ),
  field,
});

export const forbidden = (field: string, detail: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: detail === '' ? 'Forbidden' : `Forbidden: ${detail}`,
  field,
});

export const tooLong = (field: string, limit: number): Cause => ({
  reason: 'FieldValueTooLong',
  message: `Too long: may not be more than ${limit} ${limit === 1 ? 'byte' : 'bytes'}`,
  field,
});

export const tooMany = (field: string, count: number, limit: number): Cause => ({
  reason: 'FieldValueTooMany',
  message: `Too many: ${count}: must have at most ${limit} ${limit === 1 ? 'item' : 'items'}`,
  field,
});

/** A value as Go prints it: strings quoted, numbers and booleans bare, the rest as JSON. */
function show(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'object') return canonicalJson(value);
  return String(value);
}
