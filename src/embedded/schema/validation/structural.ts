import { isJsonObject, type JsonObject } from '../../../resource/index.ts';
import { at, each, isEmpty, text, texts } from '../access.ts';
import { checkSchema } from '../custom/check.ts';
import { compilePattern } from '../custom/pattern.ts';
import { pruneCustom } from '../custom/prune.ts';
import { examineRule } from '../custom/rule-check.ts';
import { Structural } from '../custom/structural.ts';
import { equalJson, structJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, invalidStruct, notSupported, required } from './causes.ts';

type Level = 'root' | 'item' | 'field';

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
const intOrString = [{ type: 'integer' }, { type: 'string' }];

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

function checkPattern(path: string, schema: JsonObject): Cause[] {
  const pattern = text(schema['pattern']);
  const made = pattern === '' ? undefined : compilePattern(pattern);
  if (typeof made !== 'string') return [];
  return [invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${made}`)];
}

const listTypes = ['atomic', 'set', 'map'];

function checkListType(path: string, schema: JsonObject): Cause[] {
  const list = schema['x-kubernetes-list-type'];
  const keys = texts(schema['x-kubernetes-list-map-keys']);
  const causes: Cause[] = [];
  const spot = `${path}.x-kubernetes-list-type`;
  if (list !== undefined && schema['type'] !== 'array')
    causes.push(
      text(schema['type']) === ''
        ? required(`${path}.type`, 'must be array if x-kubernetes-list-type is specified')
        : invalid(`${path}.type`, schema['type'], 'must be array if x-kubernetes-list-type is specified'),
    );
  if (list !== undefined && !listTypes.includes(text(list))) causes.push(notSupported(spot, list, listTypes));
  if (keys.length > 0 && list !== 'map') {
    const words = 'must be map if x-kubernetes-list-map-keys is non-empty';
    causes.push(list === undefined ? required(spot, words) : invalid(spot, list, words));
  }
  if (list === 'set') return [...causes, ...checkSetItems(`${path}.items`, at(schema, 'items'))];
  if (list !== 'map') return causes;
  if (keys.length === 0)
    causes.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  return [...causes, ...checkListKeys(path, at(schema, 'items'), keys)];
}

/** Items of a set are one piece each: they could not be told apart otherwise. */
function checkSetItems(path: string, items: JsonObject): Cause[] {
  const words = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const [list, map] = [items['x-kubernetes-list-type'], items['x-kubernetes-map-type']];
  if (items['type'] === 'array' && list !== undefined && list !== 'atomic')
    return [invalid(`${path}.x-kubernetes-list-type`, list, words)];
  if (items['type'] === 'object' && map !== 'atomic')
    return [invalid(`${path}.x-kubernetes-map-type`, list ?? null, words)];
  return [];
}

function checkListKeys(path: string, items: JsonObject, keys: readonly string[]): Cause[] {
  const causes: Cause[] = [];
  if (items['type'] !== 'object')
    return [
      invalid(
        `${path}.items.type`,
        text(items['type']),
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    ];
  const properties = at(items, 'properties');
  for (const key of keys) {
    const property = properties[key];
    if (!isJsonObject(property)) {
      causes.push(
        invalid(`${path}.x-kubernetes-list-map-keys`, [...keys], 'entries must all be names of item properties'),
      );
      continue;
    }
    if (property['type'] === 'array' || property['type'] === 'object')
      causes.push(
        invalid(
          `${path}.items.properties[${key}].type`,
          text(items['type']),
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    if (property['default'] === undefined && !texts(items['required']).includes(key))
      causes.push(
        required(
          `${path}.items.properties[${key}].default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
  }
  return causes;
}

function checkMapType(path: string, schema: JsonObject): Cause[] {
  const map = schema['x-kubernetes-map-type'];
  if (map === undefined) return [];
  const causes: Cause[] = [];
  if (schema['type'] !== 'object')
    causes.push(
      text(schema['type']) === ''
        ? required(`${path}.type`, 'must be object if x-kubernetes-map-type is specified')
        : invalid(`${path}.type`, schema['type'], 'must be object if x-kubernetes-map-type is specified'),
    );
  if (map !== 'atomic' && map !== 'granular')
    causes.push(notSupported(`${path}.x-kubernetes-map-type`, map, ['atomic', 'granular']));
  return causes;
}

