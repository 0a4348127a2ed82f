import type { Case, Step } from '../contract.ts';

const maps = '/api/v1/namespaces/$ns/configmaps';
const quiet = { quiet: true };
const three: Step[] = ['a', 'b', 'c'].map((name, index) => [
  `POST ${maps}`,
  { metadata: { name, labels: { n: String(index), ...(index > 0 ? { late: 'yes' } : {}) } } },
  quiet,
]);
const only = (query: string): Step => [
  `GET ${maps}?${query}`,
  undefined,
  { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' },
];
const select = (selector: string): Step => only(`labelSelector=${encodeURIComponent(selector)}`);
const fields = (selector: string): Step => only(`fieldSelector=${encodeURIComponent(selector)}`);

/** Lists, pages, selectors and watches. */
export const lists: Case[] = [
  { says: 'a list has its kind and version', steps: [...three, [`GET ${maps}`]] },
  { says: 'an empty list has no items', steps: [['GET /apis/apps/v1/namespaces/$ns/deployments']] },
  { says: 'a list of what is in no namespace', steps: [['GET /api/v1/namespaces/no-such-namespace/configmaps']] },
  ...[
    'n=0',
    'n==1',
    'n!=0',
    'n in (0,2)',
    'n notin (0,2)',
    'late',
    '!late',
    'n>0',
    'n<2',
    'n=0,late',
    'n in (1),late=yes',
    ' n = 0 ',
    '',
  ].map((selector): Case => ({ says: `the label selector "${selector}"`, steps: [...three, select(selector)] })),
  ...[
    'a in b',
    'a,,b',
    '=b',
    'a in (b',
    'a!',
    'a=b c',
    'a>x',
    'a=b,',
    '-a=b',
    'a=-b',
    'a><b',
    'x y',
    '!',
    'a in (b,c',
    `a=${'x'.repeat(64)}`,
  ].map((selector): Case => ({ says: `the label selector "${selector}" is refused`, steps: [select(selector)] })),
  ...['metadata.name=a', 'metadata.name!=a', 'metadata.name=a,metadata.namespace=$ns', 'metadata.namespace=other'].map(
    (selector): Case => ({ says: `the field selector "${selector}"`, steps: [...three, fields(selector)] }),
  ),
  ...['foo=bar', 'metadata.name', 'data.x=1'].map(
    (selector): Case => ({ says: `the field selector "${selector}" is refused`, steps: [fields(selector)] }),
  ),
  {
    says: 'every kind says which fields it selects by',
    steps: [
      '/api/v1/pods',
      '/api/v1/events',
      '/api/v1/secrets',
      '/api/v1/namespaces',
      '/api/v1/nodes',
      '/api/v1/services',
      '/apis/apps/v1/deployments',
      '/apis/batch/v1/jobs',
    ].map((path): Step => [`GET ${path}?fieldSelector=foo%3Dbar`]),
  },
  {
    says: 'secrets are selected by type',
    steps: [
      ['POST /api/v1/namespaces/$ns/secrets', { metadata: { name: 's' }, type: 'x.io/y' }, quiet],
      ['GET /api/v1/namespaces/$ns/secrets?fieldSelector=type%3Dx.io/y'],
      ['GET /api/v1/namespaces/$ns/secrets?fieldSelector=type%3Dother'],
    ],
  },
  { says: 'a page says that there is more', steps: [...three, only('limit=2')] },
  { says: 'the last page says nothing', steps: [...three, only('limit=3')] },
  {
    says: 'a page of a selection does not say how much is left',
    steps: [...three, only('limit=1&labelSelector=late')],
  },
  { says: 'a strange token is refused', steps: [[`GET ${maps}?limit=1&continue=abc`]] },
  {
    says: 'a strange version is refused',
    steps: [
      [`GET ${maps}?resourceVersion=abc`],
      [`GET ${maps}/a?resourceVersion=abc`],
      [`GET ${maps}?watch=1&resourceVersion=abc`],
    ],
  },
  {
    says: 'version matches are checked',
    steps: [
      [`GET ${maps}?resourceVersionMatch=Exact`],
      [`GET ${maps}?resourceVersion=1&resourceVersionMatch=Foo`],
      [`GET ${maps}?resourceVersion=0&resourceVersionMatch=Exact`],
      [`GET ${maps}?resourceVersion=1&continue=abc`],
    ],
  },
  { says: 'any version will do', steps: [...three, only('resourceVersion=0')] },
  { says: 'initial events are for watches', steps: [[`GET ${maps}?sendInitialEvents=true`]] },
  { says: 'a watch begins with what is there', steps: [...three, [`GET ${maps}?watch=1&timeoutSeconds=1`]] },
  {
    says: 'a watch follows a selector',
    steps: [...three, [`GET ${maps}?watch=1&timeoutSeconds=1&labelSelector=late`]],
  },
  {
    says: 'a watch of one object',
    steps: [...three, [`GET ${maps}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Db`]],
  },
  {
    says: 'a watch with a bookmark where the list ends',
    steps: [
      ...three,
      [
        `GET ${maps}?watch=1&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
      ],
    ],
  },
  {
    says: 'initial events need a version match',
    steps: [[`GET ${maps}?watch=1&sendInitialEvents=true`], [`GET ${maps}?watch=1&resourceVersionMatch=NotOlderThan`]],
  },
  {
    says: 'metadata alone',
    steps: [
      ...three,
      [`GET ${maps}/a`, undefined, { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' }],
      [
        `GET ${maps}?watch=1&timeoutSeconds=1`,
        undefined,
        { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
      ],
    ],
  },
  { says: 'media types that nobody speaks are refused', steps: [[`GET ${maps}`, undefined, { accept: 'text/html' }]] },
];
