import { createHash } from 'node:crypto';
import type { JsonObject } from '../../resource/index.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { apiVersionOf, type Types } from './types.ts';

/** What the server says about the types it serves: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api */
export interface Discovery {
  /** `/api`, `/apis`, `/apis/GROUP` and `/apis/GROUP/VERSION`; undefined for what is not served. */
  document(path: string, options: { aggregated: boolean }): { body: JsonObject; etag: string } | undefined;
}

export function discoveryOver(types: Types, server: () => string): Discovery {
  let generation = -1;
  let documents = new Map<string, { body: JsonObject; etag: string }>();
  return {
    document(path, { aggregated }) {
      if (generation !== types.generation) {
        generation = types.generation;
        documents = new Map();
      }
      const key = `${aggregated} ${path}`;
      const known = documents.get(key);
      if (known !== undefined) return known;
      const body = make(types, path, aggregated, server());
      if (body === undefined) return undefined;
      const etag = createHash('sha256').update(JSON.stringify(body)).digest('hex').toUpperCase();
      const document = { body, etag: `"${etag}"` };
      documents.set(key, document);
      return document;
    },
  };
}

function make(types: Types, path: string, aggregated: boolean, server: string): JsonObject | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const all = types.all();
  const groups = groupsOf(all);
  if (parts.length === 1 && aggregated)
    return {
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      metadata: {},
      items: [...groups]
        .filter(([group]) => (group === '') === (parts[0] === 'api'))
        .map(([group, versions]) => aggregatedGroup(group, versions)),
    };
  if (parts[0] === 'api' && parts.length === 1)
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: server }],
    };
  if (parts[0] === 'api') return parts.length === 2 ? resourceList(all, '', parts[1] as string) : undefined;
  if (parts.length === 1)
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [...groups].filter(([group]) => group !== '').map(([group, versions]) => groupOf(group, versions)),
    };
  const versions = groups.get(parts[1] as string);
  if (versions === undefined) return undefined;
  if (parts.length === 2) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(parts[1] as string, versions) };
  return parts.length === 3 ? resourceList(all, parts[1] as string, parts[2] as string) : undefined;
}

/** Versions of each group, the preferred one first, as the types come: built-in groups in their order, others by name. */
function groupsOf(all: readonly TypeSchema[]): Map<string, Map<string, TypeSchema[]>> {
  const groups = new Map<string, Map<string, TypeSchema[]>>();
  const custom = all.filter(({ custom }) => custom).map(({ group }) => group);
  const order = [...new Set([...all.filter(({ custom }) => !custom).map(({ group }) => group), ...custom.sort()])];
  for (const group of order) {
    const versions = Map.groupBy(
      all.filter((type) => type.group === group),
      ({ version }) => version,
    );
    groups.set(group, new Map([...versions].sort(([a], [b]) => compareVersions(a, b))));
  }
  return groups;
}

/** Stable versions first, then beta, then alpha, the newest of each first; others by name. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((version) => /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version));
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : 1;
  const rank = (match: RegExpExecArray) => (match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0);
  return rank(y) - rank(x) || Number(y[1]) - Number(x[1]) || Number(y[3] ?? 0) - Number(x[3] ?? 0);
}

function groupOf(name: string, versions: Map<string, unknown>): JsonObject {
  const list = [...versions.keys()].map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: list, preferredVersion: list[0] as JsonObject };
}

function resourceList(all: readonly TypeSchema[], group: string, version: string): JsonObject | undefined {
  const types = all.filter((type) => type.group === group && type.version === version);
  if (types.length === 0) return undefined;
  const resources = types.flatMap((type) => [
    {
      name: type.resource,
      singularName: type.singular,
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: [...type.verbs],
      ...optional('shortNames', type.shortNames),
      ...optional('categories', type.categories),
      ...(type.verbs.includes('list') ? { storageVersionHash: hashOf(type) } : {}),
    },
    ...type.subresources.map((subresource) => ({
      name: `${type.resource}/${subresource.name}`,
      singularName: '',
      namespaced: type.namespaced,
      ...((subresource.group === '' && subresource.version === '') ||
      (subresource.group === type.group && subresource.version === type.version)
        ? {}
        : { group: subresource.group, version: subresource.version }),
      kind: subresource.kind || type.kind,
      verbs: [...subresource.verbs],
    })),
  ]);
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: resources as JsonObject[],
  };
}

function aggregatedGroup(group: string, versions: Map<string, TypeSchema[]>): JsonObject {
  return {
    metadata: group === '' ? {} : { name: group },
    versions: [...versions].map(([version, types]) => ({
      version,
      resources: types.map((type) => ({
        resource: type.resource,
        responseKind: responseKind(type),
        scope: type.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: type.singular,
        verbs: [...type.verbs],
        ...optional('shortNames', type.shortNames),
        ...optional('categories', type.categories),
        ...optional(
          'subresources',
          type.subresources.map((subresource) => ({
            subresource: subresource.name,
            responseKind: {
              group: subresource.group || (type.custom ? type.group : ''),
              version: subresource.version || (type.custom ? type.version : ''),
              kind: subresource.kind || type.kind,
            },
            verbs: [...subresource.verbs],
          })),
        ),
      })),
      freshness: 'Current',
    })),
  };
}

function responseKind({ group, version, kind, custom }: Pick<TypeSchema, 'group' | 'version' | 'kind' | 'custom'>) {
  return custom ? { group, version, kind } : { group: '', version: '', kind };
}

function optional(name: string, list: readonly unknown[]): JsonObject {
  return list.length === 0 ? {} : { [name]: [...list] as never };
}

function hashOf(type: TypeSchema): string {
  const text = `${apiVersionOf(type)}/${type.kind}`;
  return createHash('sha256').update(text).digest().subarray(0, 8).toString('base64');
}
