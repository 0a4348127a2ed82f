import { isJsonObject, type JsonObject, type JsonValue, matchesSelector } from '../../resource/index.ts';

/**
 * Does a `LabelSelector` choose these labels? An empty selector chooses everything, a missing one nothing
 * (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/).
 */
export function selects(selector: JsonValue | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  return isJsonObject(selector) && matchesSelector(selector, labels);
}

/** The older form: a map of labels; an empty one chooses nothing (Services and ReplicationControllers). */
export function selectsBy(selector: JsonObject | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}
