import { isJsonObject, type JsonObject } from '../../../resource/index.ts';
import { at, each, text } from '../access.ts';
import { examineRule } from '../custom/rule-check.ts';
import { Structural } from '../custom/structural.ts';
import { structJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, invalidStruct, notSupported, required } from './causes.ts';
import type { Level } from './structural.ts';

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

export function below(schema: JsonObject, field: string): JsonObject | undefined {
  const found = schema[field];
  return isJsonObject(found) ? found : undefined;
}

/** What rules say about the schema they stand at. */
export function checkExpressions(path: string, schema: JsonObject, level: Level, open: number): Cause[] {
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

/** What rules must have, before anybody reads their expressions. */
export function checkRules(path: string, schema: JsonObject): Cause[] {
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
