import { expect, test } from 'vitest';
import { Mirror } from '../../../src/embedded/controllers/mirror.ts';
import type { Resource } from '../../../src/resource/index.ts';

const object = (name: string, version: number, more: object = {}): Resource => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'n', uid: `uid-${name}`, resourceVersion: String(version), ...more },
});

function mirrorOf(...objects: Resource[]): { mirror: Mirror; changes: string[] } {
  const mirror = new Mirror({ apiVersion: 'v1', kind: 'ConfigMap' });
  mirror.handle({ type: 'RELISTED', items: objects, resourceVersion: '1' });
  const changes: string[] = [];
  mirror.onChange((now, before) => {
    changes.push(`${before?.metadata.resourceVersion ?? '-'} → ${now?.metadata.resourceVersion ?? '-'}`);
  });
  return { mirror, changes };
}

test('what is older than what is known changes nothing: a write of ours may be ahead of the watch', () => {
  const { mirror, changes } = mirrorOf(object('a', 5));
  mirror.observe(object('a', 7));
  mirror.handle({ type: 'MODIFIED', object: object('a', 6) });
  mirror.handle({ type: 'MODIFIED', object: object('a', 7) });
  expect(mirror.get('n', 'a')?.metadata.resourceVersion).toBe('7');
  expect(changes).toEqual(['5 → 7']);
});

test('a late event does not bring back what was deleted, but another object of that name comes', () => {
  const { mirror, changes } = mirrorOf(object('a', 5));
  mirror.forget(object('a', 5));
  mirror.handle({ type: 'MODIFIED', object: object('a', 6) });
  expect(mirror.all()).toEqual([]);
  mirror.handle({ type: 'ADDED', object: object('a', 8, { uid: 'other' }) });
  expect(mirror.get('n', 'a')?.metadata.uid).toBe('other');
  expect(changes).toEqual(['5 → -', '- → 8']);
});

test('after lost history, what is not listed any more is gone', () => {
  const { mirror, changes } = mirrorOf(object('a', 5), object('b', 6));
  mirror.handle({ type: 'RELISTED', items: [object('b', 9)], resourceVersion: '10' });
  expect(mirror.all().map(({ metadata }) => metadata.name)).toEqual(['b']);
  expect(changes).toEqual(['5 → -', '6 → 9']);
});

test('objects are found by namespace and by the UID of an owner, also after they changed hands', () => {
  const owner = (uid: string) => ({ ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid }] });
  const { mirror } = mirrorOf(object('a', 5, owner('one')), object('b', 6, { namespace: 'm' }));
  expect(mirror.inNamespace('m').map(({ metadata }) => metadata.name)).toEqual(['b']);
  expect(mirror.ownedBy('one')).toHaveLength(1);
  mirror.observe(object('a', 7, owner('two')));
  expect(mirror.ownedBy('one')).toEqual([]);
  expect(mirror.ownedBy('two')).toHaveLength(1);
});
