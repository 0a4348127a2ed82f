import type { JsonObject } from './json.ts';

interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

/**
 * Whether a `LabelSelector` (matchLabels and matchExpressions) chooses these labels; an empty one chooses everything
 * (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/).
 */
export function matchesSelector(selector: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  const exact = Object.entries((selector['matchLabels'] ?? {}) as Record<string, string>);
  const requirements = (selector['matchExpressions'] ?? []) as unknown as Requirement[];
  return exact.every(([key, value]) => labels[key] === value) && requirements.every((one) => meets(one, labels));
}

function meets({ key, operator, values = [] }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[key];
  switch (operator) {
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
}
