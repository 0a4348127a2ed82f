import { isJsonObject, type JsonObject } from '../../../resource/index.ts';
import { at, each, isEmpty, text } from '../access.ts';
import { compilePattern } from '../custom/pattern.ts';
import { equalJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid } from './causes.ts';

const intOrString = [{ type: 'integer' }, { type: 'string' }];

/** A pattern that is a regular expression. */
export function checkPattern(path: string, schema: JsonObject): Cause[] {
  const pattern = text(schema['pattern']);
  const made = pattern === '' ? undefined : compilePattern(pattern);
  if (typeof made !== 'string') return [];
  return [invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${made}`)];
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
export function checkValueParts(path: string, schema: JsonObject): Cause[] {
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
