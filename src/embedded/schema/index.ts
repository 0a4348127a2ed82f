/**
 * What every type of the embedded cluster looks like, and the pure steps a write goes through: decode, default,
 * validate. This folder knows nothing of stores, requests or users.
 */
export { builtinTypes } from './builtin.ts';
export { customTypes } from './custom/types.ts';
export { encodeOpenApiV2 } from './openapi/gnostic.ts';
export { openApiV2 } from './openapi/v2.ts';
export { openApiV3 } from './openapi/v3.ts';
export { formatQuantity, parseQuantity, type Quantity } from './quantity.ts';
export type { Cause, TypeSchema } from './schema.ts';
export { tableVersion } from './table.ts';
