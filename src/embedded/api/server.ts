import type { JsonObject, Resource } from '../../resource/index.ts';
import { type Authenticator, authenticate, impersonated } from '../auth/authenticate.ts';
import { type Authorizer, refusal } from '../auth/authorize.ts';
import type { User } from '../auth/user.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { clone } from '../store/entry.ts';
import { formOf } from './accept.ts';
import { jsonAnswer, listText, objectText, textAnswer, watchForm } from './answers.ts';
import { type Api, type Call, entryOf } from './api.ts';
import { type FieldValidation, mediaTypeOf, readBody, readObject } from './body.ts';
import { createObject, type Place } from './create.ts';
import {
  checkDeleteOptions,
  checkNamespaceDeletion,
  type DeleteOptions,
  deleteCollection,
  deleteObject,
} from './delete.ts';
import { patchObject } from './patch.ts';
import { listPage, parseWatchVersion } from './read.ts';
import {
  type Address,
  addressOf,
  isTrue,
  type ServerRequest,
  type ServerResponse,
  type Verb,
  verbOf,
} from './request.ts';
import { ApiError, internal, invalid, methodNotAllowed, notFound, unknownResource } from './status.ts';
import { strategyOf } from './strategies.ts';
import type { Subresources } from './subresources.ts';
import { updateObject } from './update.ts';
import { readAs } from './versions.ts';
import { watchEvents } from './watch.ts';

/** Answers paths that are no resource's: discovery, health, OpenAPI. Undefined: not mine. */
export type Pages = (request: ServerRequest) => ServerResponse | undefined;

export interface ServerParts {
  api: Api;
  authenticator: Authenticator;
  authorizer: Authorizer;
  pages: Pages;
  subresources: Subresources;
}

export type Handler = (request: ServerRequest) => Promise<ServerResponse>;

/** The whole API as one function: who asks, may they, and what is the answer. Never throws. */
export function handlerOver(parts: ServerParts): Handler {
  return async (request) => {
    const warnings: string[] = [];
    const warn = (message: string) => {
      if (!warnings.includes(message)) warnings.push(message);
    };
    let response: ServerResponse;
    try {
      response = await answer(parts, request, warn);
    } catch (error) {
      response = failure(error);
    }
    if (warnings.length > 0) response.headers['warning'] = warnings.map((text) => `299 - ${quoted(text)}`).join(', ');
    return response;
  };
}

const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll(/[\r\n]+/g, ' ')}"`;

function failure(error: unknown): ServerResponse {
  const known = error instanceof ApiError ? error : internal(error instanceof Error ? error.message : String(error));
  const response = jsonAnswer(known.code, known.toStatus());
  return { ...response, headers: { ...response.headers, ...known.headers } };
}

async function answer(
  { api, authenticator, authorizer, pages, subresources }: ServerParts,
  request: ServerRequest,
  warn: (message: string) => void,
): Promise<ServerResponse> {
  const user = asked(authorizer, request.user ?? authenticate(authenticator, request.headers), request.headers);
  const address = addressOf(request.path);
  if (address === undefined) {
    const verb = request.method.toLowerCase();
    if (!authorizer.path(user, verb, request.path).allowed) throw refusal(user, verb, { path: request.path });
    return pages(request) ?? textAnswer(404, '404 page not found\n');
  }
  const verb = verbOf(request.method, address, request.query);
  if (verb === undefined) throw methodNotAllowed();
  if (!authorizer.resource(user, verb, address).allowed) throw refusal(user, verb, address);
  const type = api.types.find(address.group, address.version, address.resource);
  if (type === undefined) return unknownType(api, address);
  const deprecation = type.deprecation ?? deprecations[`${type.group}/${type.version}/${type.resource}`];
  if (deprecation !== undefined) warn(deprecation);
  return await serve(api, type, address, verb, request, subresources, callOf(request, user, warn));
}

/** Whom the request is made for, where it may be made for somebody else. */
function asked(authorizer: Authorizer, user: User, headers: Record<string, string>): User {
  const other = impersonated(headers);
  if (other === undefined) return user;
  const access = { group: '', resource: 'users', subresource: '', namespace: '', name: other.name };
  if (!authorizer.resource(user, 'impersonate', access).allowed) throw refusal(user, 'impersonate', access);
  return other;
}

const deprecations: Record<string, string> = {
  '/v1/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  '/v1/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
};

