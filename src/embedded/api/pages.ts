import { createHash } from 'node:crypto';
import type { JsonObject } from '../../resource/index.ts';
import { encodeOpenApiV2 } from '../schema/index.ts';
import { jsonAnswer, textAnswer } from './answers.ts';
import type { Discovery } from './discovery.ts';
import type { ServerRequest, ServerResponse } from './request.ts';
import { methodNotAllowed } from './status.ts';

/** OpenAPI documents, made from the types that are served at the moment. */
export interface OpenApi {
  v2(): JsonObject;
  /** Paths (`apis/apps/v1`) of the documents there are. */
  paths(): readonly string[];
  v3(path: string): JsonObject | undefined;
  /** Changes whenever a type does. */
  generation(): number;
}

export interface PageSources {
  discovery: Discovery;
  openApi: OpenApi;
  version: string;
  keySet(): JsonObject;
  openIdConfiguration(): JsonObject;
}

/** OpenAPI v2 as protobuf: older clients read nothing else. They may ask for it with an `@`, which no media type has. */
const gnostic = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const gnosticAsked = /application\/com\.github\.proto-openapi\.spec\.v2[.@]v1\.0\+protobuf/;

const healthPaths = new Set(['/healthz', '/livez', '/readyz']);

/** Everything that is no resource: discovery, OpenAPI, version, health, keys. */
export function pagesOver(sources: PageSources): (request: ServerRequest) => ServerResponse | undefined {
  const { discovery, openApi } = sources;
  const documents = documentCache(openApi);
  return (request) => {
    const path = request.path.length > 1 ? request.path.replace(/\/$/, '') : request.path;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      if (path.startsWith('/api')) throw methodNotAllowed();
      return undefined;
    }
    if (healthPaths.has(path) || /^\/(healthz|livez|readyz)\//.test(path)) return health(request, path);
    if (path === '/version') return jsonAnswer(200, versionInfo(sources.version));
    if (path === '/api' || path === '/apis' || path.startsWith('/api/') || path.startsWith('/apis/'))
      return discover(discovery, request, path);
    if (path === '/openid/v1/jwks')
      return { ...jsonAnswer(200, sources.keySet()), headers: { 'content-type': 'application/jwk-set+json' } };
    if (path === '/.well-known/openid-configuration') return jsonAnswer(200, sources.openIdConfiguration());
    if (path === '/openapi/v2')
      return gnosticAsked.test(request.headers['accept'] ?? '')
        ? documents(request, 'v2 as protobuf', () => encodeOpenApiV2(openApi.v2()), gnostic)
        : documents(request, 'v2', () => openApi.v2());
    if (path === '/openapi/v3') return jsonAnswer(200, openApiIndex(openApi));
    if (path.startsWith('/openapi/v3/')) {
      const name = path.slice('/openapi/v3/'.length);
      return openApi.paths().includes(name)
        ? documents(request, name, () => openApi.v3(name) as JsonObject)
        : undefined;
    }
    if (path === '/')
      return jsonAnswer(200, { paths: ['/api', '/apis', ...healthPaths, '/openapi/v2', '/openapi/v3', '/version'] });
    return undefined;
  };
}

function health({ query }: ServerRequest, path: string): ServerResponse {
  const name = path.slice(1).split('/')[0];
  return textAnswer(200, query.has('verbose') ? `[+]ping ok\n[+]store ok\n${name} check passed\n` : 'ok');
}

function versionInfo(gitVersion: string): JsonObject {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: `${gitVersion}+slipway`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'node',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
}

function discover(discovery: Discovery, { headers }: ServerRequest, path: string): ServerResponse | undefined {
  const isRoot = path === '/api' || path === '/apis';
  const offer = isRoot
    ? (headers['accept'] ?? '')
        .split(',')
        .map((part) => part.trim())
        .find((part) => part.startsWith('application/json'))
    : undefined;
  const aggregated = offer !== undefined && /as=APIGroupDiscoveryList/.test(offer) && /v=v2(;|$)/.test(offer);
  const document = discovery.document(path, { aggregated });
  if (document === undefined) return undefined;
  const common = { etag: document.etag, vary: 'Accept' };
  if (headers['if-none-match'] === document.etag) return { status: 304, headers: common, body: '' };
  const type = aggregated ? 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' : 'application/json';
  const answer = jsonAnswer(200, document.body);
  return { ...answer, headers: { ...common, 'content-type': type } };
}

function openApiIndex(openApi: OpenApi): JsonObject {
  const hash = (path: string) =>
    createHash('sha256').update(`${openApi.generation()} ${path}`).digest('hex').toUpperCase();
  return {
    paths: Object.fromEntries(
      openApi.paths().map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash(path)}` }]),
    ),
  };
}

/** Documents as text, made once a generation. */
function documentCache(openApi: OpenApi) {
  let generation = -1;
  let texts = new Map<string, { text: string | Uint8Array; etag: string }>();
  return (
    request: ServerRequest,
    name: string,
    make: () => JsonObject | Uint8Array,
    type = 'application/json',
  ): ServerResponse => {
    if (generation !== openApi.generation()) {
      generation = openApi.generation();
      texts = new Map();
    }
    let document = texts.get(name);
    if (document === undefined) {
      const made = make();
      const text = made instanceof Uint8Array ? made : JSON.stringify(made);
      document = { text, etag: `"${createHash('sha256').update(text).digest('hex').toUpperCase()}"` };
      texts.set(name, document);
    }
    if (request.headers['if-none-match'] === document.etag)
      return { status: 304, headers: { etag: document.etag }, body: '' };
    return {
      status: 200,
      headers: { 'content-type': type, etag: document.etag, vary: 'Accept' },
      body: document.text,
    };
  };
}
