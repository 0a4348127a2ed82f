import { isJsonObject, type JsonObject } from '../../../resource/index.ts';
import { at, text } from '../access.ts';
import type { Cause } from '../schema.ts';
import { duplicate, invalid, required } from './causes.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];

const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

/** A column that `kubectl get` shows. */
export function checkColumn(path: string, column: JsonObject): Cause[] {
  const [name, type, format, route] = ['name', 'type', 'format', 'jsonPath'].map((field) => text(column[field]));
  const causes: Cause[] = [];
  if (name === '') causes.push(required(`${path}.name`));
  const words = `must be one of ${columnTypes.join(',')}`;
  if (type === '') causes.push(required(`${path}.type`, words));
  else if (!columnTypes.includes(type ?? '')) causes.push(invalid(`${path}.type`, type, words));
  if (format !== '' && !columnFormats.includes(format ?? ''))
    causes.push(invalid(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`));
  if (route === '') causes.push(required(`${path}.JSONPath`));
  else if (!/^\./.test(route ?? ''))
    causes.push(invalid(`${path}.JSONPath`, route, 'must be a simple json path starting with .'));
  return causes;
}

/** Fields to select objects by hold one plain value each. */
export function checkSelectable(path: string, fields: JsonObject[], schema: JsonObject): Cause[] {
  const seen = new Set<string>();
  return fields.flatMap((field, index) => {
    const here = `${path}[${index}].jsonPath`;
    const route = text(field['jsonPath']);
    if (route === '') return [required(here)];
    const start = /^[^.[]+/.exec(route)?.[0];
    if (start !== undefined) return [invalid(here, route, `is an invalid path: expected [ or . but got: ${start}`)];
    const found = route
      .split('.')
      .slice(1)
      .reduce<JsonObject | undefined>((one, name) => property(one, name), schema);
    if (found === undefined) return [invalid(here, route, 'is an invalid path: does not refer to a valid field')];
    const words =
      'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
    const causes = plainTypes.has(text(found['type'])) ? [] : [invalid(here, route, words)];
    if (seen.has(route)) causes.push(duplicate(here, route));
    seen.add(route);
    return causes;
  });
}

const plainTypes = new Set(['string', 'boolean', 'integer']);

function property(schema: JsonObject | undefined, name: string): JsonObject | undefined {
  const found = at(schema, 'properties')[name];
  return isJsonObject(found) ? found : undefined;
}

/** Where the scale subresource finds replicas and selector. */
export function checkScale(path: string, scale: JsonObject): Cause[] {
  const [spec, status, selector] = ['specReplicasPath', 'statusReplicasPath', 'labelSelectorPath'].map((field) =>
    text(scale[field]),
  );
  const causes: Cause[] = [];
  const check = (field: string, value: string, below: readonly string[], words: string) => {
    if (!value.startsWith('.'))
      causes.push(invalid(`${path}.scale.${field}`, value, 'must be a simple json path starting with .'));
    else if (!below.some((start) => value.startsWith(start)))
      causes.push(invalid(`${path}.scale.${field}`, value, words));
  };
  if (spec === '') causes.push(required(`${path}.scale.specReplicasPath`));
  else check('specReplicasPath', spec ?? '', ['.spec.'], 'should be a json path under .spec');
  if (status === '') causes.push(required(`${path}.scale.statusReplicasPath`));
  else check('statusReplicasPath', status ?? '', ['.status.'], 'should be a json path under .status');
  if (selector !== '')
    check(
      'labelSelectorPath',
      selector ?? '',
      ['.spec.', '.status.'],
      'should be a json path under either .spec or .status',
    );
  return causes;
}
