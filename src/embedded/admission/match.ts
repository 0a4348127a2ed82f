import type { JsonObject } from '../../resource/index.ts';
import type { Api, Attributes } from '../api/api.ts';
import { matchLabels, requirementsOf } from '../api/selectors.ts';

/** Which requests a webhook or policy is about. */
export interface WebhookRule {
  operations?: string[];
  apiGroups?: string[];
  apiVersions?: string[];
  resources?: string[];
  resourceNames?: string[];
  scope?: string;
}

export function matchesRules(rules: readonly WebhookRule[], attributes: Attributes): boolean {
  const { type, operation, subresource, namespace, name } = attributes;
  const has = (list: readonly string[] | undefined, value: string) =>
    (list ?? []).includes('*') || (list ?? []).includes(value);
  // A namespace is cluster-scoped, whatever its requests look like.
  const scope = type.namespaced && namespace !== '' ? 'Namespaced' : 'Cluster';
  return rules.some(
    (rule) =>
      has(rule.operations, operation) &&
      has(rule.apiGroups, type.group) &&
      has(rule.apiVersions, type.version) &&
      (rule.resources ?? []).some((resource) => coversResource(resource, type.resource, subresource)) &&
      [undefined, '', '*', scope].includes(rule.scope) &&
      (rule.resourceNames === undefined || rule.resourceNames.length === 0 || rule.resourceNames.includes(name)),
  );
}

// `pods`, `pods/status`, `pods/*`; `*` alone means no subresource.
function coversResource(pattern: string, resource: string, subresource: string): boolean {
  const [own = '', below = ''] = pattern.split('/');
  return (own === '*' || own === resource) && (below === subresource || below === '*');
}

export function matchesSelectors(
  api: Api,
  { namespaceSelector, objectSelector }: { namespaceSelector?: JsonObject; objectSelector?: JsonObject },
  { type, namespace, object, old }: Attributes,
): boolean {
  const isNamespace = type.group === '' && type.resource === 'namespaces';
  const selected = (selector: JsonObject | undefined, labels: Record<string, string> | undefined) =>
    matchLabels(requirementsOf(selector), labels);
  if (isNamespace && !selected(namespaceSelector, (object ?? old)?.metadata.labels)) return false;
  if (namespace !== '') {
    const own = api.store.get('/namespaces', '', namespace)?.object;
    if (!selected(namespaceSelector, own?.metadata.labels)) return false;
  }
  return (
    selected(objectSelector, object?.metadata.labels ?? {}) ||
    (old !== undefined && selected(objectSelector, old.metadata.labels))
  );
}
