import { brotliDecompressSync } from 'node:zlib';
import type { JsonValue } from '../../resource/index.ts';
import packed from './builtin.generated.json' with { type: 'json' };

/** The table of built-in types that `test/support/generate-types.ts` takes from a real server. */
export interface TypeTable {
  kinds: KindRow[];
  definitions: Record<string, Definition>;
}

/** One resource of discovery. */
export interface KindRow {
  group: string;
  version: string;
  kind: string;
  listKind: string;
  resource: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  verbs: string[];
  subresources: { name: string; verbs: string[]; kind: string; group: string; version: string }[];
  /** The OpenAPI name of its Go type. */
  definition: string;
}

/** A type in the words of OpenAPI v3, with what probes of the server added (`x-emits`, `x-keeps`, `x-go`). */
export interface Definition {
  $ref?: string;
  type?: string;
  format?: string;
  default?: JsonValue;
  enum?: string[];
  oneOf?: Definition[];
  required?: string[];
  properties?: Record<string, Definition>;
  items?: Definition;
  additionalProperties?: Definition;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'granular' | 'atomic';
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  /** Fields that are printed even when nobody set them, with their zero value. */
  'x-emits'?: Record<string, JsonValue>;
  /** Fields whose zero value is kept when somebody sets it; the zero values of all others are dropped. */
  'x-keeps'?: string[];
  /** By field, `Struct type` as decode errors name them, where that cannot be told from the rest. */
  'x-go'?: Record<string, string>;
}

/** The release the table was taken from, such as `v1.36.3`. */
export const tableVersion: string = packed.version;

const unpack = (text: string) => JSON.parse(brotliDecompressSync(Buffer.from(text, 'base64')).toString());

let table: TypeTable | undefined;

/** Unpacked at the first call: some milliseconds. */
export function typeTable(): TypeTable {
  table ??= unpack(packed.types) as TypeTable;
  return table;
}

/** First sentences of the descriptions, by definition and field (`''` for the type itself). Unpacked at each call. */
export function readProse(): Record<string, Record<string, string>> {
  return unpack(packed.prose) as Record<string, Record<string, string>>;
}
