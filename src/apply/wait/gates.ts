import { type Call, type Cluster, ClusterError } from '../../cluster/index.ts';
import type { Resource } from '../../resource/index.ts';
import { kindOf } from '../order/references.ts';
import { calledServices, isWebhookConfiguration } from '../order/webhooks.ts';
import { at, objectsAt, textAt } from '../read.ts';
import { type Readiness, ready, waiting } from '../readiness/conditions.ts';
import { readiness } from '../readiness.ts';

/**
 * Readiness that an object alone cannot tell: a definition must be served in discovery, a webhook's Service must have
 * an endpoint and its configuration an authority, and a claim that waits for its first consumer is as ready as can be.
 */
export async function assess(cluster: Cluster, object: Resource, call: Call): Promise<Readiness> {
  const verdict = readiness(object);
  if (isWebhookConfiguration(object)) return webhook(cluster, object, call);
  switch (kindOf(object)) {
    case 'CustomResourceDefinition.apiextensions.k8s.io':
      return verdict.state === 'ready' ? served(cluster, object, call) : verdict;
    case 'PersistentVolumeClaim.':
      return verdict.state === 'waiting' && (await bindsLate(cluster, object, call)) ? ready : verdict;
    default:
      return verdict;
  }
}

async function served(cluster: Cluster, definition: Resource, call: Call): Promise<Readiness> {
  const kind = textAt(definition, 'spec', 'names', 'kind') ?? '';
  for (const version of objectsAt(definition, 'spec', 'versions')) {
    if (at(version, 'served') !== true) continue;
    const apiVersion = `${textAt(definition, 'spec', 'group')}/${textAt(version, 'name')}`;
    if ((await cluster.typeOf({ apiVersion, kind }, call)) === undefined)
      return waiting(`${apiVersion} is not served yet`);
  }
  return ready;
}

/**
 * Annotations that ask somebody else to fill `caBundle`. Without one it is the webhook's own program that does, before
 * its pods become ready.
 */
const injectors = new Set([
  'cert-manager.io/inject-ca-from',
  'cert-manager.io/inject-ca-from-secret',
  'slipway.dev/inject-ca-from',
]);

async function webhook(cluster: Cluster, configuration: Resource, call: Call): Promise<Readiness> {
  const injected = Object.keys(configuration.metadata.annotations ?? {}).some((name) => injectors.has(name));
  for (const item of injected ? objectsAt(configuration, 'webhooks') : []) {
    if (at(item, 'clientConfig', 'service') === undefined) continue;
    if ((textAt(item, 'clientConfig', 'caBundle') ?? '') === '') {
      return waiting(`nobody has put a caBundle into webhook ${textAt(item, 'name')}`);
    }
  }
  for (const { namespace, name } of calledServices(configuration)) {
    const reason = await endpointFault(cluster, namespace, name, call);
    if (reason !== undefined) return waiting(reason);
  }
  return ready;
}

async function endpointFault(
  cluster: Cluster,
  namespace: string,
  name: string,
  call: Call,
): Promise<string | undefined> {
  try {
    const collection = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace };
    const { items } = await cluster.list(collection, { ...call, labelSelector: `kubernetes.io/service-name=${name}` });
    const endpoints = items.flatMap((slice) => objectsAt(slice, 'endpoints'));
    const serves = endpoints.some((endpoint) => at(endpoint, 'conditions', 'ready') !== false);
    return serves ? undefined : `Service ${namespace}/${name} has no ready endpoint`;
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return undefined;
    throw error;
  }
}

async function bindsLate(cluster: Cluster, claim: Resource, call: Call): Promise<boolean> {
  const wanted = textAt(claim, 'spec', 'storageClassName');
  try {
    const { items } = await cluster.list({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' }, call);
    const found = items.find((item) =>
      wanted === undefined
        ? item.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
        : item.metadata.name === wanted,
    );
    return textAt(found, 'volumeBindingMode') === 'WaitForFirstConsumer';
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return false;
    throw error;
  }
}
