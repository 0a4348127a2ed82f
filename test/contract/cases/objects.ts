import type { Case } from '../contract.ts';

const maps = '/api/v1/namespaces/$ns/configmaps';
const map = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more });
const merge = { type: 'application/merge-patch+json' };
const quiet = { quiet: true };

/** Creating, reading, replacing and deleting objects. */
export const objects: Case[] = [
  {
    says: 'a created object comes back with what the server adds',
    steps: [[`POST ${maps}`, map('a', { data: { x: '1' } })], [`GET ${maps}/a`]],
  },
  { says: 'apiVersion and kind of a body may be left out', steps: [[`POST ${maps}`, { metadata: { name: 'a' } }]] },
  {
    says: 'a name that exists is refused',
    steps: [
      [`POST ${maps}`, map('a'), quiet],
      [`POST ${maps}`, map('a')],
    ],
  },
  { says: 'a missing name is refused', steps: [[`POST ${maps}`, { metadata: {} }]] },
  { says: 'names are generated', steps: [[`POST ${maps}`, { metadata: { generateName: 'gen-' } }]] },
  {
    says: 'a name beats generateName',
    steps: [[`POST ${maps}`, { metadata: { name: 'a', generateName: 'gen-' } }, quiet], [`GET ${maps}/a`]],
  },
  {
    says: 'bad names are explained',
    steps: [
      [`POST ${maps}`, map('A_b')],
      [`POST ${maps}`, map('a'.repeat(254))],
      [`POST ${maps}`, map('-a')],
    ],
  },
  {
    says: 'bad labels are explained',
    steps: [
      [`POST ${maps}`, { metadata: { name: 'a', labels: { 'a b': 'c' } } }],
      [`POST ${maps}`, { metadata: { name: 'a', labels: { d: 'e f' } } }],
      [`POST ${maps}`, { metadata: { name: 'a', labels: { ok: 'x'.repeat(64) } } }],
    ],
  },
  {
    says: 'bad annotations are explained',
    steps: [[`POST ${maps}`, { metadata: { name: 'a', annotations: { 'a b': 'c' } } }]],
  },
  {
    says: 'bad owner references are explained',
    steps: [
      [
        `POST ${maps}`,
        { metadata: { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: '', uid: '' }] } },
      ],
    ],
  },
  {
    says: 'two controllers are one too many',
    steps: [
      [
        `POST ${maps}`,
        {
          metadata: {
            name: 'a',
            ownerReferences: [
              { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: '1', controller: true },
              { apiVersion: 'v1', kind: 'Pod', name: 'b', uid: '2', controller: true },
            ],
          },
        },
      ],
    ],
  },
  {
    says: 'finalizers have qualified names',
    steps: [[`POST ${maps}`, { metadata: { name: 'a', finalizers: ['plain'] } }]],
  },
  {
    says: 'server-set metadata of a body is ignored',
    steps: [
      [
        `POST ${maps}`,
        {
          metadata: {
            name: 'a',
            uid: 'mine',
            creationTimestamp: '2001-01-01T00:00:00Z',
            deletionTimestamp: '2001-01-01T00:00:00Z',
            generation: 7,
            selfLink: '/x',
          },
        },
      ],
    ],
  },
  {
    says: 'resourceVersion must not be set on create',
    steps: [[`POST ${maps}`, { metadata: { name: 'a', resourceVersion: '7' } }]],
  },
  {
    says: 'another namespace in the body is refused',
    steps: [[`POST ${maps}`, { metadata: { name: 'a', namespace: 'other' } }]],
  },
  {
    says: 'a namespace that is not there is refused',
    steps: [['POST /api/v1/namespaces/no-such-namespace/configmaps', map('a')]],
  },
  {
    says: 'another kind in the body is refused',
    steps: [[`POST ${maps}`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }]],
  },
  {
    says: 'another version in the body is refused',
    steps: [[`POST ${maps}`, { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'a' } }]],
  },
  {
    says: 'text that is no JSON is refused',
    steps: [
      [`POST ${maps}`, 'nonsense'],
      [`POST ${maps}`, '{"metadata":'],
    ],
  },
  { says: 'an unknown media type is refused', steps: [[`POST ${maps}`, 'a=b', { type: 'text/plain' }]] },
  {
    says: 'YAML is read',
    steps: [[`POST ${maps}`, 'metadata:\n  name: a\ndata:\n  x: "1"\n', { type: 'application/yaml' }]],
  },
  { says: 'unknown fields are warned of', steps: [[`POST ${maps}`, map('a', { foo: 1, data: { a: 'b' } })]] },
  {
    says: 'unknown fields are refused by a strict client',
    steps: [[`POST ${maps}?fieldValidation=Strict`, map('a', { foo: 1 })]],
  },
  {
    says: 'unknown fields are ignored on demand',
    steps: [[`POST ${maps}?fieldValidation=Ignore`, map('a', { foo: 1 })]],
  },
  {
    says: 'fields written twice are warned of',
    steps: [[`POST ${maps}`, '{"metadata":{"name":"a"},"data":{"x":"1","x":"2"}}']],
  },
  {
    says: 'fields written twice are refused by a strict client',
    steps: [[`POST ${maps}?fieldValidation=Strict`, '{"metadata":{"name":"a"},"data":{"x":"1","x":"2"}}']],
  },
  { says: 'a strange field validation is refused', steps: [[`POST ${maps}?fieldValidation=Foo`, map('a')]] },
  {
    says: 'values of a wrong type are refused',
    steps: [
      [`POST ${maps}`, map('a', { data: { x: 1 } })],
      [`POST ${maps}`, map('a', { data: 'x' })],
      [`POST ${maps}`, { metadata: 'a' }],
    ],
  },
  {
    says: 'keys of config maps are checked',
    steps: [
      [`POST ${maps}`, map('a', { data: { 'a b': '1' } })],
      [`POST ${maps}`, map('a', { data: { x: '1' }, binaryData: { x: 'MQ==' } })],
    ],
  },
  {
    says: 'an immutable config map stays as it is',
    steps: [
      [`POST ${maps}`, map('a', { data: { x: '1' }, immutable: true }), quiet],
      [`PATCH ${maps}/a`, { data: { x: '2' } }, merge],
      [`PATCH ${maps}/a`, { immutable: null }, merge],
    ],
  },
  { says: 'a dry run creates nothing', steps: [[`POST ${maps}?dryRun=All`, map('a')], [`GET ${maps}/a`]] },
  {
    says: 'a dry run of something that exists is refused',
    steps: [
      [`POST ${maps}`, map('a'), quiet],
      [`POST ${maps}?dryRun=All`, map('a')],
    ],
  },
  { says: 'a strange dry run is refused', steps: [[`POST ${maps}?dryRun=Some`, map('a')]] },
  {
    says: 'a missing object is named',
    steps: [[`GET ${maps}/none`], ['GET /apis/apps/v1/namespaces/$ns/deployments/none'], ['GET /api/v1/nodes/none']],
  },
  {
    says: 'PUT replaces',
    steps: [
      [`POST ${maps}`, map('a', { data: { x: '1' } }), quiet],
      [`PUT ${maps}/a`, map('a', { data: { y: '2' } })],
      [`GET ${maps}/a`],
    ],
  },
  {
    says: 'PUT of the same changes nothing',
    steps: [
      [`POST ${maps}`, map('a', { data: { x: '1' } }), quiet],
      [`PUT ${maps}/a`, map('a', { data: { x: '1' } })],
    ],
  },
  {
    says: 'PUT with an old version conflicts',
    steps: [
      [`POST ${maps}`, map('a'), quiet],
      [`PUT ${maps}/a`, { metadata: { name: 'a', resourceVersion: '1' } }],
    ],
  },
  {
    says: 'PUT under another name is refused',
    steps: [
      [`POST ${maps}`, map('a'), quiet],
      [`PUT ${maps}/a`, map('b')],
    ],
  },
  { says: 'PUT of what is not there is refused', steps: [[`PUT ${maps}/a`, map('a')]] },
  {
    says: 'PUT with another UID conflicts',
    steps: [
      [`POST ${maps}`, map('a'), quiet],
      [`PUT ${maps}/a`, { metadata: { name: 'a', uid: 'other' } }],
    ],
  },
  {
    says: 'PUT of a role that is not there creates it',
    differs: 'an empty list that is printed as null has no owner',
    steps: [['PUT /apis/rbac.authorization.k8s.io/v1/namespaces/$ns/roles/r', { metadata: { name: 'r' }, rules: [] }]],
  },
  {
    says: 'leases need a version to be replaced',
    steps: [
      ['POST /apis/coordination.k8s.io/v1/namespaces/$ns/leases', { metadata: { name: 'l' } }, quiet],
      ['PUT /apis/coordination.k8s.io/v1/namespaces/$ns/leases/l', { metadata: { name: 'l' } }],
    ],
  },
  {
    says: 'DELETE answers with a status',
    steps: [[`POST ${maps}`, map('a'), quiet], [`DELETE ${maps}/a`], [`GET ${maps}/a`]],
  },
  { says: 'DELETE of what is not there is refused', steps: [[`DELETE ${maps}/a`]] },
  {
    says: 'DELETE in a dry run deletes nothing',
    steps: [[`POST ${maps}`, map('a'), quiet], [`DELETE ${maps}/a?dryRun=All`], [`GET ${maps}/a`, undefined, quiet]],
  },
  {
    says: 'DELETE checks preconditions',
    steps: [
      [`POST ${maps}`, map('a'), quiet],
      [`DELETE ${maps}/a`, { preconditions: { uid: 'other' } }],
      [`DELETE ${maps}/a`, { preconditions: { resourceVersion: '1' } }],
    ],
  },
  {
    says: 'DELETE checks its options',
    steps: [
      [`POST ${maps}`, map('a'), quiet],
      [`DELETE ${maps}/a`, { propagationPolicy: 'Foo' }],
      [`DELETE ${maps}/a?propagationPolicy=Orphan`, { orphanDependents: true, propagationPolicy: 'Orphan' }],
      [`DELETE ${maps}/a?dryRun=Foo`],
    ],
  },
  {
    says: 'some kinds are shown when they are deleted',
    steps: [
      ['POST /api/v1/namespaces/$ns/serviceaccounts', { metadata: { name: 's' } }, quiet],
      ['DELETE /api/v1/namespaces/$ns/serviceaccounts/s'],
    ],
  },
  {
    says: 'finalizers hold a deleted object',
    steps: [
      [`POST ${maps}`, { metadata: { name: 'a', finalizers: ['x.io/y'] } }, quiet],
      [`DELETE ${maps}/a`],
      [`DELETE ${maps}/a`],
      [`PATCH ${maps}/a`, { metadata: { finalizers: null } }, merge],
      [`GET ${maps}/a`],
    ],
  },
  {
    says: 'no finalizer is added while an object is deleted',
    steps: [
      [`POST ${maps}`, { metadata: { name: 'a', finalizers: ['x.io/y'] } }, quiet],
      [`DELETE ${maps}/a`, undefined, quiet],
      [`PATCH ${maps}/a`, { metadata: { finalizers: ['x.io/y', 'x.io/z'] } }, merge],
      [`PATCH ${maps}/a`, { metadata: { finalizers: null } }, { ...merge, quiet: true }],
    ],
  },
  {
    says: 'foreground deletion is a finalizer',
    steps: [
      [`POST ${maps}`, map('a'), quiet],
      [`DELETE ${maps}/a`, { propagationPolicy: 'Foreground' }],
      [`PATCH ${maps}/a`, { metadata: { finalizers: null } }, { ...merge, quiet: true }],
    ],
  },
  {
    says: 'orphaning is a finalizer',
    steps: [
      [`POST ${maps}`, map('a'), quiet],
      [`DELETE ${maps}/a`, { propagationPolicy: 'Orphan' }],
      [`PATCH ${maps}/a`, { metadata: { finalizers: null } }, { ...merge, quiet: true }],
    ],
  },
  {
    says: 'a collection is deleted by selector',
    steps: [
      [`POST ${maps}`, { metadata: { name: 'a', labels: { k: '1' } } }, quiet],
      [`POST ${maps}`, { metadata: { name: 'b', labels: { k: '2' } } }, quiet],
      [`DELETE ${maps}?labelSelector=k%3D1`],
      [`GET ${maps}?labelSelector=k`],
    ],
  },
  {
    says: 'methods that a resource does not have are refused',
    steps: [
      [`POST ${maps}/a`, {}],
      [`PATCH ${maps}`, {}, merge],
      ['PUT /api/v1/configmaps', {}],
      ['POST /api/v1/configmaps', map('a')],
      ['DELETE /api/v1/bindings'],
    ],
  },
  {
    says: 'resources that there are not are refused',
    steps: [
      ['GET /api/v1/foos'],
      ['GET /apis/apps/v1/foos'],
      ['GET /apis/apps/v9/deployments'],
      ['GET /apis/no.such.group/v1/foos'],
      ['GET /nonsense'],
      [`GET ${maps}/a/foo`],
    ],
  },
  {
    says: 'a cluster-scoped kind lies in no namespace',
    steps: [
      ['GET /api/v1/namespaces/$ns/nodes'],
      ['POST /apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: '$ns', namespace: 'x' }, value: 1 }],
    ],
  },
  { says: 'a namespaced object has no address without its namespace', steps: [['GET /api/v1/configmaps/a']] },
  {
    says: 'the field manager is the client unless it says otherwise',
    steps: [
      [`POST ${maps}?fieldManager=me`, map('a', { data: { x: '1' } })],
      [`PATCH ${maps}/a`, { data: { y: '2' } }, merge],
    ],
  },
  { says: 'a long field manager is refused', steps: [[`POST ${maps}?fieldManager=${'x'.repeat(129)}`, map('a')]] },
  {
    says: 'managed fields are cleared with one empty entry',
    steps: [
      [`POST ${maps}`, map('a', { data: { x: '1' } }), quiet],
      [`PATCH ${maps}/a`, { metadata: { managedFields: [{}] } }, merge],
    ],
  },
  {
    says: 'system namespaces stay',
    steps: [['DELETE /api/v1/namespaces/default'], ['DELETE /api/v1/namespaces/kube-system']],
  },
  { says: 'a namespace has its name as a label and a finalizer', steps: [['GET /api/v1/namespaces/$ns']] },
  {
    says: 'nothing is created in a namespace that goes',
    steps: [['DELETE /api/v1/namespaces/$ns'], [`POST ${maps}`, map('a')]],
  },
  {
    says: 'a namespace is finalized through its subresource',
    steps: [['PATCH /api/v1/namespaces/$ns', { spec: { finalizers: ['kubernetes', 'x.io/y'] } }, merge]],
  },
];
