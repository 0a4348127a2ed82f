import { formatId, groupOf, isJsonObject, type JsonObject, type Resource, toJson } from '../resource/index.ts';
import type { Location } from './builtin.ts';
import type {
  ApiRequest,
  Call,
  Cluster,
  Collection,
  DeleteOptions,
  Patch,
  Ref,
  ServerVersion,
  Target,
  Transport,
  WriteOptions,
} from './cluster.ts';
import { type Answer, exchange } from './exchange.ts';
import type { Attempt } from './failure.ts';
import { listAll } from './list.ts';
import { makeTypes } from './types.ts';
import { parseWarnings } from './warnings.ts';
import { watchFrom } from './watch.ts';

/** The `Cluster` port over any transport: paths, queries and media types of the Kubernetes API, and typed errors. */
export function clusterOver(transport: Transport): Cluster {
  const types = makeTypes(transport);
  const attemptAt = (verb: string, what: string, namespace?: string): Attempt => ({
    verb,
    what,
    namespace,
    cluster: transport.name,
  });

  /** One request about one object; creating addresses its collection. */
  const ask = async (
    verb: string,
    ref: Ref,
    options: Call & { subresource?: string },
    request: Omit<ApiRequest, 'path'>,
  ): Promise<Answer> => {
    const location = await types.locate(ref, options, verb);
    const namespace = location.namespaced ? (ref.namespace ?? defaultNamespace) : undefined;
    const path = [collectionPath(location, namespace)];
    if (verb !== 'create' || options.subresource !== undefined) path.push(encodeURIComponent(ref.name));
    if (options.subresource !== undefined) path.push(options.subresource);
    const what = options.subresource === undefined ? describe(ref) : `${describe(ref)} (${options.subresource})`;
    const attempt = attemptAt(verb, what, ref.namespace);
    return exchange(transport, { ...request, path: path.join('/') }, options, attempt);
  };

  const write = async (
    verb: string,
    ref: Ref,
    options: Call & WriteOptions,
    request: Omit<ApiRequest, 'path'>,
  ): Promise<Resource> => {
    const query = { ...writeQuery(options), ...request.query };
    const answer = await ask(verb, ref, options, { ...request, query });
    if (options.onWarning !== undefined) {
      for (const warning of parseWarnings(answer.headers['warning'])) options.onWarning(warning);
    }
    return answer.body as Resource;
  };

  const collectionOf = async (verb: string, collection: Collection, call: Call) => {
    const location = await types.locate(collection, call, verb);
    const what = `${kindOf(collection)}${collection.namespace === undefined ? '' : ` in ${collection.namespace}`}`;
    return {
      path: collectionPath(location, location.namespaced ? collection.namespace : undefined),
      attempt: attemptAt(verb, what, collection.namespace),
    };
  };

  return {
    name: transport.name,
    server: transport.server,
    version: async (options = {}) => {
      const attempt = attemptAt('get', 'the server version');
      const { body } = await exchange(transport, { method: 'GET', path: '/version' }, options, attempt);
      return body as unknown as ServerVersion;
    },
    types: (options = {}) => types.all(options),
    typeOf: (target, options = {}) => types.find(target, options),
    get: async (ref, options = {}) =>
      (await ask('get', ref, options, { method: 'GET', headers: json })).body as Resource,
    list: async (collection, options = {}) => {
      const { path, attempt } = await collectionOf('list', collection, options);
      return listAll(transport, path, collection, options, attempt);
    },
    create: (object, options = {}) =>
      write('create', refOf(object), options, { method: 'POST', body: toJson(object), headers: json }),
    update: (object, options = {}) =>
      write('update', refOf(object), options, { method: 'PUT', body: toJson(object), headers: json }),
    patch: (ref, patch, options = {}) =>
      write('patch', ref, options, {
        method: 'PATCH',
        body: toJson(patch.body),
        headers: { ...json, 'content-type': patchTypes[patch.type] },
        query: patch.type === 'apply' && patch.force === true ? { force: true } : {},
      }),
    apply: (object, options) =>
      write('apply', refOf(object), options, {
        method: 'PATCH',
        body: toJson(object),
        headers: { ...json, 'content-type': patchTypes.apply },
        query: options.force === true ? { force: true } : {},
      }),
    delete: async (ref, options = {}) => {
      const body = toJson(deleteOptions(options));
      const answer = await ask('delete', ref, options, { method: 'DELETE', body, headers: json });
      return isJsonObject(answer.body) ? answer.body : {};
    },
    watch: async function* (collection, options) {
      const { path, attempt } = await collectionOf('watch', collection, options);
      yield* watchFrom({ transport, path, collection, attempt }, options);
    },
    forward: (pod, options = {}) => {
      if (transport.forward === undefined) throw new Error('this transport makes no connections to pods');
      return transport.forward(pod, options.signal);
    },
    request: (request) => transport.send(request),
    close: () => transport.close(),
  };
}

const json = { accept: 'application/json', 'content-type': 'application/json' };

const patchTypes: Record<Patch['type'], string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  // The name says YAML, of which JSON is a part; `apply-patch+json` does not exist on older servers.
  apply: 'application/apply-patch+yaml',
};

function writeQuery({ dryRun, fieldManager, fieldValidation }: WriteOptions): NonNullable<ApiRequest['query']> {
  return { dryRun: dryRun === true ? 'All' : undefined, fieldManager, fieldValidation };
}

function deleteOptions(options: DeleteOptions): JsonObject {
  const { uid, resourceVersion, propagation, gracePeriodSeconds, dryRun } = options;
  const conditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(Object.keys(conditions).length === 0 ? {} : { preconditions: conditions }),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
  };
}

function refOf({ apiVersion, kind, metadata }: Resource): Ref {
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(namespace === undefined || namespace === '' ? {} : { namespace }) };
}

const kindOf = ({ apiVersion, kind }: Target) => {
  const group = groupOf(apiVersion);
  return group === '' ? kind : `${kind}.${group}`;
};

const describe = ({ apiVersion, kind, namespace, name }: Ref) =>
  formatId({ group: groupOf(apiVersion), kind, name, ...(namespace === undefined ? {} : { namespace }) });

/** As kubectl without a namespace in its context. */
const defaultNamespace = 'default';

function collectionPath({ root, resource }: Location, namespace: string | undefined): string {
  return namespace === undefined
    ? `${root}/${resource}`
    : `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}`;
}
