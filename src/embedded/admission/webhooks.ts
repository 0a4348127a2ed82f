import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import type { Admission, Api, Attributes, Call } from '../api/api.ts';
import { ApiError, badRequest, internal } from '../api/status.ts';
import { apiVersionOf } from '../api/types.ts';
import { userInfo } from '../auth/reviews.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { equal } from '../patch/typed.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { parseJson } from '../store/entry.ts';
import { type ClientConfig, callWebhook } from './call.ts';
import { matchesRules, matchesSelectors, type WebhookRule } from './match.ts';
import { isSimulated } from './simulated.ts';

/** One webhook of a configuration. */
export interface Webhook extends JsonObject {
  name: string;
  clientConfig: ClientConfig & JsonObject;
  rules?: (WebhookRule & JsonObject)[];
  failurePolicy?: 'Fail' | 'Ignore';
  matchPolicy?: 'Exact' | 'Equivalent';
  reinvocationPolicy?: 'Never' | 'IfNeeded';
  sideEffects?: string;
  timeoutSeconds?: number;
  namespaceSelector?: JsonObject;
  objectSelector?: JsonObject;
}

const group = 'admissionregistration.k8s.io';

/**
 * Admission webhooks over HTTPS: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
 */
export const webhooks: Admission = {
  async mutate(api, attributes, call) {
    const found = matching(api, 'mutatingwebhookconfigurations', attributes);
    if (found.length === 0) return;
    const seen = new Map<string, Resource | undefined>();
    for (const webhook of found) {
      await mutateWith(api, webhook, attributes, call);
      seen.set(webhook.name, attributes.object);
    }
    // Those who want to see what others changed after them are asked once more.
    for (const webhook of found)
      if (webhook.reinvocationPolicy === 'IfNeeded' && !equal(seen.get(webhook.name), attributes.object))
        await mutateWith(api, webhook, attributes, call);
  },
  async validate(api, attributes, call) {
    const found = matching(api, 'validatingwebhookconfigurations', attributes);
    await Promise.all(found.map((webhook) => ask(api, webhook, attributes, call)));
  },
};

function matching(api: Api, resource: string, attributes: Attributes): Webhook[] {
  // Webhooks cannot lock each other, and thereby everybody, out.
  if (attributes.type.group === group && attributes.type.resource.endsWith('webhookconfigurations')) return [];
  return [...api.store.list(`${group}/${resource}`)]
    .flatMap(({ object }) => (object['webhooks'] ?? []) as Webhook[])
    .filter(
      (webhook) => versionFor(api, webhook, attributes) !== undefined && matchesSelectors(api, webhook, attributes),
    );
}

/** The version of the kind that a webhook wants to see; undefined: it does not want to see this request. */
function versionFor(api: Api, webhook: Webhook, attributes: Attributes): TypeSchema | undefined {
  const { type } = attributes;
  const rules = webhook.rules ?? [];
  if (matchesRules(rules, attributes)) return type;
  if (webhook.matchPolicy === 'Exact') return undefined;
  return api.types
    .all()
    .find(
      (other) =>
        other !== type &&
        other.group === type.group &&
        other.resource === type.resource &&
        matchesRules(rules, { ...attributes, type: other }),
    );
}

async function mutateWith(api: Api, webhook: Webhook, attributes: Attributes, call: Call): Promise<void> {
  const answer = await ask(api, webhook, attributes, call);
  const patch = answer?.['patch'];
  if (typeof patch !== 'string' || attributes.object === undefined) return;
  const { type } = attributes;
  const seenAs = versionFor(api, webhook, attributes) ?? type;
  const seen = seenAs === type ? attributes.object : await api.convert(attributes.object, seenAs);
  let patched: Resource;
  try {
    patched = applyJsonPatch(seen, parseJson(Buffer.from(patch, 'base64').toString()) as JsonValue) as Resource;
  } catch (error) {
    throw internal(error instanceof Error ? error.message : String(error));
  }
  const back = seenAs === type ? patched : await api.convert(patched, type);
  const { typeError } = type.decode(back);
  if (typeError !== undefined) throw internal(typeError);
  type.setDefaults(back);
  attributes.object = back;
}

/** Asks a webhook; throws what it refuses. Undefined where it could not be asked and that is no reason to refuse. */
async function ask(api: Api, webhook: Webhook, attributes: Attributes, call: Call): Promise<JsonObject | undefined> {
  if (isSimulated(api, webhook.clientConfig)) return undefined;
  if (call.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun')
    throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`);
  const request = await reviewOf(api, webhook, attributes, call);
  let response: JsonObject;
  try {
    const review = { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request };
    const seconds = webhook.timeoutSeconds ?? 10;
    const answer = await callWebhook(api, webhook.clientConfig, review, { seconds, signal: call.signal });
    response = readResponse(webhook, answer, request['uid'] as string);
  } catch (error) {
    if (webhook.failurePolicy === 'Ignore') return undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw internal(`failed calling webhook ${JSON.stringify(webhook.name)}: ${why}`);
  }
  for (const warning of (response['warnings'] ?? []) as string[]) call.warn(warning);
  if (response['allowed'] === true) return response;
  throw denial(webhook, isJsonObject(response['status']) ? response['status'] : {});
}

function readResponse(webhook: Webhook, answer: JsonObject, uid: string): JsonObject {
  const response = answer['response'];
  if (!isJsonObject(response)) throw new Error('expected response');
  if (answer['kind'] !== 'AdmissionReview' || answer['apiVersion'] !== 'admission.k8s.io/v1')
    throw new Error(
      `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${String(answer['apiVersion'] ?? '')}, Kind=${String(answer['kind'] ?? '')}`,
    );
  if (response['uid'] !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`);
  if (response['patch'] !== undefined && response['patchType'] !== 'JSONPatch')
    throw new Error(`webhook ${webhook.name} response.patchType must be "JSONPatch"`);
  return response;
}

function denial({ name }: Webhook, status: JsonObject): ApiError {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const why = status['message'] || status['reason'];
  const code = Number(status['code'] ?? 0);
  return new ApiError(
    Math.max(code, 400),
    String(status['reason'] ?? ''),
    why ? `${by}: ${String(why)}` : `${by} without explanation`,
    isJsonObject(status['details']) ? status['details'] : undefined,
  );
}

async function reviewOf(api: Api, webhook: Webhook, attributes: Attributes, call: Call): Promise<JsonObject> {
  const { type, namespace, name, operation, object, old, subresource, options } = attributes;
  const seenAs = versionFor(api, webhook, attributes) ?? type;
  const convert = async (value: Resource | undefined) =>
    value === undefined || seenAs === type ? (value ?? null) : await api.convert(value, seenAs);
  const kindOf = ({ group, version, kind }: TypeSchema) => ({ group, version, kind });
  const resourceOf = ({ group, version, resource }: TypeSchema) => ({ group, version, resource });
  return {
    uid: randomUUID(),
    kind: kindOf(seenAs),
    resource: resourceOf(seenAs),
    requestKind: kindOf(type),
    requestResource: resourceOf(type),
    ...(subresource === '' ? {} : { subResource: subresource, requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    ...(type.group === '' && type.resource === 'namespaces' ? { namespace: name } : {}),
    operation,
    userInfo: userInfo(call.user),
    object: await convert(object),
    oldObject: await convert(old),
    dryRun: call.dryRun,
    options:
      Object.keys(options).length === 0
        ? null
        : { ...options, apiVersion: apiVersionOf({ group: 'meta.k8s.io', version: 'v1' }) },
  };
}