function unknownType(api: Api, { group }: Address): ServerResponse {
  if (api.types.all().some((type) => type.group === group && !type.custom)) throw unknownResource();
  return textAnswer(404, '404 page not found\n');
}

async function serve(
  api: Api,
  type: TypeSchema,
  address: Address,
  verb: Verb,
  request: ServerRequest,
  subresources: Subresources,
  call: Call,
): Promise<ServerResponse> {
  const { query } = request;
  const { name, subresource } = address;
  // A namespace lies in no namespace, though its path may look so.
  const namespace = type.namespaced ? address.namespace : '';
  if (!type.namespaced && address.namespace !== '') throw unknownResource();
  const place = { type, namespace };
  if (type.namespaced && namespace === '' && !type.verbs.includes('list')) throw unknownResource();
  if (subresource !== '' && subresource !== 'status') {
    const served = await subresources(api, { ...place, name, verb, address, request, call });
    if (served === undefined) throw unknownResource();
    return served;
  }
  if (subresource === 'status' && !type.subresources.some((row) => row.name === 'status'))
    throw type.custom ? notFound(type, name) : unknownResource();
  const special =
    subresource === '' ? await subresources(api, { ...place, name, verb, address, request, call }) : undefined;
  if (special !== undefined) return special;
  if (
    !allows(type, verb, subresource) ||
    ((verb === 'update' || verb === 'patch') && name === '') ||
    (verb === 'create' && (name !== '' || (type.namespaced && namespace === '')))
  )
    throw methodNotAllowed();
  if (type.namespaced && namespace === '' && name !== '') throw unknownResource();
  switch (verb) {
    case 'get':
      return await get(api, { ...place, name }, request);
    case 'list':
    case 'watch':
      return await read(api, { ...place, name }, verb, request);
    case 'create': {
      const options = writeOptions(query, 'CreateOptions');
      const object = readObject(request.body, mediaTypeOf(request.headers), type, call);
      const created = await createObject(api, place, object, call, options);
      return jsonAnswer(201, objectText(type, created, formOf(request.headers['accept']), query));
    }
    case 'update':
    case 'patch':
      return await change(api, { ...place, name }, verb, subresource, request, call);
    case 'delete': {
      const options = readDeleteOptions(request);
      checkNamespaceDeletion(type, name);
      const deleted = await deleteObject(api, { ...place, name }, options, { ...call, dryRun: isDryRun(options) });
      return jsonAnswer(
        200,
        objectText(
          type,
          deleted,
          deleted['kind'] === 'Status' ? { as: 'object', yaml: false } : formOf(request.headers['accept']),
          query,
        ),
      );
    }
    case 'deletecollection': {
      const options = readDeleteOptions(request);
      const page = await listPage(api, place, query);
      const text = await listText(api, type, page, formOf(request.headers['accept']), query);
      await deleteCollection(api, place, page.entries, options, { ...call, dryRun: isDryRun(options) });
      return jsonAnswer(200, text);
    }
    default:
      return verb satisfies never;
  }
}

function allows(type: TypeSchema, verb: Verb, subresource: string): boolean {
  if (subresource === '') return type.verbs.includes(verb);
  return type.subresources.some((row) => row.name === subresource && row.verbs.includes(verb));
}

async function get(api: Api, { type, namespace, name }: Place & { name: string }, { query, headers }: ServerRequest) {
  parseWatchVersion(query.get('resourceVersion'));
  await api.store.settled();
  const entry = entryOf(api, type, namespace, name);
  if (entry === undefined) throw notFound(type, name);
  const form = formOf(headers['accept']);
  return jsonAnswer(200, objectText(type, await readAs(api, entry, type), form, query), form.yaml);
}

async function read(
  api: Api,
  place: Place & { name: string },
  verb: 'list' | 'watch',
  { query, headers, signal }: ServerRequest,
): Promise<ServerResponse> {
  const form = formOf(headers['accept']);
  if (verb === 'list') {
    const page = await listPage(api, place, query);
    return jsonAnswer(200, await listText(api, place.type, page, form, query), form.yaml);
  }
  const events = watchEvents(api, { ...place, query, signal, ...watchForm(api, place.type, form, query) });
  return { status: 200, headers: { 'content-type': 'application/json' }, body: events };
}

