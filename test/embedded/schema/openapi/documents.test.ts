import { expect, test } from 'vitest';
import { builtinTypes, customTypes, openApiV2, openApiV3 } from '../../../../src/embedded/schema/index.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../src/resource/index.ts';
import { definitions } from '../cases.ts';

const types = [...builtinTypes(), ...definitions.flatMap(customTypes)];

function references(value: JsonValue | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isJsonObject(value)) return [];
  const own = typeof value['$ref'] === 'string' ? [value['$ref']] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

test('every reference in v2 leads somewhere', () => {
  const document = openApiV2(types);
  const names = new Set(Object.keys(document['definitions'] as JsonObject).map((name) => `#/definitions/${name}`));
  expect(references(document).filter((name) => !names.has(name))).toEqual([]);
});

test('every reference in v3 leads somewhere, group by group', () => {
  for (const [name, group] of Map.groupBy(types, (type) => `${type.group}/${type.version}`)) {
    const document = openApiV3(group);
    const { schemas } = document['components'] as { schemas: JsonObject };
    const names = new Set(Object.keys(schemas).map((one) => `#/components/schemas/${one}`));
    expect(
      references(document).filter((one) => !names.has(one)),
      name,
    ).toEqual([]);
  }
});

test('kubectl finds what it looks for: the kind of a path and whether the server validates fields', () => {
  const { paths } = openApiV3(types.filter((type) => type.group === 'example.com')) as {
    paths: Record<string, Record<string, { parameters: { name: string }[] } & JsonObject>>;
  };
  const patch = paths['/apis/example.com/v1/namespaces/{namespace}/widgets/{name}']?.['patch'];
  expect(patch?.['x-kubernetes-group-version-kind']).toEqual({ group: 'example.com', version: 'v1', kind: 'Widget' });
  expect(patch?.parameters.map(({ name }) => name)).toContain('fieldValidation');
});
