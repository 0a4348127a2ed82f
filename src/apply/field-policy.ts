import { groupOf, isJsonObject, type JsonObject, type JsonValue, type Resource } from '../resource/index.ts';
import { expand, hasKeys, parsePath, type Step, valueAt, withValueAt } from './field-path.ts';
import { ownedFields } from './owned.ts';

/** Fields that others may set once an object exists, such as `spec.replicas` under an autoscaler. */
export interface FieldPolicy {
  /** All groups, kinds or names where one is left out. */
  group?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  paths: readonly string[];
}

/** The same for one object, separated by commas. */
const annotation = 'slipway.dev/ignore-fields';

/**
 * The intent with the ignored fields as they are: what we own keeps its live value, what others own is left out, so that
 * nothing is taken from them and nothing is reset. An object that does not exist yet is made as it is written.
 */
export function withIgnoredFields(
  intent: Resource,
  live: Resource | undefined,
  policies: readonly FieldPolicy[],
): Resource {
  if (live === undefined) return intent;
  const paths = [
    ...policies.filter((policy) => applies(policy, intent)).flatMap((policy) => policy.paths),
    ...(intent.metadata.annotations?.[annotation] ?? '').split(',').flatMap((path) => path.trim() || []),
  ];
  const owned = ownedFields(live);
  let result = intent;
  for (const path of paths) {
    for (const steps of expand(intent, parsePath(path))) {
      if (valueAt(result, steps) === undefined) continue;
      const now = valueAt(live, steps);
      result = withValueAt(result, steps, isOwned(owned, steps) ? now : undefined);
    }
  }
  return result;
}

function applies(policy: FieldPolicy, { apiVersion, kind, metadata }: Resource): boolean {
  return (
    (policy.group ?? groupOf(apiVersion)) === groupOf(apiVersion) &&
    (policy.kind ?? kind) === kind &&
    (policy.namespace ?? metadata.namespace) === metadata.namespace &&
    (policy.name ?? metadata.name) === metadata.name
  );
}

/** Whether a set of managed fields (fieldsV1) holds a path, or a part of what is there. */
function isOwned(fields: JsonObject | undefined, steps: readonly Step[]): boolean {
  let current: JsonObject | undefined = fields;
  for (const step of steps) {
    if (current === undefined) return false;
    const next: JsonValue | undefined = 'field' in step ? current[`f:${step.field}`] : itemOf(current, step);
    current = isJsonObject(next) ? next : undefined;
  }
  return current !== undefined;
}

function itemOf(fields: JsonObject, step: Step): JsonValue | undefined {
  if ('index' in step) return fields[`i:${step.index}`];
  if (!('keys' in step)) return undefined;
  const key = Object.keys(fields).find(
    (name) => name.startsWith('k:') && hasKeys(JSON.parse(name.slice(2)) as JsonValue, step.keys),
  );
  return key === undefined ? undefined : fields[key];
}
