import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/resource/index.ts';

/** Keywords that decide whether a value is valid. `list-type` decides it by refusing duplicates. */
const keywords = [
  'type',
  'format',
  'enum',
  'minimum',
  'maximum',
  'minItems',
  'minLength',
  'pattern',
  'default',
  'x-kubernetes-int-or-string',
  'x-kubernetes-validations',
];

/**
 * Where one structural schema accepts another set of objects than the other, a line each: `<path>: <what>`.
 * A field that ours leaves open (`x-kubernetes-preserve-unknown-fields`) accepts everything, and is no difference.
 */
export function differences(ours: JsonObject, theirs: JsonObject, at = ''): string[] {
  if (ours['x-kubernetes-preserve-unknown-fields'] === true && ours['properties'] === undefined) return [];
  const found: string[] = [];
  const say = (what: string) => found.push(`${at}: ${what}`);
  for (const keyword of keywords) {
    if (keyword === 'default' && isEmptyName(ours, theirs)) continue;
    if (!isDeepStrictEqual(ours[keyword], theirs[keyword]))
      say(`${keyword} is ${JSON.stringify(ours[keyword])}, upstream ${JSON.stringify(theirs[keyword])}`);
  }
  const [required, demanded] = [strings(ours['required']), strings(theirs['required'])];
  for (const name of required) if (!demanded.includes(name)) say(`stricter: requires ${name}`);
  for (const name of demanded) if (!required.includes(name)) say(`looser: does not require ${name}`);
  const [fields, known] = [object(ours['properties']), object(theirs['properties'])];
  for (const name of new Set([...Object.keys(fields), ...Object.keys(known)])) {
    const [mine, other] = [fields[name], known[name]];
    const place = at === '' ? name : `${at}.${name}`;
    if (mine === undefined) found.push(`${place}: missing`);
    else if (other === undefined) found.push(`${place}: new`);
    else found.push(...differences(object(mine), object(other), place));
  }
  for (const [keyword, suffix] of [
    ['items', '[]'],
    ['additionalProperties', '.*'],
  ] as const) {
    const [mine, other] = [ours[keyword], theirs[keyword]];
    if (isJsonObject(mine) && isJsonObject(other)) found.push(...differences(mine, other, at + suffix));
    else if (isJsonObject(mine) !== isJsonObject(other)) say(`${keyword} on one side alone`);
  }
  return found;
}

/** The default `""` of a reference's name changes no object that people write. */
const isEmptyName = (ours: JsonObject, theirs: JsonObject) =>
  [ours['default'], theirs['default']].every((value) => value === undefined || value === '');
const strings = (value: JsonValue | undefined) => (Array.isArray(value) ? value.map(String) : []);
const object = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});
