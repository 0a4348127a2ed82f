import type { JsonObject } from '../../../resource/index.ts';
import type { TypeSchema } from '../schema.ts';
import { tableVersion } from '../table.ts';
import { collectDefinitions } from './definitions.ts';
import { type Operation, operationsOf, tagOf } from './operations.ts';

const shortVersion = tableVersion.replace(/^v/, '').split('.').slice(0, 2).join('.');

/** The OpenAPI v3 document of one group and version: what `/openapi/v3/apis/GROUP/VERSION` answers. */
export function openApiV3(types: readonly TypeSchema[]): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const type of types)
    for (const operation of operationsOf(type)) {
      const at: JsonObject = paths[operation.path] ?? {
        parameters: [...operation.places, 'pretty'].map((name) => ({
          name,
          in: name === 'pretty' ? 'query' : 'path',
          ...(name === 'pretty' ? {} : { required: true }),
          schema: { type: 'string', uniqueItems: true },
        })),
      };
      at[operation.method] = write(operation);
      paths[operation.path] = at;
    }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: shortVersion },
    paths,
    components: {
      schemas: collectDefinitions(types),
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    },
  };
}

const patchTypes = ['apply-patch+yaml', 'json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json'];
const schema = (name: string): JsonObject => ({ schema: { $ref: `#/components/schemas/${name}` } });

function write(operation: Operation): JsonObject {
  const { body, answer } = operation;
  const bodyTypes = operation.method === 'patch' ? patchTypes.map((type) => `application/${type}`) : ['*/*'];
  return {
    tags: [tagOf(operation.kind)],
    description: operation.description,
    operationId: operation.id,
    parameters: operation.parameters.map(({ name, type }) => ({
      name,
      in: 'query',
      schema: { type, uniqueItems: true },
    })),
    ...(body === undefined
      ? {}
      : {
          requestBody: { content: Object.fromEntries(bodyTypes.map((type) => [type, schema(body)])), required: true },
        }),
    responses: {
      '200': {
        description: 'OK',
        content: { 'application/json': schema(answer), 'application/yaml': schema(answer) },
      },
      '401': { description: 'Unauthorized' },
    },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.kind,
  };
}
