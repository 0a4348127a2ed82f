import type { JsonObject, Resource } from '../../resource/index.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import type { ScalePaths, TypeSchema } from '../schema/schema.ts';
import { parseJson } from '../store/entry.ts';
import { valueAt } from '../table/custom.ts';
import { formatSelector, textAt } from '../table/format.ts';
import { jsonAnswer } from './answers.ts';
import { type Api, entryOf } from './api.ts';
import { mediaTypeOf, readBody } from './body.ts';
import { objectIn } from './fields.ts';
import { badRequest, conflict, internal, invalid, methodNotAllowed, notFound, unknownResource } from './status.ts';
import type { Subresource, SubresourceRequest } from './subresources.ts';
import { updateObject } from './update.ts';
import { readAs } from './versions.ts';

const builtin: ScalePaths = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
const scaled = ['/replicationcontrollers', 'apps/deployments', 'apps/replicasets', 'apps/statefulsets'];

/** `NAME/scale`: replicas of whatever kind, as one kind. */
export const scale: Subresource = (api, request) => {
  const { type, verb } = request;
  const paths = scaled.includes(`${type.group}/${type.resource}`) ? builtin : type.scale;
  if (paths === undefined || !type.subresources.some(({ name }) => name === 'scale')) return undefined;
  if (verb === 'get') return getScale(api, request, paths);
  if (verb === 'update' || verb === 'patch') return setScale(api, request, paths);
  throw methodNotAllowed();
};

async function getScale(api: Api, { type, namespace, name }: SubresourceRequest, paths: ScalePaths) {
  await api.store.settled();
  const entry = entryOf(api, type, namespace, name);
  if (entry === undefined) throw notFound(type, name);
  const object = await readAs(api, entry, type);
  if (type.custom && valueAt(object, paths.specReplicasPath) === undefined)
    throw internal(`the spec replicas field ${JSON.stringify(paths.specReplicasPath)} does not exist`);
  return jsonAnswer(200, scaleOf(object, type, paths));
}

async function setScale(api: Api, request: SubresourceRequest, paths: ScalePaths) {
  const { type, namespace, name, verb, call } = request;
  const { body, headers } = request.request;
  let sent: JsonObject = {};
  const { object } = await updateObject(
    api,
    { type, namespace, name },
    {
      subresource: 'scale',
      options: {},
      creates: false,
      // Scaling a custom object is noted nowhere.
      applied: type.custom,
      retries: true,
      next: (live) => {
        if (live === undefined) throw unknownResource();
        const current = scaleOf(live, type, paths);
        const mediaType = mediaTypeOf(headers);
        sent =
          verb === 'update'
            ? (readBody(body, mediaType).value as JsonObject)
            : patchScale(current, parseJson(new TextDecoder().decode(body)), mediaType);
        const metadata = (sent['metadata'] ?? {}) as JsonObject;
        if (metadata['name'] !== undefined && metadata['name'] !== name)
          throw badRequest(
            `the name of the object (${String(metadata['name'])}) does not match the name on the URL (${name})`,
          );
        if (metadata['resourceVersion'] && metadata['resourceVersion'] !== live.metadata.resourceVersion)
          throw conflict(type, name);
        const replicas = Number((sent['spec'] as JsonObject | undefined)?.['replicas'] ?? 0);
        if (!Number.isInteger(replicas) || replicas < 0)
          throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
            {
              reason: 'FieldValueInvalid',
              field: 'spec.replicas',
              message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
            },
          ]);
        setAt(live, paths.specReplicasPath, replicas);
        return live;
      },
    },
    call,
  );
  return jsonAnswer(200, scaleOf(object, type, paths));
}

function patchScale(current: JsonObject, patch: JsonObject, mediaType: string): JsonObject {
  return mediaType === 'application/json-patch+json'
    ? applyJsonPatch(current, patch)
    : (applyMergePatch(current, patch) as JsonObject);
}

function scaleOf(object: Resource, type: TypeSchema, paths: ScalePaths): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = type.custom
    ? paths.labelSelectorPath === undefined
      ? ''
      : String(valueAt(object, paths.labelSelectorPath) ?? '')
    : selectorText(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { ...optionalReplicas(valueAt(object, paths.specReplicasPath)) },
    status: {
      replicas: Number(valueAt(object, paths.statusReplicasPath) ?? 0),
      ...(selector === '' ? {} : { selector }),
    },
  };
}

/** A Scale leaves out zero replicas of the wish, as its Go type does. */
function optionalReplicas(value: unknown): JsonObject {
  return Number(value ?? 0) === 0 ? {} : { replicas: Number(value) };
}

function selectorText(object: Resource): string {
  const selector = (object['spec'] as JsonObject | undefined)?.['selector'] as JsonObject | undefined;
  if (selector === undefined) return '';
  const isPlain = textAt(object, 'kind') === 'ReplicationController';
  const text = formatSelector(isPlain ? { matchLabels: selector } : selector);
  return text === '<none>' ? '' : text;
}

function setAt(object: JsonObject, path: string, value: number): void {
  const names = path.split('.').slice(1);
  let target = object;
  for (const name of names.slice(0, -1)) target = objectIn(target, name);
  target[names.at(-1) as string] = value;
}
