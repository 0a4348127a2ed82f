import type { Case, Step } from '../contract.ts';

const maps = '/api/v1/namespaces/$ns/configmaps';
const deployments = '/apis/apps/v1/namespaces/$ns/deployments';
const quiet = { quiet: true };
const json = { type: 'application/json-patch+json' };
const merge = { type: 'application/merge-patch+json' };
const strategic = { type: 'application/strategic-merge-patch+json' };
const make: Step = [
  `POST ${maps}`,
  { metadata: { name: 'a', labels: { l: '1' }, annotations: { 'y/z': '2' } }, data: { x: '1' } },
  quiet,
];
const deploy: Step = [
  `POST ${deployments}`,
  {
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: {
          containers: [
            {
              name: 'one',
              image: 'i:1',
              env: [
                { name: 'A', value: '1' },
                { name: 'B', value: '2' },
              ],
              ports: [{ containerPort: 80 }],
            },
            { name: 'two', image: 'i:2' },
          ],
          volumes: [{ name: 'v', emptyDir: {} }],
          tolerations: [{ key: 'a', operator: 'Exists' }],
        },
      },
    },
  },
  quiet,
];
const patched = (says: string, body: unknown, type: Step[2]): Case => ({
  says,
  steps: [make, [`PATCH ${maps}/a`, body, type]],
});
const pod = (says: string, spec: object): Case => ({
  says,
  steps: [deploy, [`PATCH ${deployments}/d`, { spec: { template: { spec } } }, strategic]],
});

/** JSON, merge and strategic merge patches. */
export const patches: Case[] = [
  patched('a JSON patch adds', [{ op: 'add', path: '/data/n', value: 'v' }], json),
  patched('a JSON patch replaces', [{ op: 'replace', path: '/data/x', value: 'v' }], json),
  patched('a JSON patch removes', [{ op: 'remove', path: '/data/x' }], json),
  patched('a JSON patch moves', [{ op: 'move', from: '/data/x', path: '/data/m' }], json),
  patched('a JSON patch copies', [{ op: 'copy', from: '/data/x', path: '/data/m' }], json),
  patched(
    'a JSON patch tests',
    [
      { op: 'test', path: '/data/x', value: '1' },
      { op: 'add', path: '/data/t', value: 'ok' },
    ],
    json,
  ),
  patched('a JSON patch whose test fails is refused', [{ op: 'test', path: '/data/x', value: '2' }], json),
  patched(
    'a JSON patch reads escaped paths',
    [{ op: 'replace', path: '/metadata/annotations/y~1z', value: 'v' }],
    json,
  ),
  patched('a JSON patch that removes nothing is refused', [{ op: 'remove', path: '/data/none' }], json),
  patched('a JSON patch that replaces nothing is refused', [{ op: 'replace', path: '/data/none', value: '1' }], json),
  patched('a JSON patch below nothing is refused', [{ op: 'add', path: '/none/below', value: '1' }], json),
  patched('a JSON patch of an unknown operation is refused', [{ op: 'foo', path: '/data/x' }], json),
  patched('a JSON patch that is no list is refused', { op: 'add' }, json),
  patched('a JSON patch that is no JSON is refused', '[1', json),
  patched('a JSON patch to a wrong type is refused', [{ op: 'replace', path: '/data', value: 'x' }], json),
  patched('a merge patch merges', { data: { n: 'v' } }, merge),
  patched('a merge patch removes with null', { data: { x: null }, metadata: { labels: null } }, merge),
  patched('a merge patch that changes nothing', { data: { x: '1' } }, merge),
  patched('a merge patch of an unknown field is warned of', { foo: 1 }, merge),
  patched('a merge patch to a wrong type is refused', { data: { x: 1 } }, merge),
  patched('a merge patch of the name is refused', { metadata: { name: 'b' } }, merge),
  patched('a merge patch of the namespace is refused', { metadata: { namespace: 'b' } }, merge),
  patched('a merge patch of the UID is refused', { metadata: { uid: 'b' } }, merge),
  patched('a merge patch of another version conflicts', { metadata: { resourceVersion: '1' } }, merge),
  patched(
    'a merge patch of the creation time is ignored',
    { metadata: { creationTimestamp: '2001-01-01T00:00:00Z' } },
    merge,
  ),
  patched('a merge patch that is a list is refused', [1], merge),
  patched('a merge patch that is no JSON is refused', '{', merge),
  patched('an unknown patch type is refused', {}, { type: 'application/json' }),
  patched('force is for applies', { data: {} }, merge),
  { says: 'a forced merge patch is refused', steps: [make, [`PATCH ${maps}/a?force=true`, {}, merge]] },
  {
    says: 'a patch of what is not there is refused',
    steps: [
      [`PATCH ${maps}/a`, {}, merge],
      [`PATCH ${maps}/a`, [], json],
      [`PATCH ${maps}/a`, {}, strategic],
    ],
  },
  {
    says: 'a patch in a dry run changes nothing',
    steps: [make, [`PATCH ${maps}/a?dryRun=All`, { data: { n: 'v' } }, merge], [`GET ${maps}/a`]],
  },
  pod('a strategic patch merges containers by name', { containers: [{ name: 'two', image: 'i:3' }] }),
  pod('a strategic patch adds a container', { containers: [{ name: 'three', image: 'i:3' }] }),
  pod('a strategic patch deletes a container', { containers: [{ name: 'one', $patch: 'delete' }] }),
  pod('a strategic patch replaces a list', { containers: [{ $patch: 'replace' }, { name: 'only', image: 'i' }] }),
  pod('a strategic patch orders a list', {
    $setElementOrder: undefined,
    '$setElementOrder/containers': [{ name: 'two' }, { name: 'one' }],
  }),
  pod('a strategic patch orders and merges', {
    '$setElementOrder/containers': [{ name: 'two' }, { name: 'one' }],
    containers: [{ name: 'one', image: 'i:9' }],
  }),
  pod('a strategic patch merges variables by name', {
    containers: [
      {
        name: 'one',
        env: [
          { name: 'B', value: '3' },
          { name: 'C', value: '4' },
        ],
      },
    ],
  }),
  pod('a strategic patch replaces lists without a key', { tolerations: [{ key: 'b', operator: 'Exists' }] }),
  pod('a strategic patch retains keys of volumes', {
    volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }],
  }),
  pod('a strategic patch removes with null', { volumes: null }),
  pod('a strategic patch without its key is refused', { containers: [{ image: 'i' }] }),
  {
    says: 'a strategic patch retains keys of the strategy',
    steps: [
      deploy,
      [`PATCH ${deployments}/d`, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }, strategic],
    ],
  },
  {
    says: 'a strategic patch replaces a map',
    steps: [make, [`PATCH ${maps}/a`, { data: { $patch: 'replace', n: 'v' } }, strategic]],
  },
  {
    says: 'a strategic patch of finalizers',
    steps: [
      make,
      [`PATCH ${maps}/a`, { metadata: { finalizers: ['x.io/a'] } }, strategic],
      [`PATCH ${maps}/a`, { metadata: { '$deleteFromPrimitiveList/finalizers': ['x.io/a'] } }, strategic],
    ],
  },
  {
    says: 'a patch raises the generation where the spec changes',
    steps: [
      deploy,
      [`PATCH ${deployments}/d`, { spec: { replicas: 3 } }, merge],
      [`PATCH ${deployments}/d`, { metadata: { labels: { a: 'b' } } }, merge],
    ],
  },
];
