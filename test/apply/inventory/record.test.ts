import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { identityOf } from '../../../src/apply/inventory/applyset.ts';
import { type Member, readRecord, writeRecord } from '../../../src/apply/inventory/record.ts';

const owner = { stack: 'churn', environment: 'dev' };
const members: Member[] = [
  {
    id: { group: 'apps', kind: 'Deployment', namespace: 'n', name: 'd' },
    apiVersion: 'apps/v1',
    uid: '1',
    component: 'web',
    intent: 'i',
    owned: 'o',
  },
  { id: { group: '', kind: 'Namespace', name: 'n' }, apiVersion: 'v1' },
];

test('identityOf() is the id of KEP-3659 for the parent', () => {
  // printf churn.dev.slipway-system.ConfigMap. | openssl dgst -sha256 -binary | base64 | tr '/+' '_-' | tr -d =
  expect(identityOf(owner)).toBe('applyset--iBKs-EzLmCFcT0jWBda_3MVj17jvkz82LlRY9pe1-M-v1');
});

test('readRecord() reads what writeRecord() wrote', () => {
  const record = writeRecord(owner, members, 3, new Date('2026-01-02T03:04:05Z'));
  expect(record.metadata.annotations).toEqual({
    'applyset.kubernetes.io/tooling': 'slipway/v1.0.0',
    'applyset.kubernetes.io/contains-group-kinds': 'Deployment.apps,Namespace',
    'applyset.kubernetes.io/additional-namespaces': 'n',
    'slipway.dev/revision': '3',
    'slipway.dev/updated': '2026-01-02T03:04:05.000Z',
  });
  expect(readRecord(record)).toMatchObject({ owner, revision: 3, members: [members[1], members[0]] });
});

test.each([
  ['labels', (record: ReturnType<typeof writeRecord>) => delete record.metadata.labels, 'its labels are gone'],
  [
    'tool',
    (record: ReturnType<typeof writeRecord>) =>
      Object.assign(record.metadata.annotations ?? {}, { 'applyset.kubernetes.io/tooling': 'kubectl/v1.36' }),
    'it was written by kubectl/v1.36, this is slipway/v1.0.0',
  ],
  [
    'content',
    (record: ReturnType<typeof writeRecord>) => Object.assign(record, { binaryData: { members: 'AAAA' } }),
    'its content is broken',
  ],
  [
    'shape',
    (record: ReturnType<typeof writeRecord>) =>
      Object.assign(record, { binaryData: { members: gzipSync('{}').toString('base64') } }),
    'its content is not a list',
  ],
])('readRecord() refuses a record whose %s is not ours', (_what, spoil, why) => {
  const record = writeRecord(owner, members, 1, new Date());
  spoil(record);
  expect(() => readRecord(record)).toThrow(`Cannot read the inventory churn.dev: ${why}`);
});
