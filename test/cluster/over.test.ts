import { expect, test } from 'vitest';
import { ClusterError, clusterOver, type WatchEvent } from '../../src/cluster/index.ts';
import { type ScriptedAnswer, scriptedTransport } from '../support/scripted-transport.ts';

const configMaps = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n' };
const item = (name: string, resourceVersion = '1') => ({ metadata: { name, namespace: 'n', resourceVersion } });
const page = (names: string[], next?: string): ScriptedAnswer => ({
  body: {
    kind: 'ConfigMapList',
    metadata: { resourceVersion: '7', ...(next === undefined ? {} : { continue: next }) },
    items: names.map((name) => item(name)),
  },
});
const refused = (code: number, reason: string, headers = {}): ScriptedAnswer => ({
  status: code,
  headers,
  body: { kind: 'Status', code, reason, message: 'no', details: {} },
});
const groups = (...kinds: string[]): ScriptedAnswer => ({
  body: {
    kind: 'APIGroupDiscoveryList',
    items: kinds.map((kind) => ({
      metadata: { name: 'example.org' },
      versions: [
        {
          version: 'v1',
          resources: [
            { resource: `${kind.toLowerCase()}s`, responseKind: { kind }, scope: 'Namespaced', verbs: ['get'] },
          ],
        },
      ],
    })),
  },
});

test('list() fetches all pages and gives every item its type', async () => {
  const transport = scriptedTransport((line) => (line.includes('continue=two') ? page(['b']) : page(['a'], 'two')));
  const list = await clusterOver(transport).list(configMaps, { limit: 1 });
  expect(list.resourceVersion).toBe('7');
  expect(list.items.map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.name])).toEqual([
    ['v1', 'ConfigMap', 'a'],
    ['v1', 'ConfigMap', 'b'],
  ]);
  expect(transport.sent).toEqual([
    'GET /api/v1/namespaces/n/configmaps?limit=1',
    'GET /api/v1/namespaces/n/configmaps?limit=1&continue=two',
  ]);
});

test('list() starts again in one page when its continue token has expired', async () => {
  const transport = scriptedTransport((line) => {
    if (line.endsWith('limit=0')) return page(['a', 'b']);
    return line.includes('continue=two') ? refused(410, 'Expired') : page(['a'], 'two');
  });
  const list = await clusterOver(transport).list(configMaps);
  expect(list.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
});

test('reads are repeated when the server says when to come back, writes are not', async () => {
  const busy = refused(503, 'ServiceUnavailable', { 'retry-after': '0.01' });
  const reading = scriptedTransport((_line, count) => (count < 3 ? busy : { body: { ...item('a') } }));
  await clusterOver(reading).get({ ...configMaps, name: 'a' });
  expect(reading.sent).toHaveLength(3);

  const writing = scriptedTransport(() => busy);
  const write = clusterOver(writing).delete({ ...configMaps, name: 'a' });
  await expect(write).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE', retryAfterSeconds: 0.01 });
  expect(writing.sent).toHaveLength(1);
});

test('a read that never succeeds ends with the last error', async () => {
  const transport = scriptedTransport(() => refused(429, 'TooManyRequests', { 'retry-after': '0.001' }));
  await expect(clusterOver(transport).get({ ...configMaps, name: 'a' })).rejects.toMatchObject({ status: 429 });
  expect(transport.sent).toHaveLength(5);
});

test('integers beyond 2^53 come back as they were', async () => {
  const body =
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"n":9007199254740993,"f":0.12345678901234567}';
  const transport = scriptedTransport(() => ({ body }));
  const cluster = clusterOver(transport);
  const read = await cluster.get({ ...configMaps, name: 'a' });
  expect(read['n']).toBe(9007199254740993n);
  await cluster.update(read);
  expect(transport.requests[1]?.body).toContain('"n":9007199254740993');
});

test('an answer that is not JSON is an error, not a crash', async () => {
  const transport = scriptedTransport(() => ({ body: '<html>Log in</html>' }));
  await expect(clusterOver(transport).get({ ...configMaps, name: 'a' })).rejects.toThrow(
    'Cannot get ConfigMap n/a: https://scripted did not answer with JSON',
  );
});

