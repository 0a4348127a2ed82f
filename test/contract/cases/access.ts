import type { Case, Step } from '../contract.ts';

const maps = '/api/v1/namespaces/$ns/configmaps';
const quiet = { quiet: true };
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const role = (rules: object[]): Step => [
  `POST ${rbac}/namespaces/$ns/roles`,
  { metadata: { name: 'r' }, rules },
  quiet,
];
const bind = (subject: object, kind = 'Role', name = 'r'): Step => [
  `POST ${rbac}/namespaces/$ns/rolebindings`,
  { metadata: { name: 'b' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name }, subjects: [subject] },
  quiet,
];
const user = { kind: 'User', name: 'bob', apiGroup: 'rbac.authorization.k8s.io' };
/** The real server takes up bindings after a moment. */
const settled: Step = [`GET ${maps}?watch=1&timeoutSeconds=1`, undefined, quiet];
const bob = { as: 'bob' };
const can = (spec: object, as = 'bob'): Step => [
  'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  { spec },
  { as },
];

/** Who may do what. */
export const access: Case[] = [
  {
    says: 'nobody may do anything',
    steps: [
      [`GET ${maps}`, undefined, bob],
      [`GET ${maps}/a`, undefined, bob],
      [`POST ${maps}`, { metadata: { name: 'a' } }, bob],
      [`DELETE ${maps}/a`, undefined, bob],
      ['GET /api/v1/nodes', undefined, bob],
      ['GET /apis/apps/v1/namespaces/$ns/deployments/d/scale', undefined, bob],
    ],
  },
  {
    says: 'discovery is for all who are somebody',
    steps: [
      ['GET /apis/apps', undefined, bob],
      ['GET /healthz', undefined, bob],
      ['GET /metrics', undefined, bob],
    ],
  },
  {
    says: 'a role lets its subjects in',
    steps: [
      role([{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }]),
      bind(user),
      settled,
      [`GET ${maps}`, undefined, bob],
      [`GET ${maps}/a`, undefined, bob],
      [`POST ${maps}`, { metadata: { name: 'a' } }, bob],
      ['GET /api/v1/configmaps', undefined, bob],
    ],
  },
  {
    says: 'a role for one name',
    steps: [
      role([{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'], verbs: ['get'] }]),
      bind(user),
      settled,
      [`GET ${maps}/a`, undefined, bob],
      [`GET ${maps}/b`, undefined, bob],
    ],
  },
  {
    says: 'a role for a subresource',
    steps: [
      role([{ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['get'] }]),
      bind(user),
      settled,
      ['GET /apis/apps/v1/namespaces/$ns/deployments/d/scale', undefined, bob],
      ['GET /apis/apps/v1/namespaces/$ns/deployments/d', undefined, bob],
    ],
  },
  {
    says: 'a role of the cluster in one namespace',
    steps: [
      [
        `POST ${rbac}/clusterroles`,
        { metadata: { name: '$ns' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }] },
        quiet,
      ],
      bind(user, 'ClusterRole', '$ns'),
      settled,
      [`GET ${maps}`, undefined, bob],
      ['GET /api/v1/namespaces/$ns/secrets', undefined, bob],
      ['GET /api/v1/namespaces/default/configmaps', undefined, bob],
    ],
  },
  {
    says: 'a group of service accounts',
    steps: [
      role([{ apiGroups: ['*'], resources: ['*'], verbs: ['get'] }]),
      bind({ kind: 'Group', name: 'system:serviceaccounts:$ns', apiGroup: 'rbac.authorization.k8s.io' }),
      settled,
      [`GET ${maps}/a`, undefined, { as: 'system:serviceaccount:$ns:default' }],
      [`GET ${maps}/a`, undefined, { as: 'system:serviceaccount:default:default' }],
    ],
  },
  {
    says: 'a service account',
    steps: [
      role([{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }]),
      bind({ kind: 'ServiceAccount', name: 's', namespace: '$ns' }),
      settled,
      [`GET ${maps}/a`, undefined, { as: 'system:serviceaccount:$ns:s' }],
      [`GET ${maps}/a`, undefined, { as: 'system:serviceaccount:$ns:t' }],
    ],
  },
  {
    says: 'nobody gives what he does not have',
    steps: [
      role([{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['*'] }]),
      bind(user),
      settled,
      [
        `POST ${rbac}/namespaces/$ns/roles`,
        { metadata: { name: 'mine' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
        bob,
      ],
      [
        `POST ${rbac}/namespaces/$ns/rolebindings`,
        {
          metadata: { name: 'mine' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
          subjects: [user],
        },
        bob,
      ],
      [
        `POST ${rbac}/namespaces/$ns/rolebindings`,
        {
          metadata: { name: 'own' },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
          subjects: [user],
        },
        bob,
      ],
    ],
  },
  {
    says: 'asking what one may do',
    steps: [
      role([{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]),
      bind(user),
      settled,
      can({ resourceAttributes: { namespace: '$ns', verb: 'get', resource: 'pods' } }),
      can({ resourceAttributes: { namespace: '$ns', verb: 'list', resource: 'pods' } }),
      can({ nonResourceAttributes: { path: '/apis', verb: 'get' } }),
      can({}),
    ],
  },
  {
    says: 'asking what another may do',
    steps: [
      role([{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]),
      bind(user),
      settled,
      [
        'POST /apis/authorization.k8s.io/v1/subjectaccessreviews',
        { spec: { user: 'bob', resourceAttributes: { namespace: '$ns', verb: 'get', resource: 'pods' } } },
      ],
      [
        'POST /apis/authorization.k8s.io/v1/namespaces/$ns/localsubjectaccessreviews',
        {
          metadata: { namespace: '$ns' },
          spec: { user: 'ann', resourceAttributes: { namespace: '$ns', verb: 'get', resource: 'pods' } },
        },
      ],
    ],
  },
  { says: 'asking who one is', steps: [['POST /apis/authentication.k8s.io/v1/selfsubjectreviews', {}, bob]] },
  {
    says: 'a token that is none',
    steps: [['POST /apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'nonsense' } }]],
  },
  {
    says: 'a token of a service account',
    steps: [
      ['POST /api/v1/namespaces/$ns/serviceaccounts', { metadata: { name: 's' } }, quiet],
      ['POST /api/v1/namespaces/$ns/serviceaccounts/s/token', { spec: { expirationSeconds: 600 } }, quiet],
      ['POST /api/v1/namespaces/$ns/serviceaccounts/s/token', { spec: { expirationSeconds: 5 } }],
      ['POST /api/v1/namespaces/$ns/serviceaccounts/none/token', {}],
    ],
  },
  {
    says: 'a role of roles',
    steps: [
      [
        `POST ${rbac}/clusterroles`,
        {
          metadata: { name: '$ns' },
          aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'x.io/$ns': 'yes' } }] },
        },
      ],
    ],
  },
  {
    says: 'a binding keeps its role',
    steps: [
      bind(user),
      settled,
      [
        `PATCH ${rbac}/namespaces/$ns/rolebindings/b`,
        { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'other' } },
        { type: 'application/merge-patch+json' },
      ],
    ],
  },
];
