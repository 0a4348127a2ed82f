import { isJsonObject, type JsonValue, matchesSelector } from '../../resource/index.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether a LabelSelector (matchLabels and matchExpressions) selects these labels; an absent one selects all. */
export function selects(selector: JsonValue | undefined, labels: Labels): boolean {
  if (selector === undefined || selector === null) return true;
  return !isJsonObject(selector) || matchesSelector(selector, labels);
}

/** Whether a plain map of labels, such as a Service's selector, selects these labels. */
export function matchesAll(wanted: JsonValue | undefined, labels: Labels): boolean {
  if (wanted === undefined || wanted === null) return true;
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
