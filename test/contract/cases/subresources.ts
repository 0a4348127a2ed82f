import type { Case, Step } from '../contract.ts';

const quiet = { quiet: true };
const merge = { type: 'application/merge-patch+json' };
const pods = '/api/v1/namespaces/$ns/pods';
const deployments = '/apis/apps/v1/namespaces/$ns/deployments';
const account: Step = ['POST /api/v1/namespaces/$ns/serviceaccounts', { metadata: { name: 'own' } }, quiet];
const pod = (more: object = {}): Step => [
  `POST ${pods}`,
  {
    metadata: { name: 'p', labels: { a: 'b' } },
    spec: {
      serviceAccountName: 'own',
      automountServiceAccountToken: false,
      containers: [{ name: 'c', image: 'i' }],
      ...more,
    },
  },
  quiet,
];
const deployment: Step = [
  `POST ${deployments}`,
  {
    metadata: { name: 'd', labels: { l: '1' } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  },
  quiet,
];
const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
const ready = { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } };

/** Status, scale, eviction, binding, tables and what else hangs on objects. */
export const subresources: Case[] = [
  {
    says: 'the status is set through its subresource alone',
    steps: [
      deployment,
      [`PATCH ${deployments}/d`, { status: { replicas: 9 } }, merge],
      [
        `PATCH ${deployments}/d/status`,
        { status: { replicas: 3 }, spec: { replicas: 7 }, metadata: { labels: { l: '2' }, annotations: { n: 'v' } } },
        merge,
      ],
      [`GET ${deployments}/d/status`],
    ],
  },
  {
    says: 'the status is replaced',
    steps: [
      deployment,
      [
        `PUT ${deployments}/d/status`,
        {
          metadata: { name: 'd' },
          spec: {
            selector: { matchLabels: { a: 'b' } },
            template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
          },
          status: { replicas: 2, updatedReplicas: 2, readyReplicas: 1, unavailableReplicas: 1 },
        },
      ],
    ],
  },
  {
    says: 'kinds without a status have no such subresource',
    steps: [['GET /api/v1/namespaces/$ns/configmaps/a/status']],
  },
  {
    says: 'a deployment is scaled',
    steps: [
      deployment,
      [`GET ${deployments}/d/scale`],
      [`PUT ${deployments}/d/scale`, { metadata: { name: 'd', namespace: '$ns' }, spec: { replicas: 4 } }],
      [`PATCH ${deployments}/d/scale`, { spec: { replicas: 0 } }, merge],
      [`PATCH ${deployments}/d/scale`, { spec: { replicas: -1 } }, merge],
      [`GET ${deployments}/none/scale`],
    ],
  },
  {
    says: 'a pod is bound to a node',
    steps: [
      account,
      pod(),
      [`POST ${pods}/p/binding`, { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } }],
      [`GET ${pods}/p`],
      [`POST ${pods}/p/binding`, { metadata: { name: 'p' }, target: { kind: 'Node', name: 'm' } }],
    ],
  },
  {
    says: 'a binding needs a node',
    steps: [account, pod(), [`POST ${pods}/p/binding`, { metadata: { name: 'p' }, target: {} }]],
  },
  {
    says: 'a pod is evicted',
    steps: [
      account,
      pod(),
      [`POST ${pods}/p/eviction`, { metadata: { name: 'p', namespace: '$ns' } }],
      [`GET ${pods}/p`],
    ],
  },
  {
    says: 'a budget keeps a pod',
    steps: [
      account,
      pod({ nodeName: 'n' }),
      [`PATCH ${pods}/p/status`, ready, { ...merge, quiet: true }],
      [
        'POST /apis/policy/v1/namespaces/$ns/poddisruptionbudgets',
        { metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } } },
        quiet,
      ],
      [
        'PATCH /apis/policy/v1/namespaces/$ns/poddisruptionbudgets/b/status',
        {
          status: {
            observedGeneration: 1,
            currentHealthy: 1,
            desiredHealthy: 1,
            expectedPods: 1,
            disruptionsAllowed: 0,
          },
        },
        { ...merge, quiet: true },
      ],
      [`POST ${pods}/p/eviction`, { metadata: { name: 'p', namespace: '$ns' } }],
    ],
  },
  {
    says: 'a budget lets a pod go',
    steps: [
      account,
      pod({ nodeName: 'n' }),
      [`PATCH ${pods}/p/status`, ready, { ...merge, quiet: true }],
      [
        'POST /apis/policy/v1/namespaces/$ns/poddisruptionbudgets',
        { metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } } },
        quiet,
      ],
      [
        'PATCH /apis/policy/v1/namespaces/$ns/poddisruptionbudgets/b/status',
        {
          status: {
            observedGeneration: 1,
            currentHealthy: 2,
            desiredHealthy: 1,
            expectedPods: 2,
            disruptionsAllowed: 1,
          },
        },
        { ...merge, quiet: true },
      ],
      [`POST ${pods}/p/eviction`, { metadata: { name: 'p', namespace: '$ns' } }],
      ['GET /apis/policy/v1/namespaces/$ns/poddisruptionbudgets/b'],
    ],
  },
  {
    says: 'an eviction of what is not there is refused',
    steps: [[`POST ${pods}/none/eviction`, { metadata: { name: 'none' } }]],
  },
  {
    says: 'the status of a pod',
    steps: [
      account,
      pod(),
      [
        `PATCH ${pods}/p/status`,
        {
          status: {
            phase: 'Running',
            podIP: '10.1.1.1',
            containerStatuses: [
              { name: 'c', ready: true, restartCount: 2, image: 'i', imageID: 'x', state: { running: {} } },
            ],
          },
        },
        merge,
      ],
    ],
  },
  {
    says: 'a table of pods',
    steps: [
      account,
      pod(),
      [`GET ${pods}`, undefined, table],
      [
        `PATCH ${pods}/p/status`,
        {
          status: {
            phase: 'Running',
            containerStatuses: [
              {
                name: 'c',
                ready: false,
                restartCount: 2,
                image: 'i',
                imageID: 'x',
                state: { waiting: { reason: 'CrashLoopBackOff' } },
              },
            ],
          },
        },
        { ...merge, quiet: true },
      ],
      [`GET ${pods}/p`, undefined, table],
    ],
  },
  {
    says: 'a table of deployments',
    steps: [
      deployment,
      [`GET ${deployments}`, undefined, table],
      [`GET ${deployments}?includeObject=None`, undefined, table],
      [`GET ${deployments}?includeObject=Object`, undefined, table],
      [`GET ${deployments}?includeObject=Foo`, undefined, table],
    ],
  },
  { says: 'a table of nothing', steps: [[`GET ${deployments}`, undefined, table]] },
  ...(
    [
      [
        '/api/v1/namespaces/$ns/services',
        {
          spec: {
            type: 'NodePort',
            selector: { a: 'b' },
            ports: [
              { port: 80, name: 'x' },
              { port: 81, protocol: 'UDP', name: 'y' },
            ],
          },
        },
      ],
      ['/api/v1/namespaces/$ns/configmaps', { data: { a: 'b', c: 'd' } }],
      ['/api/v1/namespaces/$ns/secrets', { stringData: { a: 'b' } }],
      ['/api/v1/namespaces/$ns/serviceaccounts', {}],
      [
        '/api/v1/namespaces/$ns/endpoints',
        {
          subsets: [
            {
              addresses: [{ ip: '10.1.1.1' }, { ip: '10.1.1.2' }],
              ports: [
                { port: 80, name: 'x' },
                { port: 81, name: 'y' },
              ],
            },
          ],
        },
      ],
      [
        '/api/v1/namespaces/$ns/persistentvolumeclaims',
        {
          spec: { accessModes: ['ReadWriteOnce'], storageClassName: 's', resources: { requests: { storage: '1Gi' } } },
        },
      ],
      ['/api/v1/namespaces/$ns/resourcequotas', { spec: { hard: { 'count/foos.x.io': '3' } } }],
      [
        '/api/v1/namespaces/$ns/events',
        {
          involvedObject: { kind: 'Pod', namespace: '$ns', name: 'p' },
          reason: 'r',
          message: 'm',
          type: 'Normal',
          count: 3,
          source: { component: 'c' },
        },
      ],
      [
        '/apis/apps/v1/namespaces/$ns/statefulsets',
        {
          spec: {
            serviceName: 's',
            selector: { matchLabels: { a: 'b' } },
            template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
          },
        },
      ],
      [
        '/apis/apps/v1/namespaces/$ns/daemonsets',
        {
          spec: {
            selector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b', 'c'] }] },
            template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
          },
        },
      ],
      [
        '/apis/apps/v1/namespaces/$ns/replicasets',
        {
          spec: {
            selector: { matchLabels: { a: 'b' } },
            template: {
              metadata: { labels: { a: 'b' } },
              spec: {
                containers: [
                  { name: 'c', image: 'i' },
                  { name: 'd', image: 'j' },
                ],
              },
            },
          },
        },
      ],
      [
        '/apis/batch/v1/namespaces/$ns/jobs',
        {
          spec: {
            completions: 3,
            template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
          },
        },
      ],
      [
        '/apis/batch/v1/namespaces/$ns/cronjobs',
        {
          spec: {
            schedule: '@daily',
            suspend: true,
            jobTemplate: {
              spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
            },
          },
        },
      ],
      [
        '/apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers',
        { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd' } } },
      ],
      ['/apis/policy/v1/namespaces/$ns/poddisruptionbudgets', { spec: { maxUnavailable: '10%', selector: {} } }],
      [
        '/apis/networking.k8s.io/v1/namespaces/$ns/ingresses',
        { spec: { ingressClassName: 'n', tls: [{ hosts: ['a.b'] }], rules: [{ host: 'a.b' }, { host: 'c.d' }] } },
      ],
      [
        '/apis/networking.k8s.io/v1/namespaces/$ns/networkpolicies',
        { spec: { podSelector: { matchLabels: { a: 'b' } } } },
      ],
      [
        '/apis/rbac.authorization.k8s.io/v1/namespaces/$ns/rolebindings',
        {
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
          subjects: [
            { kind: 'User', name: 'u' },
            { kind: 'User', name: 'v' },
            { kind: 'ServiceAccount', name: 's', namespace: 'n' },
          ],
        },
      ],
      ['/apis/coordination.k8s.io/v1/namespaces/$ns/leases', { spec: { holderIdentity: 'me' } }],
      [
        '/apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices',
        { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.1.1'] }], ports: [{ port: 80 }] },
      ],
    ] as [string, object][]
  ).map(
    ([path, body]): Case => ({
      says: `a table of ${path.split('/').at(-1)}`,
      ...(path.endsWith('/daemonsets') ? { differs: 'the metadata beside a row is all there is' } : {}),
      steps: [
        [`POST ${path}`, { metadata: { name: 'x' }, ...body }, quiet],
        [`GET ${path}/x`, undefined, table],
      ],
    }),
  ),
];
