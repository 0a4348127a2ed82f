import type { ClusterError } from '../cluster/index.ts';
import { idOf, type JsonValue, type Resource } from '../resource/index.ts';
import type { Conflict } from './plan.ts';

/** The fields that a refused server-side apply would have taken, with the live and the wanted value of each. */
export function conflictsOf(intent: Resource, live: Resource, error: ClusterError): Conflict[] {
  return error.causes
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => {
      const path = field.replace(/^\./, '');
      const [here, wanted] = [valueAt(live, path), valueAt(intent, path)];
      return {
        id: idOf(intent),
        path,
        manager: /^conflict with "([^"]*)"/.exec(message)?.[1] ?? 'another manager',
        ...(here === undefined ? {} : { live: here }),
        ...(wanted === undefined ? {} : { wanted }),
      };
    });
}

/** The value at a path of the server's form: `spec.containers[name="x"].image`, `metadata.labels.a`. */
export function valueAt(object: Resource, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  const steps = path.matchAll(/\.?([^.[\]]+)|\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]/g);
  for (const [, name, selector] of steps) {
    if (value === undefined || value === null || typeof value !== 'object') return undefined;
    if (name !== undefined) value = Array.isArray(value) ? undefined : value[name];
    else if (Array.isArray(value)) value = itemAt(value, selector as string);
    else return undefined;
  }
  return value;
}

function itemAt(items: JsonValue[], selector: string): JsonValue | undefined {
  const pairs = [...selector.matchAll(/([A-Za-z]\w*)=("(?:[^"\\]|\\.)*"|[^,]+)/g)];
  if (pairs.length === 0) return items[Number(selector)];
  return items.find((item) =>
    pairs.every(([, key, value]) => {
      const found = (item as Record<string, JsonValue>)[key as string];
      return JSON.stringify(found) === value;
    }),
  );
}
