import { isJsonObject, type JsonObject, type JsonValue } from '../resource/index.ts';

/** A step down: the name of a field, the keys of a list item (`[name=x]`), an index, or every item (`[*]`). */
export type Step = { field: string } | { keys: Record<string, JsonValue> } | { index: number } | { every: true };

const pattern = /\.?([^.[\]]+)|\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]/g;

/** Reads `spec.containers[name="x"].image`, `metadata.labels["a/b"]` or `webhooks[*].clientConfig.caBundle`. */
export function parsePath(path: string): Step[] {
  return [...path.matchAll(pattern)].map(([, name, selector = '']): Step => {
    if (name !== undefined) return { field: name };
    if (selector === '*') return { every: true };
    if (selector.startsWith('"')) return { field: JSON.parse(selector) as string };
    const pairs = [...selector.matchAll(/([A-Za-z]\w*)=("(?:[^"\\]|\\.)*"|[^,]+)/g)];
    if (pairs.length === 0) return { index: Number(selector) };
    return { keys: Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, literal(value)])) };
  });
}

/** The server quotes strings and leaves numbers bare; people leave out the quotes. */
function literal(text: string): JsonValue {
  if (text.startsWith('"')) return JSON.parse(text) as string;
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

export const hasKeys = (item: JsonValue | undefined, keys: Record<string, JsonValue>): item is JsonObject =>
  isJsonObject(item) && Object.entries(keys).every(([key, value]) => item[key] === value);

/** The value at a path without `[*]`; undefined where there is none. */
export function valueAt(object: JsonObject, steps: readonly Step[]): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const step of steps) {
    if ('field' in step) value = isJsonObject(value) ? value[step.field] : undefined;
    else if (!Array.isArray(value)) return undefined;
    else if ('index' in step) value = value[step.index];
    else if ('keys' in step) value = value.find((item) => hasKeys(item, step.keys));
    else return undefined;
  }
  return value;
}

/** A copy with another value at a path, or without it where the value is undefined; a path that leads nowhere changes nothing. */
export function withValueAt<T extends JsonValue>(
  value: T,
  steps: readonly Step[],
  replacement: JsonValue | undefined,
): T {
  return replaced(value, steps, replacement) as T;
}

function replaced(value: JsonValue, steps: readonly Step[], replacement: JsonValue | undefined): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if ('field' in step) {
    if (!isJsonObject(value)) return value;
    const { [step.field]: old, ...others } = value;
    if (rest.length > 0)
      return old === undefined ? value : { ...value, [step.field]: replaced(old, rest, replacement) };
    return replacement === undefined ? others : { ...value, [step.field]: replacement };
  }
  if (!Array.isArray(value) || 'every' in step || rest.length === 0) return value;
  const at = 'index' in step ? step.index : value.findIndex((item) => hasKeys(item, step.keys));
  return value.map((item, index) => (index === at ? replaced(item, rest, replacement) : item));
}

/** The paths without `[*]` that a path stands for in an object; items are told apart by their names. */
export function expand(object: JsonObject, steps: readonly Step[]): Step[][] {
  const at = steps.findIndex((step) => 'every' in step);
  if (at < 0) return [[...steps]];
  const list = valueAt(object, steps.slice(0, at));
  if (!Array.isArray(list)) return [];
  return list.flatMap((item, index) => {
    const name = isJsonObject(item) ? item['name'] : undefined;
    const step: Step = name === undefined ? { index } : { keys: { name } };
    return expand(object, [...steps.slice(0, at), step, ...steps.slice(at + 1)]);
  });
}
