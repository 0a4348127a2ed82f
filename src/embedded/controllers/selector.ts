import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';

interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

/**
 * Does a `LabelSelector` choose these labels? An empty selector chooses everything, a missing one nothing
 * (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/).
 */
export function selects(selector: JsonValue | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  if (!isJsonObject(selector)) return false;
  const exact = Object.entries((selector['matchLabels'] ?? {}) as Record<string, string>);
  const requirements = (selector['matchExpressions'] ?? []) as unknown as Requirement[];
  return exact.every(([key, value]) => labels[key] === value) && requirements.every((one) => meets(one, labels));
}

/** The older form: a map of labels; an empty one chooses nothing (Services and ReplicationControllers). */
export function selectsBy(selector: JsonObject | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
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
