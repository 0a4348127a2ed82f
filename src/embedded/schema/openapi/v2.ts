import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/index.ts';
import type { TypeSchema } from '../schema.ts';
import { shortName } from '../shape.ts';
import { tableVersion } from '../table.ts';
import { collectDefinitions } from './definitions.ts';
import { type Operation, operationsOf, tagOf } from './operations.ts';

/** The OpenAPI v2 document of everything that is served: what `/openapi/v2` answers. */
export function openApiV2(types: readonly TypeSchema[]): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const type of types)
    for (const operation of operationsOf(type)) {
      const at: JsonObject = paths[operation.path] ?? {
        parameters: [
          ...operation.places.map((name) => ({ name, in: 'path', required: true, type: 'string', uniqueItems: true })),
          { name: 'pretty', in: 'query', type: 'string', uniqueItems: true },
        ],
      };
      at[operation.method] = write(operation);
      paths[operation.path] = at;
    }
  const definitions = Object.entries(collectDefinitions(types)).map(([name, schema]) => [
    name,
    definition(name, schema),
  ]);
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: tableVersion },
    paths,
    definitions: Object.fromEntries(definitions),
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    security: [{ BearerToken: [] }],
  };
}

/** Types whose text form v2 names instead of their alternatives. */
const special: Record<string, JsonObject> = {
  'api.resource.Quantity': { type: 'string' },
  'util.intstr.IntOrString': { type: 'string', format: 'int-or-string' },
};

function definition(name: string, schema: JsonObject): JsonObject {
  const row = special[shortName(name)];
  const { description } = schema;
  return row === undefined ? older(schema) : { ...row, ...(description === undefined ? {} : { description }) };
}

/** Words of v3 that v2 does not have. */
const unknown = new Set(['default', 'oneOf', 'anyOf', 'not', 'nullable']);

/** A v3 schema in the words of v2: what those cannot say is left out, so that clients check less, never more. */
function older(schema: JsonObject): JsonObject {
  const { allOf, ...rest } = schema;
  const only = Array.isArray(allOf) && allOf.length === 1 && isJsonObject(allOf[0]) ? allOf[0]['$ref'] : undefined;
  const made: JsonObject = {};
  const reference = only ?? rest['$ref'];
  if (typeof reference === 'string') made['$ref'] = reference.replace('#/components/schemas/', '#/definitions/');
  const free = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['nullable'] === true;
  for (const [key, value] of Object.entries(rest)) {
    if (unknown.has(key) || key === '$ref' || (free && ['items', 'properties', 'type'].includes(key))) continue;
    made[key] = member(key, value);
  }
  return made;
}

function member(key: string, value: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(value)) return value;
  if (key === 'items' || key === 'additionalProperties') return older(value);
  if (key !== 'properties') return value;
  const fields = Object.entries(value).map(([name, one]) => [name, isJsonObject(one) ? older(one) : one]);
  return Object.fromEntries(fields) as JsonObject;
}

const json = ['application/json', 'application/yaml'];
const patches = ['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml'];

function write(operation: Operation): JsonObject {
  const body: JsonObject[] =
    operation.body === undefined
      ? []
      : [{ name: 'body', in: 'body', required: true, schema: { $ref: `#/definitions/${operation.body}` } }];
  const query = operation.parameters.map(({ name, type }) => ({ name, in: 'query', type, uniqueItems: true }));
  return {
    description: operation.description,
    consumes: operation.method === 'patch' ? patches.map((type) => `application/${type}`) : ['*/*'],
    produces: json,
    schemes: ['https'],
    tags: [tagOf(operation.kind)],
    operationId: operation.id,
    parameters: [...body, ...query],
    responses: {
      '200': { description: 'OK', schema: { $ref: `#/definitions/${operation.answer}` } },
      '401': { description: 'Unauthorized' },
    },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.kind,
  };
}
