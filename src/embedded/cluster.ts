import type { ApiRequest, ApiResponse, Transport } from '../cluster/index.ts';
import type { JsonObject, Resource } from '../resource/index.ts';
import { escalation } from './admission/escalation.ts';
import { limitRanges } from './admission/limits.ts';
import { namespaceLifecycle } from './admission/namespaces.ts';
import {
  defaultIngressClass,
  defaultStorageClass,
  defaultTolerations,
  nodeTaints,
  priorities,
  runtimeClasses,
  serviceAccounts,
} from './admission/pods.ts';
import { policies } from './admission/policies.ts';
import { quotas } from './admission/quota.ts';
import { webhooks } from './admission/webhooks.ts';
import type { Admission, Api } from './api/api.ts';
import { convertObject } from './api/conversion.ts';
import { serveDefinitions } from './api/definitions.ts';
import { discoveryOver } from './api/discovery.ts';
import { podLogs } from './api/logs.ts';
import { type OpenApi, pagesOver } from './api/pages.ts';
import type { PodAccess } from './api/pod-access.ts';
import { bindPod, createBinding, evictPod, finalizeNamespace } from './api/pods.ts';
import type { ServerRequest } from './api/request.ts';
import { scale } from './api/scale.ts';
import { type Handler, handlerOver } from './api/server.ts';
import { subresourcesOf } from './api/subresources.ts';
import { Types } from './api/types.ts';
import { aggregateRoles } from './auth/aggregate.ts';
import { authenticate } from './auth/authenticate.ts';
import { type Authorizer, refusal } from './auth/authorize.ts';
import { bootstrap } from './auth/bootstrap.ts';
import { rbacAuthorizer } from './auth/rbac.ts';
import { reviewsOver, tokenRequests } from './auth/reviews.ts';
import { issuer, Tokens, tokenAuthenticator } from './auth/tokens.ts';
import { admin } from './auth/user.ts';
import { type Identity, loadIdentity } from './http/identity.ts';
import { builtinTypes, openApiV2, openApiV3, tableVersion } from './schema/index.ts';
import { Store } from './store/store.ts';
import { upgradeHandler } from './streams/upgrade.ts';

export interface ClusterOptions {
  /** Where everything is kept; undefined: in memory, for tests. */
  directory?: string;
  now?: () => Date;
  /** How many changes watches and pages can go back; the default is 20,000. */
  window?: number;
}

/** A Kubernetes API in this process. */
export interface EmbeddedCluster {
  /** In process, as the owner; `clusterOver(transport)` makes a `Cluster` of it. */
  readonly transport: Transport;
  readonly store: Store;
  readonly api: Api;
  readonly handle: Handler;
  /** Requests that become streams: exec, attach, port-forward. */
  readonly upgrade: ReturnType<typeof upgradeHandler>;
  readonly identity: Identity;
  /** The address that clients are told, once there is one. */
  server: string;
  /** Names the node that runs the pods: logs, exec, attach and port-forward go to it. */
  setNode(node: PodAccess | undefined): void;
  close(): Promise<void>;
}

const admission: readonly Admission[] = [
  namespaceLifecycle,
  serviceAccounts,
  defaultTolerations,
  priorities,
  runtimeClasses,
  defaultStorageClass,
  defaultIngressClass,
  nodeTaints,
  limitRanges,
];

/** The API itself, as pods find it. */
const kubernetesService: Resource = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: {
    clusterIP: '10.96.0.1',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    sessionAffinity: 'None',
    type: 'ClusterIP',
  },
};

/** Opens the cluster of a directory, or makes a new one there. */
export async function openCluster(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
  const { directory, now = () => new Date() } = options;
  const store = new Store({ directory, ...(options.window === undefined ? {} : { window: options.window }) });
  try {
    const identity = await loadIdentity(directory);
    const types = new Types(builtinTypes());
    const authorizer = rbacAuthorizer(store);
    const api: Api = {
      store,
      types,
      now,
      admission: [...admission, escalation(authorizer), webhooks, policies, quotas],
      range: { prefix: '10.96', nodePorts: [30_000, 32_767] },
      convert: (object, to) => convertObject(api, object, to),
    };
    await bootstrap(api, [kubernetesService]);
    const closing = new AbortController();
    serveDefinitions(api, closing.signal);
    await aggregateRoles(api, closing.signal);
    return assemble(api, identity, authorizer, closing);
  } catch (error) {
    await store.close();
    throw error;
  }
}

