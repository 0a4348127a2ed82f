import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/index.ts';
import { at, each, text, texts } from '../access.ts';
import type { FieldSchema } from '../schema.ts';

/**
 * One node of a structural schema (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema),
 * resolved as it is walked: most of a large schema is never looked at.
 */
export class Structural implements FieldSchema {
  /** The node as it was written. */
  readonly schema: JsonObject;
  readonly #properties = new Map<string, Structural>();
  #values: Structural | undefined;
  #items: Structural | undefined;
  #rules: boolean | undefined;

  constructor(schema: JsonObject) {
    this.schema = schema;
  }

  get type(): FieldSchema['type'] {
    if (this.intOrString) return 'scalar';
    switch (this.schema['type']) {
      case 'object':
        return this.values !== undefined && this.schema['properties'] === undefined ? 'map' : 'object';
      case 'array':
        return 'array';
      case undefined:
      case '':
        return 'any';
      default:
        return 'scalar';
    }
  }

  field(name: string): Structural | undefined {
    const known = this.#properties.get(name);
    if (known !== undefined) return known;
    const properties = this.schema['properties'];
    const found = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!isJsonObject(found)) return undefined;
    const made = new Structural(found);
    this.#properties.set(name, made);
    return made;
  }

  get fieldNames(): string[] {
    return Object.keys(at(this.schema, 'properties'));
  }

  /** The schema of `additionalProperties`; a node that allows everything for `true`. */
  get values(): Structural | undefined {
    const additional = this.schema['additionalProperties'];
    if (this.#values === undefined) {
      if (additional === true) this.#values = new Structural({ 'x-kubernetes-preserve-unknown-fields': true });
      else if (isJsonObject(additional)) this.#values = new Structural(additional);
    }
    return this.#values as Structural;
  }

  get items(): Structural {
    if (this.#items === undefined) this.#items = new Structural(at(this.schema, 'items'));
    return this.#items;
  }

  get listType(): 'atomic' | 'set' | 'map' {
    const type = this.schema['x-kubernetes-list-type'];
    return type === 'set' || type === 'map' ? type : 'atomic';
  }

  get listMapKeys(): readonly string[] {
    return texts(this.schema['x-kubernetes-list-map-keys']);
  }

  get keyDefaults(): Readonly<Record<string, JsonValue>> {
    const defaults = this.listMapKeys.flatMap((key) => {
      const value = this.items.field(key)?.default;
      return value === undefined ? [] : [[key, value] as const];
    });
    return Object.fromEntries(defaults);
  }

  get mapType(): 'granular' | 'atomic' {
    return this.schema['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : 'granular';
  }

  get default(): JsonValue | undefined {
    return this.schema['default'];
  }

  get nullable(): boolean {
    return this.schema['nullable'] === true;
  }

  get preserves(): boolean {
    return this.schema['x-kubernetes-preserve-unknown-fields'] === true;
  }

  get embedded(): boolean {
    return this.schema['x-kubernetes-embedded-resource'] === true;
  }

  get intOrString(): boolean {
    return this.schema['x-kubernetes-int-or-string'] === true;
  }

  get jsonType(): string {
    return text(this.schema['type']);
  }

  get rules(): JsonObject[] {
    return each(this.schema['x-kubernetes-validations']);
  }

  /** Whether this node or any below it has rules in CEL. */
  get hasRules(): boolean {
    this.#rules ??= mentionsRules(this.schema);
    return this.#rules;
  }
}

function mentionsRules(schema: JsonObject): boolean {
  if (each(schema['x-kubernetes-validations']).length > 0) return true;
  const below = [
    ...Object.values(at(schema, 'properties')),
    schema['items'],
    schema['additionalProperties'],
    ...each(schema['allOf']),
  ];
  return below.some((one) => isJsonObject(one) && mentionsRules(one));
}