/** Whether a path such as `.a.b` or `.a['b']` names something that a schema has. */
function leadsSomewhere(schema: JsonObject, path: string): boolean {
  const steps = path.match(/\.[^.[]+|\['[^']*'\]/g) ?? [];
  if (steps.join('') !== path) return false;
  let here: JsonObject | undefined = schema;
  for (const step of steps) {
    const name = step.startsWith('.') ? step.slice(1) : step.slice(2, -2);
    const property: JsonObject = at(at(here, 'properties'), name);
    here = Object.hasOwn(at(here, 'properties'), name) ? property : below(here, 'additionalProperties');
    if (here === undefined) return false;
  }
  return true;
}

function below(schema: JsonObject, field: string): JsonObject | undefined {
  const found = schema[field];
  return isJsonObject(found) ? found : undefined;
}

/** What rules say about the schema they stand at. */
function checkExpressions(path: string, schema: JsonObject, level: Level, open: number): Cause[] {
  const structural = new Structural(schema);
  return each(schema['x-kubernetes-validations']).flatMap((rule, index) => {
    const here = `${path}.x-kubernetes-validations[${index}].rule`;
    const { problem, loops } = examineRule(text(rule['rule']).trim(), structural, level === 'root');
    if (problem !== undefined) return [invalidStruct(here, ruleJson(rule), `compilation failed: ${problem}`)];
    return Math.min(open, 1) + loops > 1 ? tooCostly(here) : [];
  });
}

const advice =
  'exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';

/**
 * The server estimates what a rule can cost at most. A loop over a collection without a limit, inside of another one or
 * for every item of one, is always beyond its budget; what it would refuse besides is let through here.
 */
const tooCostly = (path: string): Cause[] => [
  forbidden(path, `estimated rule cost ${advice}`),
  forbidden(path, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'),
  forbidden(
    path.replace(/\.openAPIV3Schema\..*$/, '.openAPIV3Schema'),
    `x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema ${advice}`,
  ),
];

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

/** A rule as the server shows it, in the names of its internal type. */
function ruleJson(rule: JsonObject): string {
  return structJson({
    Rule: rule['rule'],
    Message: rule['message'] ?? '',
    MessageExpression: rule['messageExpression'] ?? '',
    Reason: rule['reason'] ?? null,
    FieldPath: rule['fieldPath'] ?? '',
    OptionalOldSelf: rule['optionalOldSelf'] ?? null,
  });
}

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

function checkRules(path: string, schema: JsonObject): Cause[] {
  return each(schema['x-kubernetes-validations']).flatMap((rule, index) => {
    const here = `${path}.x-kubernetes-validations[${index}]`;
    const [source, message] = [text(rule['rule']).trim(), text(rule['message'])];
    const causes: Cause[] = [];
    if (source === '') causes.push(required(`${here}.rule`, 'rule is not specified'));
    if (message !== '' && message.trim() === '')
      causes.push(invalid(`${here}.message`, message, 'must be non-empty if specified'));
    else if (message.trim().includes('\n'))
      causes.push(invalid(`${here}.message`, message, 'must not contain line breaks'));
    else if (source.includes('\n') && message === '')
      causes.push(required(`${here}.message`, 'message must be specified if rule contains line breaks'));
    const place = text(rule['fieldPath']);
    if (place !== '' && !leadsSomewhere(schema, place))
      causes.push(invalid(`${here}.fieldPath`, place, 'must be a valid path'));
    if (rule['reason'] !== undefined && !reasons.includes(text(rule['reason'])))
      causes.push(notSupported(`${here}.reason`, rule['reason'], reasons));
    return causes;
  });
}

const structuralOnly: readonly [string, string][] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
];

/** Inside of logical junctors a schema only constrains values: what it says about structure stands outside. */
function checkValueParts(path: string, schema: JsonObject): Cause[] {
  const isPort = schema['x-kubernetes-int-or-string'] === true;
  const causes: Cause[] = [];
  for (const junctor of ['allOf', 'anyOf', 'oneOf'])
    for (const [index, part] of each(schema[junctor]).entries()) {
      if (isPort && junctor === 'anyOf' && equalJson(schema['anyOf'], intOrString)) continue;
      if (isPort && junctor === 'allOf' && index === 0 && equalJson(part['anyOf'], intOrString)) continue;
      causes.push(...checkValuePart(`${path}.${junctor}[${index}]`, part));
    }
  const not = schema['not'];
  return isJsonObject(not) ? [...causes, ...checkValuePart(`${path}.not`, not)] : causes;
}

function checkValuePart(path: string, part: JsonObject): Cause[] {
  const causes = structuralOnly.flatMap(([word, words]) =>
    isEmpty(part[word]) || part[word] === false ? [] : [forbidden(`${path}.${word}`, words)],
  );
  const below = Object.entries(at(part, 'properties')).flatMap(([name, one]) =>
    isJsonObject(one) ? checkValuePart(`${path}.properties[${name}]`, one) : [],
  );
  const items = part['items'];
  const inItems = isJsonObject(items) ? checkValuePart(`${path}.items`, items) : [];
  return [...causes, ...below, ...inItems, ...checkPattern(path, part), ...checkValueParts(path, part)];
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
