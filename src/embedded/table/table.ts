import type { JsonObject, JsonValue } from '../../resource/index.ts';
import { badRequest } from '../api/status.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { printJson } from '../store/entry.ts';
import { builtinColumns } from './columns.ts';
import { customColumns } from './custom.ts';

/** One column of the `Table` form, and what stands in it. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description?: string;
  /** 0: always shown; more: with `-o wide`. */
  priority?: number;
  cell(object: JsonObject, now: Date): JsonValue;
}

/** Objects as the table that `kubectl get` prints: https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
export function tableText(
  type: TypeSchema,
  objects: readonly JsonObject[],
  metadata: JsonObject,
  query: URLSearchParams,
  withColumns = true,
): string {
  const include = query.get('includeObject') ?? 'Metadata';
  if (!['None', 'Metadata', 'Object', ''].includes(include))
    throw badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`,
    );
  const columns = type.custom ? customColumns(type) : builtinColumns(type);
  const now = new Date();
  const table: JsonObject = {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns
      ? columns.map(({ name, type, format, description, priority }) => ({
          name,
          type,
          format: format ?? '',
          description: description ?? '',
          priority: priority ?? 0,
        }))
      : null,
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      ...(include === 'None' ? { object: null } : { object: include === 'Object' ? object : partial(object) }),
    })),
  };
  return printJson(table);
}

function partial({ metadata }: JsonObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: metadata as JsonObject };
}
