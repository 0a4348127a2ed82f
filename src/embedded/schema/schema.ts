import type { JsonObject, JsonValue, Resource } from '../../resource/index.ts';

/**
 * One version of one kind, as the server serves it: its row in discovery, the shape of its fields, and the three pure
 * steps every write goes through (decode, default, validate). Built-in kinds and custom ones look the same from here.
 */
export interface TypeSchema {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  /** Plural, as in the path. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Verbs of the resource itself; empty for a type that is a subresource's body alone (such as `Scale`). */
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceRow[];
  /** The version objects of the group and kind are kept in. Exactly one version of a kind has it. */
  readonly storage: boolean;
  /** False for a version that is kept in the store and not offered (custom kinds only). */
  readonly served?: boolean;
  /** Said in a `Warning` header of every request to this version. */
  readonly deprecation?: string;
  /** True for kinds that come from a CustomResourceDefinition. */
  readonly custom: boolean;
  /** The object's root; `undefined` below it means "not described": maps are owned by key, lists as one. */
  readonly root: FieldSchema;

  /**
   * Checks a decoded body against the types of the fields. Unknown fields are removed in place (kept where the schema
   * preserves them) and named, so that the caller can refuse (`Strict`), warn (`Warn`) or stay silent (`Ignore`).
   * A value of a wrong type is an error for built-in kinds (`typeError`, the text the real server puts into its 400)
   * and left to `validate` for custom ones.
   */
  decode(object: JsonObject): Decoded;
  /** Fills in defaults in place. Applied to bodies before validation and, for custom kinds, to what is read too. */
  setDefaults(object: Resource): void;
  /**
   * Everything wrong with the object, in the order and words of the real server; empty if it may be stored. `old` is
   * given for updates: immutable fields and transition rules are checked against it. `subresource` narrows the checks
   * to what that subresource may change (`status`).
   */
  validate(object: Resource, old?: Resource, options?: { subresource?: string }): Cause[];
  /** Warnings a write earns without being refused, such as a deprecated field. */
  warnings?(object: Resource, old?: Resource): string[];
  /** For custom kinds with `subresources.scale`: where replicas and selector stand. */
  readonly scale?: ScalePaths;
  /** Columns of the `Table` form of custom kinds; `undefined` for built-in ones, whose columns are code. */
  readonly columns?: readonly PrinterColumn[];
  /** Paths that field selectors of a custom kind may use besides metadata.name and metadata.namespace, with a leading dot. */
  readonly selectableFields?: readonly string[];
}

export interface SubresourceRow {
  /** Below the object: `status`, `scale`, `log`. */
  readonly name: string;
  readonly verbs: readonly string[];
  /** The kind of its body where that differs from the object's: `Scale`, `Eviction`, `TokenRequest`. */
  readonly kind: string;
  readonly group: string;
  readonly version: string;
}

/** Field schemas form a tree that is walked together with the value. Nodes may be shared and recursive. */
export interface FieldSchema {
  readonly type: 'object' | 'map' | 'array' | 'scalar' | 'any';
  /**
   * The zero value that built-in kinds have here even when nobody wrote it: `{}` for `spec` and `strategy` of a
   * Deployment, 0 for `status.replicas`. `setDefaults` fills it in, and field ownership does not count its appearance.
   */
  readonly always?: JsonValue;
  /** Declared fields of an `object`; `undefined` for an undeclared one. */
  field?(name: string): FieldSchema | undefined;
  /** Fields that are not declared are kept, whatever they hold (`x-kubernetes-preserve-unknown-fields`). */
  readonly preserves?: boolean;
  /** Values of a `map`, and of undeclared fields of an `object` that has `additionalProperties`. */
  readonly values?: FieldSchema | undefined;
  /** Items of an `array`. */
  readonly items?: FieldSchema | undefined;
  /** How server-side apply owns a list. Absent means atomic. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** Values that keys of `listMapKeys` have when an item leaves them out (`{ protocol: 'TCP' }`). */
  readonly keyDefaults?: Readonly<Record<string, JsonValue>>;
  /** How server-side apply owns an object or map. Absent means granular. */
  readonly mapType?: 'granular' | 'atomic';
  /** Strategic merge: `merge`, `replace`, `retainKeys`. */
  readonly patchStrategy?: readonly string[];
  readonly patchMergeKey?: string;
}

export interface Decoded {
  /** `unknown field "spec.foo"`, in the order of the document. */
  unknown: string[];
  /** `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. */
  typeError?: string;
}

/** One entry of `details.causes` in a Status of reason Invalid. */
export interface Cause {
  /** `FieldValueInvalid`, `FieldValueRequired`, `FieldValueDuplicate`, `FieldValueForbidden`, … */
  reason: string;
  /** Without the field's path: `Invalid value: -1: must be greater than or equal to 0`. */
  message: string;
  field: string;
}

export interface ScalePaths {
  /** JSON paths with a leading dot, as in the CustomResourceDefinition. */
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}
