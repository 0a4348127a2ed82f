import type { JsonObject, Resource } from '../../resource/index.ts';
import { jsonAnswer } from '../api/answers.ts';
import { type Api, entryOf, timestamp } from '../api/api.ts';
import { mediaTypeOf, readBody, readObject } from '../api/body.ts';
import { writerOf } from '../api/create.ts';
import { badRequest, invalid, methodNotAllowed, notFound } from '../api/status.ts';
import type { Subresource, SubresourceRequest } from '../api/subresources.ts';
import { recordUpdate } from '../patch/ownership.ts';
import type { Authenticator } from './authenticate.ts';
import type { Authorizer } from './authorize.ts';
import { isSuperuser, rulesOf } from './rbac.ts';
import { issuer, type Tokens } from './tokens.ts';
import type { User } from './user.ts';

/** Questions about users and permissions, which are asked by creating an object that is never kept. */
export function reviewsOver(authenticator: Authenticator, authorizer: Authorizer): Record<string, Subresource> {
  const ask =
    (answer: (api: Api, review: Resource, request: SubresourceRequest) => JsonObject): Subresource =>
    async (api, request) => {
      if (request.verb !== 'create') throw methodNotAllowed();
      const { type, request: sent, call } = request;
      const review = readObject(sent.body, mediaTypeOf(sent.headers), type, call);
      if (type.resource === 'selfsubjectreviews') review.metadata.creationTimestamp = timestamp(api.now());
      else recordUpdate(undefined, review, writerOf(api, type, call, ''));
      return jsonAnswer(201, { ...review, status: answer(api, review, request) });
    };
  return {
    'authentication.k8s.io/tokenreviews/': ask((_, { spec }) => {
      const { token, audiences } = (spec ?? {}) as { token?: string; audiences?: string[] };
      const user = token === undefined ? undefined : authenticator(token);
      if (user === undefined) return { user: {}, error: 'invalid bearer token' };
      return { authenticated: true, user: userInfo(user), audiences: audiences ?? [issuer] };
    }),
    'authentication.k8s.io/selfsubjectreviews/': ask((_, _review, { call }) => ({ userInfo: userInfo(call.user) })),
    'authorization.k8s.io/selfsubjectaccessreviews/': ask((_, { spec }, { call }) =>
      verdict(authorizer, call.user, (spec ?? {}) as JsonObject),
    ),
    'authorization.k8s.io/subjectaccessreviews/': ask((_, { spec }) =>
      verdict(authorizer, subjectOf(spec), spec as JsonObject),
    ),
    'authorization.k8s.io/localsubjectaccessreviews/': ask((_, { spec }) =>
      verdict(authorizer, subjectOf(spec), spec as JsonObject),
    ),
    'authorization.k8s.io/selfsubjectrulesreviews/': ask((api, { spec }, { call }) => {
      const namespace = String(((spec ?? {}) as JsonObject)['namespace'] ?? '');
      if (namespace === '') throw badRequest('no namespace on request');
      return rulesReview(api, call.user, namespace);
    }),
  };
}

export function userInfo({ name, uid, groups, extra }: User): JsonObject {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(extra === undefined ? {} : { extra: extra as unknown as JsonObject }),
  };
}

function subjectOf(spec: unknown): User {
  const { user, groups } = (spec ?? {}) as { user?: string; groups?: string[] };
  return { name: user ?? '', groups: groups ?? [] };
}

function verdict(authorizer: Authorizer, user: User, spec: JsonObject): JsonObject {
  const resource = spec['resourceAttributes'] as Record<string, string> | undefined;
  const path = spec['nonResourceAttributes'] as Record<string, string> | undefined;
  if ((resource === undefined) === (path === undefined))
    throw invalid({ group: 'authorization.k8s.io', kind: '' }, '', [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.resourceAttributes',
        message: 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
      },
    ]);
  const { allowed, reason } =
    path !== undefined
      ? authorizer.path(user, path['verb'] ?? '', path['path'] ?? '')
      : authorizer.resource(user, resource?.['verb'] ?? '', {
          group: resource?.['group'] ?? '',
          resource: resource?.['resource'] ?? '',
          subresource: resource?.['subresource'] ?? '',
          namespace: resource?.['namespace'] ?? '',
          name: resource?.['name'] ?? '',
        });
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function rulesReview(api: Api, user: User, namespace: string): JsonObject {
  const resourceRules: JsonObject[] = [];
  const nonResourceRules: JsonObject[] = [];
  const rules = isSuperuser(user)
    ? [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['*'], nonResourceURLs: ['*'] },
      ]
    : rulesOf(api.store, user, namespace);
  for (const rule of rules) {
    const { nonResourceURLs, ...rest } = rule as unknown as JsonObject;
    if (nonResourceURLs !== undefined) nonResourceRules.push({ verbs: rest['verbs'], nonResourceURLs });
    else resourceRules.push(rest);
  }
  return { resourceRules, nonResourceRules, incomplete: false };
}

/** How long a token lives, in seconds. */
const [shortest, usual, longest] = [600, 3600, 2 ** 32];

/** `serviceaccounts/NAME/token`: a new token for the account. */
export function tokenRequests(tokens: Tokens): Subresource {
  return async (api, { type, namespace, name, verb, request }) => {
    if (verb !== 'create') throw methodNotAllowed();
    await api.store.settled();
    const account = entryOf(api, type, namespace, name)?.object;
    if (account === undefined) throw notFound(type, name);
    const sent = readBody(request.body, mediaTypeOf(request.headers)).value as JsonObject;
    const spec = (sent['spec'] ?? {}) as {
      audiences?: string[];
      expirationSeconds?: number;
      boundObjectRef?: { kind?: string; name?: string; uid?: string };
    };
    const seconds = spec.expirationSeconds ?? usual;
    if (seconds < shortest || seconds > longest)
      throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [
        {
          reason: 'FieldValueInvalid',
          field: 'spec.expirationSeconds',
          message:
            seconds < shortest
              ? `Invalid value: ${seconds}: may not specify a duration less than 10 minutes`
              : `Invalid value: ${seconds}: may not specify a duration larger than 2^32 seconds`,
        },
      ]);
    const audiences = spec.audiences === undefined || spec.audiences.length === 0 ? [issuer] : spec.audiences;
    const now = Math.floor(api.now().getTime() / 1000);
    const token = tokens.issue({
      sub: `system:serviceaccount:${namespace}:${name}`,
      aud: audiences,
      exp: now + seconds,
      iat: now,
      nbf: now,
      'kubernetes.io': {
        namespace,
        serviceaccount: { name, uid: account.metadata.uid as string },
        ...boundTo(api, namespace, spec.boundObjectRef),
      },
    });
    return jsonAnswer(201, {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: timestamp(api.now()) },
      spec: {
        audiences,
        expirationSeconds: seconds,
        boundObjectRef: (spec.boundObjectRef as JsonObject | undefined) ?? null,
      },
      status: { token, expirationTimestamp: timestamp(new Date((now + seconds) * 1000)) },
    });
  };
}

function boundTo(api: Api, namespace: string, reference: { kind?: string; name?: string; uid?: string } | undefined) {
  if (reference?.name === undefined) return {};
  const resource = reference.kind === 'Pod' ? 'pods' : 'secrets';
  const object = api.store.get(`/${resource}`, namespace, reference.name)?.object;
  if (object === undefined) throw notFound({ group: '', resource }, reference.name);
  const bound = { name: reference.name, uid: object.metadata.uid as string };
  return reference.kind === 'Pod' ? { pod: bound } : { secret: bound };
}
