import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';
import type { Column } from './table.ts';

/** How the real server prints values in tables. */
export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: (object) => (object['metadata'] as JsonObject)['name'] ?? '',
};

export const ageColumn: Column = { name: 'Age', type: 'string', cell: (object, now) => ageOf(object, now) };
export const createdColumn: Column = {
  name: 'Created At',
  type: 'date',
  cell: (object) => (object['metadata'] as JsonObject)['creationTimestamp'] ?? '<unknown>',
};

export function ageOf(object: JsonObject, now: Date): string {
  const created = (object['metadata'] as JsonObject)['creationTimestamp'];
  return typeof created === 'string' ? ageSince(created, now) : '<unknown>';
}

export function ageSince(time: JsonValue | undefined, now: Date): string {
  const since = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(since) ? '<unknown>' : formatDuration((now.getTime() - since) / 1000);
}

/** Two units at most, as `kubectl` prints ages: `45s`, `2m30s`, `5h10m`, `3d4h`, `2y30d`. */
export function formatDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < -1) return '<invalid>';
  if (whole < 0) return '0s';
  if (whole < 120) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 10) return pair(minutes, 'm', whole % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (hours < 192) return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
  const days = Math.floor(hours / 24);
  if (days < 365 * 2) return `${days}d`;
  if (days < 365 * 8) return pair(Math.floor(days / 365), 'y', days % 365, 'd');
  return `${Math.floor(days / 365)}y`;
}

function pair(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${unit}` : `${large}${unit}${small}${smallUnit}`;
}

/** `a.b.c` of an object. */
export function at(object: JsonValue | undefined, path: string): JsonValue | undefined {
  let value = object;
  for (const name of path.split('.')) value = isJsonObject(value) ? value[name] : undefined;
  return value;
}

export function textAt(object: JsonValue | undefined, path: string, absent = ''): string {
  const value = at(object, path);
  return value === undefined || value === null || value === '' ? absent : String(value);
}

export function numberAt(object: JsonValue | undefined, path: string): number {
  return Number(at(object, path) ?? 0);
}

export function listAt(object: JsonValue | undefined, path: string): JsonObject[] {
  const value = at(object, path);
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}

/** `a=b,c=d`, or `<none>`. */
export function formatLabels(labels: JsonValue | undefined): string {
  const entries = isJsonObject(labels) ? Object.entries(labels) : [];
  return entries.length === 0
    ? '<none>'
    : entries
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(',');
}

/** A `LabelSelector` as `kubectl` prints it. */
export function formatSelector(selector: JsonValue | undefined): string {
  if (!isJsonObject(selector)) return '<none>';
  const labels = isJsonObject(selector['matchLabels']) ? Object.entries(selector['matchLabels']) : [];
  const parts = labels.map(([key, value]) => ({ key, text: `${key}=${String(value)}` }));
  for (const expression of listAt(selector, 'matchExpressions')) {
    const key = String(expression['key']);
    const values = ((expression['values'] ?? []) as string[]).toSorted().join(',');
    const operator = expression['operator'];
    const text =
      operator === 'In'
        ? `${key} in (${values})`
        : operator === 'NotIn'
          ? `${key} notin (${values})`
          : operator === 'Exists'
            ? key
            : `!${key}`;
    parts.push({ key, text });
  }
  if (parts.length === 0) return '<none>';
  return parts
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ text }) => text)
    .join(',');
}
