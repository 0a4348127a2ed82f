import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/index.ts';
import { at, text } from '../access.ts';
import type { Cause } from '../schema.ts';
import { invalid, required } from '../validation/causes.ts';
import { checkMetadata } from '../validation/metadata.ts';
import { dnsLabel1035, pathSegment } from '../validation/names.ts';
import type { Structural } from './structural.ts';

/** Objects inside a custom resource that a schema calls embedded resources must look like objects. */
export function checkEmbedded(value: JsonValue | undefined, schema: Structural, path = ''): Cause[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => checkEmbedded(item, schema.items, `${path}[${index}]`));
  if (!isJsonObject(value)) return [];
  const below = Object.entries(value).flatMap(([name, item]) => {
    if (typeof item !== 'object' || item === null) return [];
    const property = schema.field(name);
    if (property !== undefined) return checkEmbedded(item, property, path === '' ? name : `${path}.${name}`);
    return schema.values === undefined ? [] : checkEmbedded(item, schema.values, `${path}[${name}]`);
  });
  return schema.embedded ? [...checkResource(value, path), ...below] : below;
}

function checkResource(value: JsonObject, path: string): Cause[] {
  const field = (name: string) => (path === '' ? name : `${path}.${name}`);
  const causes: Cause[] = [];
  for (const name of ['apiVersion', 'kind'])
    if (value[name] === undefined) causes.push(required(field(name)));
    else if (value[name] === '') causes.push(invalid(field(name), '', 'must not be empty'));
  const kind = text(value['kind']);
  const wrong = kind === '' ? [] : dnsLabel1035(kind.toLowerCase());
  if (wrong.length > 0)
    causes.push(invalid(field('kind'), kind, `may have mixed case, but should otherwise match: ${wrong.join(',')}`));
  if (value['metadata'] === undefined) return causes;
  const metadata = at(value, 'metadata');
  const named = text(metadata['name']) === '' ? { ...metadata, name: 'fakename' } : metadata;
  return [...causes, ...checkMetadata(named, text(metadata['namespace']) !== '', pathSegment, field('metadata'))];
}
