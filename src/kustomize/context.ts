import type { Problem } from '../errors.ts';
import type { JsonValue, YamlNode } from '../resource/index.ts';
import type { Item } from './item.ts';
import { builtinDefinition, builtinSchemas } from './merge/builtin-schema.ts';
import { openApiSchemas, type Schemas } from './merge/schema.ts';

/** A transformer, or the file itself, gave a field of an object its value. */
export interface FieldChange {
  /** The object as it is called after the change, and its first name. */
  kind: string;
  name: string;
  originalName: string;
  /** `spec.replicas`, `spec.template.spec.containers[0].image`. */
  path: string;
  /** JSON text; undefined where the field was removed. */
  value: string | undefined;
  /** The kustomization or resource file, absolute. */
  file: string;
  /** `resource`, or the transformer. */
  by: string;
}

/** What one build shares between its kustomizations. */
export class BuildContext {
  readonly warnings: Problem[] = [];
  /** Equal keys of all files are one node. */
  readonly keys = new Map<string, YamlNode>();
  /** Which kinds live in namespaces, beside the built-in ones. */
  readonly scopes = new Map<string, boolean>();
  readonly onChange: ((change: FieldChange) => void) | undefined;
  schemas: Schemas = builtinSchemas;
  schemaChosen = false;
  /** A kind was met that only the built-in document could have told about. */
  private usedBuiltin = false;

  readonly signal: AbortSignal | undefined;

  constructor(
    options: { onChange?: ((change: FieldChange) => void) | undefined; signal?: AbortSignal | undefined } = {},
  ) {
    this.onChange = options.onChange;
    this.signal = options.signal;
  }

  note(items: readonly Item[]): void {
    if (this.usedBuiltin || this.schemaChosen) return;
    this.usedBuiltin = items.some(({ apiVersion, kind }) => builtinSchemas.of(apiVersion, kind) === undefined);
  }

  /** A custom OpenAPI document replaces the built-in one, unless that was in use before. */
  useSchemas(document: JsonValue): void {
    const before = this.usedBuiltin;
    const custom = openApiSchemas(document, (name) => (before ? builtinDefinition(name) : undefined));
    for (const [key, namespaced] of custom.scopes) this.scopes.set(key, namespaced);
    this.schemas = {
      of: (apiVersion, kind) =>
        custom.of(apiVersion, kind) ?? (before ? builtinSchemas.of(apiVersion, kind) : undefined),
      read: custom.read,
      scopes: custom.scopes,
    };
  }
}
