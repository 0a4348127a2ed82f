import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/index.ts';
import { text } from '../access.ts';
import { equalJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { duplicate, forbidden, invalid, invalidOmitted, required } from '../validation/causes.ts';
import { compileRule, type Program, toCel } from './cel.ts';
import { correlate } from './check.ts';
import { Structural } from './structural.ts';

/**
 * Evaluates `x-kubernetes-validations` of a node and of everything below it. Rules that mention `oldSelf` are
 * transition rules: they run on updates of values that have a past, or always where `optionalOldSelf` is set. What did
 * not change is not judged again by the others.
 */
export function checkRules(
  value: JsonValue | undefined,
  schema: Structural,
  path = '',
  old: JsonValue | undefined = undefined,
): Cause[] {
  if (value === undefined || value === null || !schema.hasRules) return [];
  const causes = schema.rules.flatMap((rule) => checkRule(rule, value, schema, path, old));
  for (const part of Array.isArray(schema.schema['allOf']) ? schema.schema['allOf'] : [])
    if (isJsonObject(part)) causes.push(...checkRules(value, new Structural(part), path, old));
  if (Array.isArray(value)) {
    const before = correlate(schema.schema, Array.isArray(old) ? old : undefined);
    for (const [index, item] of value.entries())
      causes.push(...checkRules(item, schema.items, `${path}[${index}]`, before(item)));
  } else if (isJsonObject(value))
    causes.push(...checkMembers(value, schema, path, isJsonObject(old) ? old : undefined));
  return causes;
}

function checkMembers(value: JsonObject, schema: Structural, path: string, old: JsonObject | undefined): Cause[] {
  return Object.entries(value).flatMap(([name, item]) => {
    const property = schema.field(name);
    if (property !== undefined) return checkRules(item, property, path === '' ? name : `${path}.${name}`, old?.[name]);
    return schema.values === undefined ? [] : checkRules(item, schema.values, `${path}[${name}]`, old?.[name]);
  });
}

function checkRule(
  rule: JsonObject,
  value: JsonValue,
  schema: Structural,
  path: string,
  old: JsonValue | undefined,
): Cause[] {
  const expression = text(rule['rule']).trim();
  if (expression === '') return [];
  const transition = /\boldSelf\b/.test(expression);
  const optional = rule['optionalOldSelf'] === true;
  if (transition && old === undefined && !optional) return [];
  if (!transition && old !== undefined && equalJson(value, old)) return [];
  const field = path === '' ? '<nil>' : path;
  const program = compileRule(expression);
  if (typeof program === 'string')
    return [invalid(field, schema.jsonType, `rule compile error: compilation failed: ${program}`)];
  const self = toCel(value, schema);
  const previous = old === undefined ? undefined : toCel(old, schema);
  const outcome = program(self, previous, optional);
  if (outcome.value === true) return [];
  const words = text(rule['message']).trim();
  if (outcome.error !== undefined)
    return [invalid(field, schema.jsonType, `${outcome.error} evaluating rule: ${words === '' ? expression : words}`)];
  const detail = explain(rule, expression, self, previous, optional);
  const place = `${path}${text(rule['fieldPath'])}`.replace(/^\./, '') || '<nil>';
  return [causeFor(text(rule['reason']), place, value, detail)];
}

/** The rule's own expression for a message wins, where it gives one line of text. */
function explain(rule: JsonObject, expression: string, self: unknown, old: unknown, optional: boolean): string {
  const source = text(rule['messageExpression']).trim();
  const program: Program | string = source === '' ? '' : compileRule(source);
  if (typeof program !== 'string') {
    const { value } = program(self, old, optional);
    if (typeof value === 'string' && value.trim() !== '' && !value.includes('\n')) return value;
  }
  const message = text(rule['message']).trim();
  return message === '' ? `failed rule: ${expression}` : message;
}

function causeFor(reason: string, field: string, value: JsonValue, detail: string): Cause {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return duplicate(field, value);
    default:
      return typeof value === 'object' ? invalidOmitted(field, detail) : invalid(field, value, detail);
  }
}
