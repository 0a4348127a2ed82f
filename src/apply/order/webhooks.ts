import type { JsonObject, Resource } from '../../resource/index.ts';
import { objectsAt, textAt, textsAt } from '../read.ts';
import { kindOf, podTemplate } from './references.ts';
import { matchesAll, selects } from './selectors.ts';

/** Where a kind is served: what the rules of a webhook speak of. */
export interface Served {
  group: string;
  version: string;
  resource: string;
  namespaced: boolean;
}

const configurations = new Set([
  'MutatingWebhookConfiguration.admissionregistration.k8s.io',
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
]);

export const isWebhookConfiguration = (object: Resource) => configurations.has(kindOf(object));

/** The Services that the API server calls because of this object: admission, conversion, aggregation. */
export function calledServices(object: Resource): { namespace: string; name: string }[] {
  const services: JsonObject[] = [];
  const add = (holder: JsonObject | undefined) => {
    const service = holder?.['service'];
    if (service !== undefined && service !== null) services.push(service as JsonObject);
  };
  if (isWebhookConfiguration(object)) {
    for (const webhook of objectsAt(object, 'webhooks')) add(webhook['clientConfig'] as JsonObject | undefined);
  } else if (kindOf(object) === 'APIService.apiregistration.k8s.io') {
    add(object['spec'] as JsonObject | undefined);
  }
  return services.flatMap((service) => {
    const [namespace, name] = [textAt(service, 'namespace'), textAt(service, 'name')];
    return namespace === undefined || name === undefined ? [] : [{ namespace, name }];
  });
}

/** The workloads among `objects` whose pods stand behind a Service. */
export function backends(service: Resource, objects: readonly Resource[]): Resource[] {
  const selector = service['spec'] === undefined ? undefined : (service['spec'] as JsonObject)['selector'];
  if (selector === undefined || selector === null || Object.keys(selector).length === 0) return [];
  return objects.filter((object) => {
    const template = podTemplate(object);
    if (template === undefined || object.metadata.namespace !== service.metadata.namespace) return false;
    const metadata = template['metadata'] as JsonObject | undefined;
    return matchesAll(selector, (metadata?.['labels'] ?? {}) as Record<string, string>);
  });
}

/**
 * Whether creating the object would call one of the configuration's webhooks that must answer (`failurePolicy: Fail`).
 * Versions are not compared: with `matchPolicy: Equivalent`, the default, the server converts.
 */
export function intercepts(
  configuration: Resource,
  object: Resource,
  served: Served,
  namespaceLabels: Readonly<Record<string, string>>,
): boolean {
  return objectsAt(configuration, 'webhooks').some((webhook) => {
    if (textAt(webhook, 'failurePolicy') === 'Ignore') return false;
    const scoped = served.namespaced || object.kind === 'Namespace';
    const labels = object.kind === 'Namespace' ? (object.metadata.labels ?? {}) : namespaceLabels;
    if (scoped && !selects(webhook['namespaceSelector'], labels)) return false;
    if (!selects(webhook['objectSelector'], object.metadata.labels ?? {})) return false;
    return objectsAt(webhook, 'rules').some((rule) => {
      const has = (field: string, value: string) => textsAt(rule, field).some((item) => item === '*' || item === value);
      const operation = has('operations', 'CREATE') || has('operations', 'UPDATE');
      const resource = textsAt(rule, 'resources').some(
        (item) => item === '*' || item === '*/*' || item === served.resource,
      );
      return operation && resource && has('apiGroups', served.group);
    });
  });
}
