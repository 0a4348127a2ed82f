import type { Case, Step } from '../contract.ts';

const quiet = { quiet: true };
const pods = '/api/v1/namespaces/$ns/pods';
const account: Step = ['POST /api/v1/namespaces/$ns/serviceaccounts', { metadata: { name: 'own' } }, quiet];
const pod = (name: string, resources?: object, options?: Step[2]): Step => [
  `POST ${pods}`,
  {
    metadata: { name },
    spec: {
      serviceAccountName: 'own',
      automountServiceAccountToken: false,
      containers: [{ name: 'c', image: 'i', ...(resources === undefined ? {} : { resources }) }],
    },
  },
  options,
];
const quota = (hard: object, more: object = {}): Step => [
  'POST /api/v1/namespaces/$ns/resourcequotas',
  { metadata: { name: 'q' }, spec: { hard, ...more } },
  quiet,
];
/** The status that the real server's controller would set: admission there counts from it. */
const counted = (hard: object, used: object): Step => [
  'PATCH /api/v1/namespaces/$ns/resourcequotas/q/status',
  { status: { hard, used } },
  { type: 'application/merge-patch+json', quiet: true },
];
const limits = (limit: object): Step => [
  'POST /api/v1/namespaces/$ns/limitranges',
  { metadata: { name: 'l' }, spec: { limits: [{ type: 'Container', ...limit }] } },
  quiet,
];

/** Bound to the namespace of the case, so that nobody else is asked. */
const policy = (spec: object): Step => [
  'POST /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  {
    metadata: { name: '$ns' },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '$ns' } },
      },
      ...spec,
    },
  },
  quiet,
];
const bound = (spec: object = {}): Step => [
  'POST /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
  { metadata: { name: '$ns' }, spec: { policyName: '$ns', validationActions: ['Deny'], ...spec } },
  quiet,
];
/** The real server takes up policies after a moment. */
const settled: Step = ['GET /api/v1/namespaces/$ns/pods?watch=1&timeoutSeconds=5', undefined, quiet];
const map = (): Step => [
  'POST /api/v1/namespaces/$ns/configmaps',
  { metadata: { name: 'a' }, data: { x: '5', y: '6' } },
];

/** What namespaces allow in all, and each container in it. */
export const admission: Case[] = [
  {
    says: 'a quota of pods',
    steps: [account, quota({ pods: '1' }), counted({ pods: '1' }, { pods: '0' }), pod('a', undefined, quiet), pod('b')],
  },
  {
    says: 'a quota of processors',
    steps: [
      account,
      quota({ 'requests.cpu': '1' }),
      counted({ 'requests.cpu': '1' }, { 'requests.cpu': '0' }),
      pod('a', { requests: { cpu: '600m' } }, quiet),
      pod('b', { requests: { cpu: '600m' } }),
      pod('c'),
    ],
  },
  {
    says: 'a quota of config maps',
    steps: [
      quota({ 'count/configmaps': '1' }),
      counted({ 'count/configmaps': '1' }, { 'count/configmaps': '0' }),
      ['POST /api/v1/namespaces/$ns/configmaps', { metadata: { name: 'a' } }, quiet],
      ['POST /api/v1/namespaces/$ns/configmaps', { metadata: { name: 'b' } }],
    ],
  },
  {
    says: 'a limit range gives what nobody asked for',
    steps: [
      account,
      limits({ default: { cpu: '500m', memory: '1Gi' }, defaultRequest: { cpu: '100m' } }),
      pod('a'),
      pod('b', { limits: { cpu: '2' } }),
    ],
  },
  {
    says: 'a limit range refuses what is too much or too little',
    steps: [
      account,
      limits({ max: { cpu: '1' }, min: { cpu: '100m' } }),
      pod('a', { limits: { cpu: '2' } }),
      pod('b', { limits: { cpu: '1' }, requests: { cpu: '50m' } }),
    ],
  },
  ...(
    [
      ['refuses', { expression: 'object.data.size() < 2' }],
      ['refuses in words', { expression: "has(object.data) && object.data.x == '1'", message: 'x must be 1' }],
      [
        'refuses in words that it makes',
        { expression: "object.metadata.name.startsWith('z')", messageExpression: "'not ' + object.metadata.name" },
      ],
      ['refuses with a reason', { expression: 'false', reason: 'Forbidden' }],
      ['cannot be evaluated', { expression: 'object.none.below == 1' }],
      ['lets pass', { expression: "object.metadata.name == 'a'" }],
      ['knows the request', { expression: "request.operation == 'UPDATE' || request.userInfo.username == 'nobody'" }],
      ['knows the namespace', { expression: "namespaceObject.metadata.name == 'other'" }],
    ] as [string, object][]
  ).map(
    ([says, validation]): Case => ({
      says: `a policy ${says}`,
      steps: [policy({ validations: [validation] }), bound(), settled, map()],
    }),
  ),
  {
    says: 'a policy warns',
    steps: [
      policy({ validations: [{ expression: 'false', message: 'no' }] }),
      bound({ validationActions: ['Warn'] }),
      settled,
      map(),
    ],
  },
  {
    says: 'a policy is asked under conditions',
    steps: [
      policy({
        matchConditions: [{ name: 'c', expression: "object.metadata.name == 'b'" }],
        validations: [{ expression: 'false' }],
      }),
      bound(),
      settled,
      map(),
    ],
  },
  {
    says: 'a policy has variables',
    steps: [
      policy({
        variables: [{ name: 'n', expression: 'object.data.size()' }],
        validations: [{ expression: 'variables.n > 5', message: 'too little' }],
      }),
      bound(),
      settled,
      map(),
    ],
  },
];
