import { isJsonObject, type JsonObject } from '../../../resource/index.ts';
import { at, isEmpty, text } from '../access.ts';
import { checkSchema } from '../custom/check.ts';
import { pruneCustom } from '../custom/prune.ts';
import { Structural } from '../custom/structural.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, notSupported, required } from './causes.ts';
import { checkPattern, checkValueParts } from './schema-junctors.ts';
import { checkListType, checkMapType } from './schema-lists.ts';
import { checkExpressions, checkRules } from './schema-rules.ts';

export type Level = 'root' | 'item' | 'field';

/** What makes a schema structural, and what schemas of custom resources may not hold. */
export function checkSchemaDefinition(path: string, schema: JsonObject, withStatus: boolean): Cause[] {
  const causes: Cause[] = [];
  if (withStatus && schema['type'] !== undefined && schema['type'] !== 'object')
    causes.push(
      invalid(
        `${path}.type`,
        schema['type'],
        'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
      ),
    );
  if (schema['nullable'] === true) causes.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  const standard = walk(path, schema, 'root', checkStandard);
  // A schema with such words cannot be made structural at all: there is nothing more to say about its structure.
  const opaque = standard.some((cause) =>
    /is not supported$|type cannot be set to null|not an array$/.test(cause.message),
  );
  const all = [...causes, ...standard, ...(opaque ? [] : walk(path, schema, 'root', checkStructure))];
  // Rules are read only along a schema that can be followed.
  return all.length > 0 ? all : walk(path, schema, 'root', checkExpressions);
}

/** `open` counts the lists and maps without a limit around a node. */
type Check = (path: string, schema: JsonObject, level: Level, open: number) => Cause[];

/** A check of a node and of everything below it that stands for a value. */
function walk(path: string, schema: JsonObject, level: Level, check: Check, open = 0): Cause[] {
  const causes: Cause[] = [];
  for (const [name, property] of Object.entries(at(schema, 'properties')))
    if (isJsonObject(property)) causes.push(...walk(`${path}.properties[${name}]`, property, 'field', check, open));
  const { items, additionalProperties } = schema;
  if (isJsonObject(items))
    causes.push(...walk(`${path}.items`, items, 'item', check, open + (schema['maxItems'] === undefined ? 1 : 0)));
  if (isJsonObject(additionalProperties))
    causes.push(
      ...walk(
        `${path}.additionalProperties`,
        additionalProperties,
        'field',
        check,
        open + (schema['maxProperties'] === undefined ? 1 : 0),
      ),
    );
  return [...causes, ...check(path, schema, level, open)];
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

const unknown = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

const missingType: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** Words that mean something to the server, and in what combinations. */
function checkStandard(path: string, schema: JsonObject): Cause[] {
  const type = text(schema['type']);
  const causes: Cause[] = [];
  if (type !== '' && !types.includes(type)) causes.push(notSupported(`${path}.type`, type, types));
  if (type === 'null')
    causes.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  for (const word of unknown)
    if (!isEmpty(schema[word])) causes.push(forbidden(`${path}.${word}`, `${word} is not supported`));
  if (Array.isArray(schema['items']))
    causes.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  if (schema['uniqueItems'] === true)
    causes.push(
      forbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    causes.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  const additional = schema['additionalProperties'];
  if (!isEmpty(schema['properties']) && additional !== undefined && additional !== false)
    causes.push(forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  return [...causes, ...checkListType(path, schema), ...checkMapType(path, schema), ...checkRules(path, schema)];
}

/** Every value has a type, and what is an object looks like one. */
function checkStructure(path: string, schema: JsonObject, level: Level): Cause[] {
  const type = text(schema['type']);
  const [preserves, embedded, either] = ['preserve-unknown-fields', 'embedded-resource', 'int-or-string'].map(
    (name) => schema[`x-kubernetes-${name}`] === true,
  );
  const causes: Cause[] = [];
  // Metadata of the object itself is described elsewhere: only its names may be restricted.
  if (level === 'field' && /\.openAPIV3Schema\.properties\[metadata\]$/.test(path))
    return checkMetadataSchema(path, schema);
  if (/\.openAPIV3Schema\.properties\[metadata\]\./.test(path)) return [];
  if (type === 'array' && schema['items'] === undefined) causes.push(required(`${path}.items`, 'must be specified'));
  if (embedded && type !== 'object')
    causes.push(
      type === ''
        ? required(`${path}.type`, 'must be object if x-kubernetes-embedded-resource is true')
        : invalid(`${path}.type`, type, 'must be object if x-kubernetes-embedded-resource is true'),
    );
  else if (type === '' && !either && !preserves) causes.push(required(`${path}.type`, missingType[level]));
  if (level === 'root' && type !== '' && type !== 'object')
    causes.push(invalid(`${path}.type`, type, 'must be object at the root'));
  if (level === 'root' && schema['additionalProperties'] !== undefined)
    causes.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  if (embedded && !preserves && isEmpty(schema['properties']))
    causes.push(
      required(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  if (level === 'root' || embedded)
    for (const name of ['kind', 'apiVersion']) {
      const declared = at(schema, 'properties')[name];
      if (isJsonObject(declared) && declared['type'] !== 'string')
        causes.push(invalid(`${path}.properties[${name}].type`, text(declared['type']), 'must be string'));
    }
  return [...causes, ...checkDefault(path, schema), ...checkPattern(path, schema), ...checkValueParts(path, schema)];
}

/** A default is a value like any other: it fits its own schema, and says nothing that would be dropped. */
function checkDefault(path: string, schema: JsonObject): Cause[] {
  const value = schema['default'];
  if (value === undefined || value === null) return [];
  const here = `${path}.default`;
  const kept = { value: structuredClone(value) };
  const holder = new Structural({ type: 'object', properties: { value: { ...schema, default: undefined } } });
  const { unknown: dropped } = pruneCustom(kept, holder);
  const causes = dropped.length > 0 ? [invalid(here, value, 'must not have unknown fields')] : [];
  const wrong = checkSchema(value, schema).map((cause) => ({
    ...cause,
    field: cause.field === '<nil>' ? here : `${here}.${cause.field}`,
  }));
  return [...causes, ...wrong];
}

function checkMetadataSchema(path: string, schema: JsonObject): Cause[] {
  const causes = schema['type'] === 'object' ? [] : [invalid(`${path}.type`, text(schema['type']), 'must be object')];
  const rest = Object.keys(at(schema, 'properties')).filter((name) => name !== 'name' && name !== 'generateName');
  if (rest.length > 0)
    causes.push(
      forbidden(
        path,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
  return causes;
}