test('an unknown kind is looked for once more, by all who ask at once', async () => {
  let kinds = ['Old'];
  const transport = scriptedTransport((line) => (line.startsWith('GET /apis') ? groups(...kinds) : groups()));
  const cluster = clusterOver(transport);
  const find = (kind: string) => cluster.typeOf({ apiVersion: 'example.org/v1', kind });
  expect((await find('Old'))?.resource).toBe('olds');
  expect(transport.sent).toHaveLength(2);
  kinds = ['Old', 'New'];
  const found = await Promise.all([find('New'), find('New'), find('New'), find('Other')]);
  expect(found.map((type) => type?.resource)).toEqual(['news', 'news', 'news', undefined]);
  expect(transport.sent).toHaveLength(4);
});

test('two lookups in a row of what is not there ask at most every quarter of a second', async () => {
  const transport = scriptedTransport(() => groups());
  const cluster = clusterOver(transport);
  const start = performance.now();
  for (let n = 0; n < 3; n++) await cluster.typeOf({ apiVersion: 'example.org/v1', kind: 'None' });
  expect(performance.now() - start).toBeGreaterThan(450);
});

test('an unchanged root of discovery is not read again', async () => {
  const transport = scriptedTransport((_line, count) =>
    count <= 2 ? { ...groups('Kept'), headers: { etag: '"1"' } } : { status: 304, body: '' },
  );
  const cluster = clusterOver(transport);
  await cluster.types();
  const again = await cluster.types({ refresh: true });
  expect(again.map(({ kind }) => kind)).toEqual(['Kept', 'Kept']);
  expect(transport.requests[2]?.headers?.['if-none-match']).toBe('"1"');
});

test('a server without aggregated discovery is asked group by group; one that is down hides no other', async () => {
  const answers: Record<string, ScriptedAnswer> = {
    'GET /api': { body: { kind: 'APIVersions', versions: ['v1'] } },
    'GET /apis': {
      body: {
        kind: 'APIGroupList',
        groups: [
          { name: 'a.org', versions: [{ groupVersion: 'a.org/v1' }], preferredVersion: { groupVersion: 'a.org/v1' } },
          { name: 'down.org', versions: [{ groupVersion: 'down.org/v1' }], preferredVersion: {} },
        ],
      },
    },
    'GET /api/v1': {
      body: {
        resources: [
          { name: 'pods', kind: 'Pod', namespaced: true },
          { name: 'pods/log', kind: 'Pod' },
        ],
      },
    },
    'GET /apis/a.org/v1': { body: { resources: [{ name: 'things', kind: 'Thing', verbs: ['get'] }] } },
  };
  const types = await clusterOver(scriptedTransport((line) => answers[line] ?? refused(503, ''))).types();
  expect(types.map(({ group, kind, subresources, preferred }) => [group, kind, subresources, preferred])).toEqual([
    ['', 'Pod', ['log'], true],
    ['a.org', 'Thing', [], true],
  ]);
});

test('watch() lists, follows from there, reopens from the last version and lists again when history is lost', async () => {
  const stop = new AbortController();
  const event = (type: string, name: string, version: string) => ({ type, object: item(name, version) });
  const gone = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
  const answers: (ScriptedAnswer | undefined)[] = [
    page(['a']),
    { lines: [event('ADDED', 'b', '8'), event('BOOKMARK', '', '20')] },
    { lines: [event('MODIFIED', 'b', '21'), gone] },
    page(['a', 'b']),
    { error: new ClusterError('CONNECTION_LOST', 'lost', { status: 0, reason: '' }) },
    { lines: [event('DELETED', 'a', '9')] },
  ];
  const transport = scriptedTransport((_line, count) => answers[count - 1]);
  const seen: WatchEvent[] = [];
  for await (const next of clusterOver(transport).watch(configMaps, { signal: stop.signal })) {
    seen.push(next);
    if (next.type === 'DELETED') stop.abort();
  }
  expect(seen.map((next) => next.type)).toEqual(['RELISTED', 'ADDED', 'BOOKMARK', 'MODIFIED', 'RELISTED', 'DELETED']);
  const query = 'watch=true&allowWatchBookmarks=true&resourceVersion';
  expect(transport.sent.map((line) => line.replace('GET /api/v1/namespaces/n/configmaps?', ''))).toEqual([
    'limit=500',
    `${query}=7`,
    `${query}=20`,
    'limit=500',
    `${query}=7`,
    `${query}=7`,
  ]);
});

test('watch() throws what waiting will not change', async () => {
  const transport = scriptedTransport((_line, count) => (count === 1 ? page([]) : refused(403, 'Forbidden')));
  const follow = async () => {
    const events = clusterOver(transport).watch(configMaps, { signal: new AbortController().signal });
    for await (const event of events) expect(event.type).toBe('RELISTED');
  };
  await expect(follow()).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
