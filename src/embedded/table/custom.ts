import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import type { PrinterColumn, TypeSchema } from '../schema/schema.ts';
import { ageOf, ageSince, nameColumn } from './format.ts';
import type { Column } from './table.ts';

/** The columns of a custom kind: those of its definition, or its age. */
export function customColumns(type: TypeSchema): Column[] {
  const own = type.columns ?? [];
  if (own.length === 0) return [nameColumn, { name: 'Age', type: 'date', cell: (object, now) => ageOf(object, now) }];
  return [nameColumn, ...own.map(columnOf)];
}

function columnOf(column: PrinterColumn): Column {
  return {
    name: column.name,
    type: column.type as Column['type'],
    ...(column.format === undefined ? {} : { format: column.format }),
    ...(column.description === undefined ? {} : { description: column.description }),
    ...(column.priority === undefined ? {} : { priority: column.priority }),
    cell(object, now) {
      const values = valuesAt(object, column.jsonPath);
      return cellFor(column.type, values, now);
    },
  };
}

function cellFor(type: string, values: readonly JsonValue[], now: Date): JsonValue {
  const [value] = values;
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : typeof value === 'bigint' ? value : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'string':
      return print(value);
    case 'date':
      return typeof value !== 'string' ? '<unknown>' : ageSince(value, now);
    default:
      return null;
  }
}

const print = (value: JsonValue): string =>
  typeof value === 'string'
    ? value
    : isJsonObject(value) || Array.isArray(value)
      ? JSON.stringify(value)
      : String(value);

type Step = { name: string } | { all: true } | { index: number } | { filter: (item: JsonValue) => boolean };

/** Everything a JSON path finds: `.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`, `.a[0]`, `.a[*].b`. */
export function valuesAt(object: JsonValue, path: string): JsonValue[] {
  let found: JsonValue[] = [object];
  for (const step of stepsOf(path))
    found = found.flatMap((value): JsonValue[] => {
      if ('name' in step) {
        const next = isJsonObject(value) ? value[step.name] : undefined;
        return next === undefined ? [] : [next];
      }
      const items = Array.isArray(value) ? value : isJsonObject(value) ? (Object.values(value) as JsonValue[]) : [];
      if ('all' in step) return items;
      if ('index' in step) return Array.isArray(value) ? items.slice(step.index, step.index + 1 || undefined) : [];
      return items.filter(step.filter);
    });
  return found;
}

const stepPattern = /\.([\w$-](?:[\w$/-]|\\.)*)|\['((?:[^'\\]|\\.)*)'\]|\[(-?\d+)\]|(\[\*\]|\.\*)|\[\?\((.*?)\)\]/g;

function stepsOf(path: string): Step[] {
  return [...path.matchAll(stepPattern)].map((match): Step => {
    const [, field, quoted, index, all, filter] = match;
    if (all !== undefined) return { all: true };
    if (index !== undefined) return { index: Number(index) };
    if (filter !== undefined) return { filter: filterOf(filter) };
    return { name: (field ?? quoted ?? '').replaceAll(/\\(.)/g, '$1') };
  });
}

const comparisonPattern = /^\s*@((?:\.[^=!<>\s]+)?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?))?\s*$/;

function filterOf(text: string): (item: JsonValue) => boolean {
  const match = comparisonPattern.exec(text);
  if (match === null) return () => false;
  const [, path = '', operator, right] = match;
  if (operator === undefined || right === undefined) return (item) => valuesAt(item, path).length > 0;
  const wanted: JsonValue = /^['"]/.test(right)
    ? right.slice(1, -1)
    : right === 'true' || right === 'false'
      ? right === 'true'
      : Number(right);
  return (item) => {
    const [value] = path === '' ? [item] : valuesAt(item, path);
    if (value === undefined || value === null || typeof value === 'object') return false;
    if (operator === '==') return value === wanted;
    if (operator === '!=') return value !== wanted;
    const [left, limit] = [Number(value), Number(wanted)];
    if (operator === '<') return left < limit;
    if (operator === '<=') return left <= limit;
    return operator === '>' ? left > limit : left >= limit;
  };
}

/** The first value at a path, for scale. */
export function valueAt(object: JsonObject, path: string): JsonValue | undefined {
  return valuesAt(object, path)[0];
}
