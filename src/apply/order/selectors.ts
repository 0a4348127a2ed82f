import type { JsonValue } from '../../resource/index.ts';
import { at, objectsAt, textAt, textsAt } from '../read.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether a LabelSelector (matchLabels and matchExpressions) selects these labels; an absent one selects all. */
export function selects(selector: JsonValue | undefined, labels: Labels): boolean {
  if (selector === undefined || selector === null) return true;
  return (
    matchesAll(at(selector, 'matchLabels'), labels) &&
    objectsAt(selector, 'matchExpressions').every((item) => {
      const key = textAt(item, 'key') ?? '';
      const values = textsAt(item, 'values');
      const value = labels[key];
      switch (textAt(item, 'operator')) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          return false;
      }
    })
  );
}

/** Whether a plain map of labels, such as a Service's selector, selects these labels. */
export function matchesAll(wanted: JsonValue | undefined, labels: Labels): boolean {
  if (wanted === undefined || wanted === null) return true;
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
