import type { Problem } from '../errors.ts';
import type { JsonValue, YamlNode } from '../resource/index.ts';
import { ChangeWatch, type FieldChange } from './explain.ts';
import type { Item } from './item.ts';
import { builtinDefinition, builtinSchemas } from './merge/builtin-schema.ts';
import { openApiSchemas, type Schemas } from './merge/schema.ts';

/** What one build shares between its kustomizations. */
export class BuildContext {
  readonly warnings: Problem[] = [];
  /** Equal keys of all files are one node. */
  readonly keys = new Map<string, YamlNode>();
  /** Which kinds live in namespaces, beside the built-in ones. */
  readonly scopes = new Map<string, boolean>();
  /** Only where somebody wants to know who set what. */
  readonly watch: ChangeWatch | undefined;
  schemas: Schemas = builtinSchemas;
  schemaChosen = false;
  /** A kind was met that only the built-in document could have told about. */
  private usedBuiltin = false;

  readonly signal: AbortSignal | undefined;

  constructor(
    options: { onChange?: ((change: FieldChange) => void) | undefined; signal?: AbortSignal | undefined } = {},
  ) {
    this.watch = options.onChange === undefined ? undefined : new ChangeWatch(options.onChange);
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