function assemble(api: Api, identity: Identity, authorizer: Authorizer, closing: AbortController): EmbeddedCluster {
  const { store, types } = api;
  const tokens = new Tokens(identity.accountKey);
  const authenticator = tokenAuthenticator(store, tokens, identity.token, api.now);
  let node: PodAccess | undefined;
  const pages = pagesOver({
    discovery: discoveryOver(types, () => cluster.server.replace(/^https:\/\//, '')),
    openApi: openApiOver(types),
    version: tableVersion,
    keySet: () => tokens.keySet(),
    openIdConfiguration: (): JsonObject => ({
      issuer,
      jwks_uri: `${cluster.server}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    }),
  });
  const subresources = subresourcesOf({
    '*/scale': scale,
    '/pods/binding': bindPod,
    '/bindings/': createBinding,
    '/pods/eviction': evictPod,
    '/namespaces/finalize': finalizeNamespace,
    '/pods/log': podLogs(() => node),
    '/serviceaccounts/token': tokenRequests(tokens),
    ...reviewsOver(authenticator, authorizer),
  });
  const handle = handlerOver({ api, authenticator, authorizer, pages, subresources });
  const upgrade = upgradeHandler({
    api,
    pods: () => node,
    admit: (request, { namespace, name, subresource }) => {
      const user = authenticate(authenticator, { authorization: request.headers.authorization ?? '' });
      const access = { group: '', resource: 'pods', subresource, namespace, name };
      if (!authorizer.resource(user, 'create', access).allowed) throw refusal(user, 'create', access);
      return user;
    },
  });
  const cluster: EmbeddedCluster = {
    upgrade,
    setNode: (next) => {
      node = next;
    },
    store,
    api,
    handle,
    identity,
    server: 'https://embedded',
    transport: {
      name: 'embedded',
      server: 'https://embedded',
      send: (request) => sendInProcess(handle, request, closing.signal),
      close: async () => {},
    },
    close: async () => {
      closing.abort();
      await store.close();
    },
  };
  return cluster;
}

/** One document of each group and version that is served. */
function openApiOver(types: Types): OpenApi {
  const pathOf = ({ group, version }: { group: string; version: string }) =>
    group === '' ? `api/${version}` : `apis/${group}/${version}`;
  return {
    v2: () => openApiV2(types.all()),
    paths: () => [...new Set(types.all().map(pathOf))],
    v3: (path) => {
      const own = types.all().filter((type) => pathOf(type) === path);
      return own.length === 0 ? undefined : openApiV3(own);
    },
    generation: () => types.generation,
  };
}

async function sendInProcess(handle: Handler, request: ApiRequest, closing: AbortSignal): Promise<ApiResponse> {
  request.signal?.throwIfAborted();
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (Array.isArray(value)) for (const item of value as readonly string[]) query.append(name, item);
    else if (value !== undefined) query.set(name, String(value));
  const { body, headers = {} } = request;
  const sent: ServerRequest = {
    method: request.method,
    path: request.path,
    query,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array()),
    user: admin,
    signal: request.signal === undefined ? closing : AbortSignal.any([request.signal, closing]),
  };
  const response = await handle(sent);
  request.signal?.throwIfAborted();
  return { status: response.status, headers: response.headers, body: bytesOf(response.body, request.signal) };
}

async function* bytesOf(
  body: string | Uint8Array | AsyncIterable<string | Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  if (typeof body === 'string') yield encoder.encode(body);
  else if (body instanceof Uint8Array) yield body;
  else {
    for await (const part of body) yield typeof part === 'string' ? encoder.encode(part) : part;
    signal?.throwIfAborted();
  }
}
