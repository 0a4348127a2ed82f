import type { Resource } from '../../../resource/index.ts';
import type { Cause, TypeSchema } from '../schema.ts';

export function validateBuiltin(_type: TypeSchema, _object: Resource, _old?: Resource, _subresource?: string): Cause[] {
  return [];
}
