import type { JsonObject, JsonValue } from '../../../resource/index.ts';
import { at, each, number, text, texts } from '../access.ts';
import { canonicalJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, notSupported, required } from './causes.ts';
import { labelValue, type NameRule, portName, qualifiedName } from './names.ts';

/** Checks that many kinds share. Each answers the causes for one field; `path` names the field itself. */

/** A name that follows a rule. */
export const named = (path: string, value: JsonValue | undefined, rule: NameRule): Cause[] =>
  rule(text(value)).map((wrong) => invalid(path, value, wrong));

/** The same, for a name that may be missing. */
export const namedIfSet = (path: string, value: JsonValue | undefined, rule: NameRule): Cause[] =>
  text(value) === '' ? [] : named(path, value, rule);

export const requireText = (path: string, value: JsonValue | undefined, detail = ''): Cause[] =>
  text(value) === '' ? [required(path, detail)] : [];

export function nonNegative(path: string, value: JsonValue | undefined): Cause[] {
  return number(value) < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : [];
}

export function between(path: string, value: JsonValue | undefined, least: number, most: number): Cause[] {
  if (value === undefined) return [];
  const amount = number(value);
  return amount < least || amount > most
    ? [invalid(path, value, `must be between ${least} and ${most}, inclusive`)]
    : [];
}

/** One of some words; missing is allowed where `optional` is set. */
export function oneOf(path: string, value: JsonValue | undefined, words: readonly string[], optional = false): Cause[] {
  const word = text(value);
  if (word === '') return optional ? [] : [required(path)];
  return words.includes(word) ? [] : [notSupported(path, word, words)];
}

export const protocols = ['SCTP', 'TCP', 'UDP'];

export const portNumber = (path: string, value: JsonValue | undefined): Cause[] => between(path, value ?? 0, 1, 65_535);

/** A port by number or by name. */
export function port(path: string, value: JsonValue | undefined): Cause[] {
  return typeof value === 'string'
    ? portName(value).map((wrong) => invalid(path, value, wrong))
    : portNumber(path, value);
}

/** `5` or `5%`, not negative. */
export function countOrPercent(path: string, value: JsonValue | undefined): Cause[] {
  if (typeof value !== 'string') return nonNegative(path, value);
  const words =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', or '93%', regex used for validation is '[0-9]+%')";
  return /^[0-9]+%$/.test(value) ? [] : [invalid(path, value, words.replace("'1%', or", "'1%',  or"))];
}

/** The number of a count or percentage, whichever it is. */
export function amountOf(value: JsonValue | undefined): number {
  return typeof value === 'string' ? Number.parseInt(value, 10) || 0 : number(value);
}

export function atMostAll(path: string, value: JsonValue | undefined): Cause[] {
  return typeof value === 'string' && amountOf(value) > 100
    ? [invalid(path, value, 'must not be greater than 100%')]
    : [];
}

/** A label selector; `undefined` is no selector and fine. */
export function checkSelector(path: string, selector: JsonValue | undefined): Cause[] {
  const held = at({ selector }, 'selector');
  const labels = Object.entries(at(held, 'matchLabels')).flatMap(([key, value]) => [
    ...named(`${path}.matchLabels`, key, qualifiedName),
    ...labelValue(text(value)).map((wrong) => invalid(`${path}.matchLabels`, value, wrong)),
  ]);
  const expressions = each(held['matchExpressions']).flatMap((one, index) =>
    checkExpression(`${path}.matchExpressions[${index}]`, one),
  );
  return [...labels, ...expressions];
}

function checkExpression(path: string, one: JsonObject): Cause[] {
  const values = texts(one['values']);
  const causes: Cause[] = [];
  switch (one['operator']) {
    case 'In':
    case 'NotIn':
      if (values.length === 0)
        causes.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0)
        causes.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    default:
      causes.push(invalid(`${path}.operator`, one['operator'] ?? '', 'not a valid selector operator'));
  }
  const labels = values.flatMap((value, index) => named(`${path}.values[${index}]`, value, labelValue));
  return [...causes, ...named(`${path}.key`, one['key'] ?? '', qualifiedName), ...labels];
}

/** A selector as the server shows it: labels first. */
export function selectorJson(selector: JsonObject): string {
  const labels = selector['matchLabels'];
  const expressions = selector['matchExpressions'];
  const parts = [
    ...(labels === undefined ? [] : [`"matchLabels":${canonicalJson(labels)}`]),
    ...(expressions === undefined ? [] : [`"matchExpressions":${canonicalJson(expressions)}`]),
  ];
  return `{${parts.join(',')}}`;
}

/** Whether a selector cannot be evaluated at all. */
export function isBrokenSelector(selector: JsonValue | undefined): boolean {
  return checkSelector('', selector).length > 0;
}

/** Whether labels match; no selector matches nothing, an empty one everything. */
export function matches(selector: JsonValue | undefined, labels: JsonObject): boolean {
  if (selector === undefined || selector === null) return false;
  const held = at({ selector }, 'selector');
  return (
    Object.entries(at(held, 'matchLabels')).every(([key, value]) => labels[key] === value) &&
    each(held['matchExpressions']).every((one) => {
      const value = labels[text(one['key'])];
      const among = value !== undefined && texts(one['values']).includes(text(value));
      switch (one['operator']) {
        case 'In':
          return among;
        case 'NotIn':
          return !among;
        case 'Exists':
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}
