import type { Resource } from '../../resource/index.ts';
import { decodeStruct } from './decode.ts';
import { fillDefaults } from './defaults/walk.ts';
import type { Cause, TypeSchema } from './schema.ts';
import { type Shape, shapeOf } from './shape.ts';
import { type KindRow, typeTable } from './table.ts';
import { validateBuiltin } from './validation/validate.ts';
import { deprecations, warningsOf } from './warnings.ts';

/** A built-in type, with the shapes of its fields. */
export interface BuiltinType extends TypeSchema {
  readonly root: Shape;
  /** The OpenAPI name of its Go type. */
  readonly definition: string;
}

let types: readonly BuiltinType[] | undefined;

/** Every built-in kind of every served group and version, in the order of discovery. Made once. */
export function builtinTypes(): readonly BuiltinType[] {
  types ??= typeTable().kinds.map(builtinType);
  return types;
}

/** Where a kind is served in several versions, the one that objects are kept in is not always the preferred one. */
const notStored = new Set(['autoscaling/v1/HorizontalPodAutoscaler']);

function builtinType(row: KindRow): BuiltinType {
  let root: Shape | undefined;
  const deprecation = row.group === '' ? deprecations[`${row.version}/${row.kind}`] : undefined;
  return {
    ...row,
    storage: !notStored.has(`${row.group}/${row.version}/${row.kind}`),
    custom: false,
    ...(deprecation === undefined ? {} : { deprecation }),
    get root() {
      root ??= shapeOf(row.definition);
      return root;
    },
    decode(object) {
      const struct = this.root.struct;
      return struct === undefined ? { unknown: [] } : decodeStruct(object, struct);
    },
    setDefaults(object) {
      fillDefaults(object, this.root);
    },
    validate(object: Resource, old?: Resource, options?: { subresource?: string }): Cause[] {
      return validateBuiltin(this, object, old, options?.subresource);
    },
    warnings: (object, old) => warningsOf(row.kind, object, old),
  };
}
