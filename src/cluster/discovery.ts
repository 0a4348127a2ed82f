import { isJsonObject, type JsonObject, type JsonValue } from '../resource/index.ts';
import { rootOf } from './builtin.ts';
import type { Call, ResourceType, Transport } from './cluster.ts';
import { type Answer, exchange } from './exchange.ts';

/** KEP-3352: all groups of a root in one answer. Servers without it answer with the legacy documents instead. */
const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

/** What the server said last about one root, so that an unchanged root costs no body. */
interface Known {
  etag: string;
  types: readonly ResourceType[];
}

/** Asks the server for its types; the function that is returned remembers what did not change. */
export function makeDiscovery(transport: Transport): (call: Call) => Promise<readonly ResourceType[]> {
  const known = new Map<string, Known>();
  const get = (path: string, call: Call, headers: Record<string, string>) =>
    exchange(transport, { method: 'GET', path, headers }, call, {
      verb: 'discover',
      what: `the types of ${path}`,
      cluster: transport.name,
    });

  const root = async (path: '/api' | '/apis', call: Call): Promise<readonly ResourceType[]> => {
    const last = known.get(path);
    const answer = await get(path, call, {
      accept: aggregated,
      ...(last === undefined ? {} : { 'if-none-match': last.etag }),
    });
    if (answer.status === 304 && last !== undefined) return last.types;
    const types = isAggregated(answer.body)
      ? readAggregated(answer.body)
      : await readLegacy(answer.body, (below) => get(below, call, { accept: 'application/json' }));
    const etag = answer.headers['etag'];
    if (etag !== undefined && isAggregated(answer.body)) known.set(path, { etag, types });
    return types;
  };
  return async (call) => (await Promise.all([root('/api', call), root('/apis', call)])).flat();
}

function isAggregated(body: JsonValue): body is JsonObject {
  return isJsonObject(body) && body['kind'] === 'APIGroupDiscoveryList';
}

function readAggregated(body: JsonObject): ResourceType[] {
  return objects(body['items']).flatMap((group) => {
    const metadata = isJsonObject(group['metadata']) ? group['metadata'] : {};
    const name = text(metadata['name']);
    return objects(group['versions']).flatMap((version, index) =>
      objects(version['resources']).flatMap((resource): ResourceType[] => {
        const kind = isJsonObject(resource['responseKind']) ? text(resource['responseKind']['kind']) : '';
        // A resource that only has subresources is listed without a kind.
        if (kind === '') return [];
        return [
          {
            group: name,
            version: text(version['version']),
            kind,
            resource: text(resource['resource']),
            singular: text(resource['singularResource']) || kind.toLowerCase(),
            namespaced: resource['scope'] === 'Namespaced',
            verbs: texts(resource['verbs']),
            shortNames: texts(resource['shortNames']),
            categories: texts(resource['categories']),
            subresources: objects(resource['subresources']).map((item) => text(item['subresource'])),
            preferred: index === 0,
          },
        ];
      }),
    );
  });
}

/** One document a group and version: `/api/v1`, `/apis/apps/v1` … */
async function readLegacy(body: JsonValue, get: (path: string) => Promise<Answer>): Promise<ResourceType[]> {
  const document = isJsonObject(body) ? body : {};
  const versions =
    document['kind'] === 'APIVersions'
      ? texts(document['versions']).map((version, index) => ({ apiVersion: version, preferred: index === 0 }))
      : objects(document['groups']).flatMap((group) => {
          const best = isJsonObject(group['preferredVersion']) ? text(group['preferredVersion']['groupVersion']) : '';
          return objects(group['versions']).map((version) => {
            const apiVersion = text(version['groupVersion']);
            return { apiVersion, preferred: apiVersion === best };
          });
        });
  const lists = await Promise.all(
    versions.map(async ({ apiVersion, preferred }) => {
      // An aggregated API whose server is down must not hide all others.
      const answer = await get(rootOf(apiVersion)).catch(() => undefined);
      const list = answer !== undefined && isJsonObject(answer.body) ? objects(answer.body['resources']) : [];
      return readLegacyList(apiVersion, preferred, list);
    }),
  );
  return lists.flat();
}

function readLegacyList(apiVersion: string, preferred: boolean, list: readonly JsonObject[]): ResourceType[] {
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];
  return list
    .filter((item) => !text(item['name']).includes('/'))
    .map((item) => ({
      group,
      version,
      kind: text(item['kind']),
      resource: text(item['name']),
      singular: text(item['singularName']) || text(item['kind']).toLowerCase(),
      namespaced: item['namespaced'] === true,
      verbs: texts(item['verbs']),
      shortNames: texts(item['shortNames']),
      categories: texts(item['categories']),
      subresources: list
        .map((other) => text(other['name']))
        .filter((name) => name.startsWith(`${text(item['name'])}/`))
        .map((name) => name.slice(name.indexOf('/') + 1)),
      preferred,
    }));
}

const text = (value: JsonValue | undefined) => (typeof value === 'string' ? value : '');
const texts = (value: JsonValue | undefined) =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
const objects = (value: JsonValue | undefined) => (Array.isArray(value) ? value.filter(isJsonObject) : []);
