import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { RevisionConflict, Store } from '../../../src/embedded/store/store.ts';
import type { Resource } from '../../../src/resource/index.ts';

const open: Store[] = [];
const directories: string[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

function storeIn(directory?: string, window?: number): Store {
  const store = new Store({ directory, ...(window === undefined ? {} : { window }) });
  open.push(store);
  return store;
}

async function directoryFor(): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-store-'));
  directories.push(directory);
  return directory;
}

const map = (name: string, data: Record<string, string> = {}): Resource => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name, namespace: 'n' },
  data,
});
const at = (name: string, expected = 0) => ({ resource: '/configmaps', namespace: 'n', name, expected });

test('a written object has its revision in it, and the next one is higher', async () => {
  const store = storeIn();
  const first = await store.put(at('a'), map('a'));
  const second = await store.put(at('b'), map('b'));
  expect(first.object.metadata.resourceVersion).toBe(String(first.revision));
  expect(second.revision).toBe(first.revision + 1);
  expect(store.revision).toBe(second.revision);
});

test('a write that expects another revision is refused, also while the other is not committed', async () => {
  const store = storeIn();
  const first = store.put(at('a'), map('a'));
  await expect(store.put(at('a'), map('a'))).rejects.toThrow(RevisionConflict);
  const entry = await first;
  await store.put(at('a', entry.revision), map('a', { x: '1' }));
  await expect(store.put(at('a', entry.revision), map('a', { x: '2' }))).rejects.toThrow(RevisionConflict);
});

test('lists are in the order of the whole key', async () => {
  const store = storeIn();
  for (const [namespace, name] of [
    ['b', 'x'],
    ['a', 'z'],
    ['a-b', 'y'],
    ['a', 'y'],
  ] as const)
    await store.put({ resource: '/configmaps', namespace, name, expected: 0 }, map(name));
  expect([...store.list('/configmaps')].map(({ key }) => key)).toEqual(['a-b/y', 'a/y', 'a/z', 'b/x']);
  expect([...store.list('/configmaps', 'a')].map(({ name }) => name)).toEqual(['y', 'z']);
  expect([...store.list('/configmaps', 'a', 'a/y')].map(({ name }) => name)).toEqual(['z']);
});

test('changes since a revision, and the objects as they were then', async () => {
  const store = storeIn();
  const a = await store.put(at('a'), map('a'));
  const b = await store.put(at('b'), map('b'));
  await store.put(at('a', a.revision), map('a', { x: '1' }));
  await store.remove(at('b', b.revision), map('b'));
  await store.put(at('c'), map('c'));
  expect(store.since('/configmaps', b.revision)?.map(({ before, after }) => [before?.name, after?.name])).toEqual([
    ['a', 'a'],
    ['b', undefined],
    [undefined, 'c'],
  ]);
  expect(store.at('/configmaps', b.revision)?.map(({ text }) => text)).toEqual([a.text, b.text]);
});

test('what is older than the window is gone', async () => {
  const store = storeIn(undefined, 4);
  const first = await store.put(at('a'), map('a'));
  let last = first;
  for (let i = 0; i < 8; i++) last = await store.put(at('a', last.revision), map('a', { i: String(i) }));
  expect(store.since('/configmaps', first.revision)).toBeUndefined();
  expect(store.since('/configmaps', last.revision - 2)).toHaveLength(2);
});

test('listeners hear of a change after it is committed', async () => {
  const store = storeIn();
  const heard: number[] = [];
  const stop = store.subscribe('/configmaps', ({ revision }) => heard.push(revision));
  const write = store.put(at('a'), map('a'));
  expect(heard).toEqual([]);
  const { revision } = await write;
  expect(heard).toEqual([revision]);
  stop();
  await store.put(at('b'), map('b'));
  expect(heard).toEqual([revision]);
});

test('everything is there after a restart, and revisions go on', async () => {
  const directory = await directoryFor();
  const before = storeIn(directory);
  const a = await before.put(at('a'), map('a', { big: '12345678901234567890' }));
  const b = await before.put(at('b'), map('b'));
  await before.remove(at('b', b.revision), map('b'));
  const { revision } = before;
  await before.close();
  open.length = 0;
  const after = storeIn(directory);
  expect([...after.list('/configmaps')].map(({ text }) => text)).toEqual([a.text]);
  expect(after.revision).toBe(revision);
  expect((await after.put(at('c'), map('c'))).revision).toBe(revision + 1);
});

test('a second one on the same directory is refused in one sentence', async () => {
  const directory = await directoryFor();
  storeIn(directory);
  expect(() => new Store({ directory })).toThrow(/another process is using it$/);
});

test('the file is readable by its owner alone', async () => {
  const directory = await directoryFor();
  storeIn(directory);
  expect((await stat(path.join(directory, 'objects.sqlite'))).mode & 0o777).toBe(0o600);
});