async function change(
  api: Api,
  place: Place & { name: string },
  verb: 'update' | 'patch',
  subresource: string,
  { query, headers, body }: ServerRequest,
  call: Call,
): Promise<ServerResponse> {
  const mediaType = mediaTypeOf(headers);
  const { type } = place;
  const force = query.get('force');
  const options = writeOptions(query, verb === 'patch' ? 'PatchOptions' : 'UpdateOptions');
  if (mediaType === 'application/apply-patch+yaml' && verb === 'patch' && !query.get('fieldManager'))
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      { reason: 'FieldValueRequired', field: 'fieldManager', message: 'Required value: is required for apply patch' },
    ]);
  const { object, created } =
    verb === 'patch'
      ? await patchObject(
          api,
          place,
          { mediaType, body, subresource, options, force: force === null ? undefined : isTrue(force) },
          call,
        )
      : await replace(api, place, readObject(body, mediaType, type, call), { subresource, options }, call);
  return jsonAnswer(created ? 201 : 200, objectText(type, object, formOf(headers['accept']), query));
}

/** PUT: without a version in the body, whatever is there is replaced. */
async function replace(
  api: Api,
  place: Place & { name: string },
  sent: Resource,
  write: { subresource: string; options: JsonObject },
  call: Call,
) {
  const { resourceVersion } = sent.metadata;
  const creates = strategyOf(place.type).createOnUpdate ?? false;
  const retries = !resourceVersion || resourceVersion === '0';
  return await updateObject(
    api,
    place,
    { ...write, creates, applied: false, retries, checksUid: true, next: () => clone(sent) },
    call,
  );
}

const longestManager = 128;

const optionsOf: Record<string, string> = { POST: 'CreateOptions', PUT: 'UpdateOptions', DELETE: 'DeleteOptions' };

function callOf(request: ServerRequest, user: User, warn: (message: string) => void): Call {
  const { query, headers, signal } = request;
  const manager = query.get('fieldManager') || (headers['user-agent'] ?? '').split('/')[0] || 'unknown';
  if ((query.get('fieldManager') ?? '').length > longestManager)
    throw invalid({ group: 'meta.k8s.io', kind: optionsOf[request.method] ?? 'PatchOptions' }, '', [
      {
        reason: 'FieldValueTooLong',
        field: 'fieldManager',
        message: `Too long: may not be more than ${longestManager} bytes`,
      },
    ]);
  const validation = query.get('fieldValidation') || 'Warn';
  return {
    user,
    manager: manager.slice(0, longestManager),
    dryRun: query.getAll('dryRun').includes('All'),
    validation: validation as FieldValidation,
    warn,
    signal,
  };
}

/** The options of a write, checked. */
function writeOptions(query: URLSearchParams, kind: string): JsonObject {
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  const validation = query.get('fieldValidation');
  const causes = [];
  if (dryRun.some((value) => value !== 'All'))
    causes.push({
      reason: 'FieldValueNotSupported',
      field: 'dryRun',
      message: `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`,
    });
  if (validation && !['Ignore', 'Warn', 'Strict'].includes(validation))
    causes.push({
      reason: 'FieldValueNotSupported',
      field: 'fieldValidation',
      message: `Unsupported value: ${JSON.stringify(validation)}: supported values: "", "Ignore", "Strict", "Warn"`,
    });
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', causes);
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun.length === 0 ? {} : { dryRun }),
    ...(query.get('fieldManager') ? { fieldManager: query.get('fieldManager') as string } : {}),
    ...(validation ? { fieldValidation: validation } : {}),
  };
}

function readDeleteOptions({ body, headers, query }: ServerRequest): DeleteOptions {
  const options: DeleteOptions = {};
  if (body.length > 0) Object.assign(options, readBody(body, mediaTypeOf(headers)).value as JsonObject);
  if (query.has('gracePeriodSeconds')) options.gracePeriodSeconds = Number(query.get('gracePeriodSeconds'));
  if (query.has('propagationPolicy')) options.propagationPolicy = query.get('propagationPolicy') as string;
  if (query.has('orphanDependents')) options.orphanDependents = isTrue(query.get('orphanDependents'));
  if (query.has('dryRun')) options['dryRun'] = query.getAll('dryRun');
  const checked = new URLSearchParams();
  for (const value of (options['dryRun'] ?? []) as string[]) checked.append('dryRun', value);
  writeOptions(checked, 'DeleteOptions');
  checkDeleteOptions(options);
  return options;
}

const isDryRun = (options: DeleteOptions) => ((options['dryRun'] ?? []) as string[]).includes('All');
