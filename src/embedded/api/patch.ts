import { isJsonObject, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { ApplyConflict, applyIntent } from '../patch/ownership.ts';
import { applyStrategicPatch } from '../patch/strategic.ts';
import { fieldsOf } from '../patch/typed.ts';
import { clone, parseJson, printJson } from '../store/entry.ts';
import type { Api, Call } from './api.ts';
import { decodeObject, readBody } from './body.ts';
import { type Place, writerOf } from './create.ts';
import { ApiError, badRequest, conflict, invalid, unsupportedMediaType } from './status.ts';
import { apiVersionOf } from './types.ts';
import { orderMetadata, type Updated, updateObject } from './update.ts';

const builtinPatches = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
];
const customPatches = builtinPatches.filter((type) => !/strategic|cbor/.test(type));

export interface PatchRequest {
  mediaType: string;
  body: Uint8Array;
  force: boolean | undefined;
  subresource: string;
  options: JsonObject;
}

/** Patches an object in the way its media type says; an apply may create it. */
export async function patchObject(
  api: Api,
  place: Place & { name: string },
  request: PatchRequest,
  call: Call,
): Promise<Updated> {
  const { type } = place;
  const { mediaType, force } = request;
  const supported = type.custom ? customPatches : builtinPatches;
  const isApply = mediaType === 'application/apply-patch+yaml';
  if (!supported.includes(mediaType) || mediaType.endsWith('cbor'))
    throw builtinPatches.includes(mediaType)
      ? unsupportedMediaType(supported)
      : new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  if (force !== undefined && !isApply)
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      { reason: 'FieldValueForbidden', field: 'force', message: 'Forbidden: may not be specified for non-apply patch' },
    ]);
  const { subresource, options } = request;
  const update = { subresource, options, creates: isApply, applied: isApply, retries: true };
  if (isApply) {
    const intent = readIntent(request.body, place);
    return await updateObject(
      api,
      place,
      { ...update, next: (live) => applyTo(api, live, intent, place, request, call) },
      call,
    );
  }
  const patch = readPatch(request.body, mediaType);
  return await updateObject(
    api,
    place,
    { ...update, next: (live) => patchLive(live as Resource, patch, mediaType, place, call) },
    call,
  );
}

function readPatch(body: Uint8Array, mediaType: string): JsonValue {
  try {
    const value: JsonValue = parseJson(new TextDecoder().decode(body));
    if (mediaType !== 'application/json-patch+json' && !isJsonObject(value))
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type map[string]interface {}`,
      );
    return value;
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest('error decoding patch: unexpected end of JSON input');
    throw error;
  }
}

function patchLive(live: Resource, patch: JsonValue, mediaType: string, { type }: Place, call: Call): Resource {
  const patched =
    mediaType === 'application/json-patch+json'
      ? applyJsonPatch(live, patch)
      : mediaType === 'application/merge-patch+json'
        ? (applyMergePatch(live, clone(patch)) as JsonObject)
        : applyStrategicPatch(live, patch as JsonObject, type.root);
  const shown = { ...clone(patched), metadata: orderMetadata((patched['metadata'] ?? {}) as JsonObject) };
  try {
    return decodeObject(patched, type, call);
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'BadRequest') throw error;
    // What a patch makes of an object is the patch's fault.
    const why = error.message.replace(/^\S+ in version "\S+" cannot be handled as a \S+: /, '');
    const text = printJson(Object.fromEntries(Object.entries(shown).sort(([a], [b]) => (a < b ? -1 : 1))));
    const cause = `Invalid value: ${JSON.stringify(text)}: ${why}`;
    throw invalid({ group: '', kind: '' }, '', [{ reason: 'FieldValueInvalid', message: cause, field: 'patch' }]);
  }
}

/** What somebody wants to be so, as it was written: an empty map owns the map, though nothing of it is kept. */
function readIntent(body: Uint8Array, { type, name }: Place & { name: string }): Resource {
  const { value } = readBody(body, 'application/yaml');
  if (!isJsonObject(value)) throw badRequest('error decoding YAML: the patch is no object');
  const [apiVersion, kind] = [String(value['apiVersion'] ?? ''), String(value['kind'] ?? '')];
  if (apiVersion !== apiVersionOf(type) || kind !== type.kind)
    throw badRequest(`invalid object type: ${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind}`);
  const metadata = isJsonObject(value['metadata']) ? value['metadata'] : {};
  if (metadata['managedFields'] !== undefined && (metadata['managedFields'] as JsonValue[] | null)?.length)
    throw badRequest('metadata.managedFields must be nil');
  if (metadata['name'] !== undefined && metadata['name'] !== name)
    throw badRequest(
      `the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`,
    );
  const { managedFields: _, ...rest } = metadata;
  const { apiVersion: _a, kind: _k, metadata: _m, ...fields } = value;
  return { kind, apiVersion, metadata: { name, ...rest }, ...fields } as unknown as Resource;
}

function applyTo(
  api: Api,
  live: Resource | undefined,
  intent: Resource,
  place: Place & { name: string },
  { force, subresource }: PatchRequest,
  call: Call,
): Resource {
  const { resourceVersion, uid } = intent.metadata;
  if (live === undefined && uid)
    throw conflict(
      place.type,
      place.name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  if (live !== undefined && resourceVersion && resourceVersion !== live.metadata.resourceVersion)
    throw conflict(place.type, place.name);
  const writer = writerOf(api, place.type, call, subresource);
  const apply = (forced: boolean) => applyIntent(live, intent, writer, forced);
  let applied: Resource;
  try {
    applied = apply(force === true);
  } catch (error) {
    if (!(error instanceof ApplyConflict) || !isOwnLastApplied(error, live, place, call)) throw error;
    applied = apply(true);
  }
  refreshLastApplied(applied, intent, live, call);
  applied = clone(applied);
  const { typeError } = place.type.decode(applied);
  if (typeError !== undefined) throw badRequest(typeError);
  if (live !== undefined) {
    // What the server sets is the live object's: the intent may say otherwise without having a say.
    for (const field of ['uid', 'creationTimestamp', 'resourceVersion'])
      if (live.metadata[field] !== undefined) applied.metadata[field] = live.metadata[field];
  } else delete applied.metadata.resourceVersion;
  const { apiVersion, kind, metadata, ...rest } = applied;
  return { kind, apiVersion, metadata, ...rest } as Resource;
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** `kubectl apply --server-side` takes over what the same client once applied by itself. */
function isOwnLastApplied(error: ApplyConflict, live: Resource | undefined, { type }: Place, call: Call): boolean {
  const text = live?.metadata.annotations?.[lastApplied];
  if (call.manager !== 'kubectl' || text === undefined) return false;
  try {
    const own = fieldsOf(parseJson(text), type.root);
    return error.paths.difference(own).empty;
  } catch {
    return false;
  }
}

/** An object that kubectl applies on the server keeps the annotation in step, where it has it. */
function refreshLastApplied(applied: Resource, intent: Resource, live: Resource | undefined, call: Call): void {
  if (call.manager !== 'kubectl' || live?.metadata.annotations?.[lastApplied] === undefined) return;
  const annotations = applied.metadata.annotations;
  if (annotations?.[lastApplied] === undefined) return;
  const { annotations: own, ...metadata } = clone(intent).metadata;
  const { [lastApplied]: _, ...others } = own ?? {};
  const kept = Object.keys(others).length === 0 ? metadata : { ...metadata, annotations: others };
  annotations[lastApplied] = `${printJson(sorted({ ...clone(intent), metadata: kept }) as JsonObject)}\n`;
}

function sorted(value: JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
