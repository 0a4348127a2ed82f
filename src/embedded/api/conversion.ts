import { randomUUID } from 'node:crypto';
import type { JsonObject, Resource } from '../../resource/index.ts';
import { type ClientConfig, callWebhook } from '../admission/call.ts';
import type { TypeSchema } from '../schema/schema.ts';
import type { Api } from './api.ts';
import { convertBuiltin } from './convert.ts';
import { internal } from './status.ts';
import { apiVersionOf } from './types.ts';

/**
 * An object in another version of its kind. Custom kinds say themselves how: by the version's name alone, or by a
 * webhook (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/).
 */
export async function convertObject(api: Api, object: Resource, to: TypeSchema): Promise<Resource> {
  const desiredAPIVersion = apiVersionOf(to);
  if (object.apiVersion === desiredAPIVersion) return object;
  if (!to.custom) return convertBuiltin(object, desiredAPIVersion);
  const name = `${to.resource}.${to.group}`;
  const definition = api.store.get('apiextensions.k8s.io/customresourcedefinitions', '', name)?.object;
  const conversion = (definition?.['spec'] as JsonObject | undefined)?.['conversion'] as JsonObject | undefined;
  if (conversion?.['strategy'] !== 'Webhook') return { ...object, apiVersion: desiredAPIVersion };
  const { clientConfig } = conversion['webhook'] as unknown as { clientConfig: ClientConfig };
  const request = { uid: randomUUID(), desiredAPIVersion, objects: [object] };
  const review = { kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', request };
  const prefix = `conversion webhook for ${object.apiVersion}, Kind=${object.kind} failed`;
  try {
    const signal = new AbortController().signal;
    const { response } = (await callWebhook(api, clientConfig, review, { seconds: 30, signal })) as {
      response?: { result?: { status?: string; message?: string }; convertedObjects?: Resource[]; uid?: string };
    };
    const [converted] = response?.convertedObjects ?? [];
    if (response?.result?.status !== 'Success') throw new Error(response?.result?.message ?? 'no reason given');
    if (response.uid !== request.uid) throw new Error(`expected response.uid=${JSON.stringify(request.uid)}`);
    if (converted?.apiVersion !== desiredAPIVersion) throw new Error('the object came back in another version');
    // Of the metadata a webhook may change labels and annotations alone.
    const { labels, annotations } = converted.metadata;
    const metadata = { ...object.metadata };
    if (labels === undefined) delete metadata.labels;
    else metadata.labels = labels;
    if (annotations === undefined) delete metadata.annotations;
    else metadata.annotations = annotations;
    return { ...converted, metadata };
  } catch (error) {
    throw internal(`${prefix}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
