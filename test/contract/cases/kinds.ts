import type { Case } from '../contract.ts';

const labels = { a: 'b' };
const containers = [{ name: 'c', image: 'i' }];
const template = { metadata: { labels }, spec: { containers } };
const once = { metadata: { labels }, spec: { restartPolicy: 'Never', containers } };
const selector = { matchLabels: labels };
const pods = '/api/v1/namespaces/$ns/pods';
// A pod that asks for nothing a controller would have to make first.
const pod = (name: string, more: object = {}) => ({
  metadata: { name },
  spec: { serviceAccountName: 'own', automountServiceAccountToken: false, containers, ...more },
});
const account = [
  'POST /api/v1/namespaces/$ns/serviceaccounts',
  { metadata: { name: 'own' } },
  { quiet: true },
] as const;
const created = (path: string, body: object, name = 'x') => [`POST ${path}`, { metadata: { name }, ...body }] as const;
const own = (path: string) => path.replace(/^(\/apis\/[^/]+\/v\d|\/api\/v1)\//, '$1/namespaces/$ns/');

/** A new object of every kind, with what the server adds; and one replaced, patched and deleted. */
const namespaced: [string, object][] = [
  ['/api/v1/services', { spec: { ports: [{ port: 80 }] } }],
  ['/api/v1/secrets', { stringData: { a: 'b' } }],
  ['/api/v1/serviceaccounts', {}],
  ['/api/v1/endpoints', { subsets: [{ addresses: [{ ip: '10.1.1.1' }], ports: [{ port: 80 }] }] }],
  ['/api/v1/limitranges', { spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } }],
  ['/api/v1/resourcequotas', { spec: { hard: { 'count/foos.ex.org': '10' } } }],
  [
    '/api/v1/persistentvolumeclaims',
    { spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1Gi' } } } },
  ],
  ['/api/v1/podtemplates', { template }],
  ['/api/v1/replicationcontrollers', { spec: { selector: labels, template } }],
  ['/apis/apps/v1/deployments', { spec: { selector, template } }],
  ['/apis/apps/v1/replicasets', { spec: { selector, template } }],
  ['/apis/apps/v1/daemonsets', { spec: { selector, template } }],
  [
    '/apis/apps/v1/statefulsets',
    {
      spec: {
        serviceName: 's',
        selector,
        template,
        volumeClaimTemplates: [
          {
            metadata: { name: 'v' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    },
  ],
  ['/apis/apps/v1/controllerrevisions', { revision: 1, data: { a: 'b' } }],
  ['/apis/batch/v1/jobs', { spec: { template: once } }],
  ['/apis/batch/v1/cronjobs', { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: once } } } }],
  [
    '/apis/autoscaling/v2/horizontalpodautoscalers',
    { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' } } },
  ],
  ['/apis/policy/v1/poddisruptionbudgets', { spec: { minAvailable: 1, selector } }],
  [
    '/apis/networking.k8s.io/v1/ingresses',
    {
      spec: {
        rules: [
          {
            host: 'a.b',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }],
            },
          },
        ],
      },
    },
  ],
  [
    '/apis/networking.k8s.io/v1/networkpolicies',
    { spec: { podSelector: {}, ingress: [{ from: [{ podSelector: selector }] }] } },
  ],
  ['/apis/rbac.authorization.k8s.io/v1/roles', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }],
  [
    '/apis/rbac.authorization.k8s.io/v1/rolebindings',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    },
  ],
  ['/apis/coordination.k8s.io/v1/leases', { spec: { holderIdentity: 'me', leaseDurationSeconds: 15 } }],
  [
    '/apis/discovery.k8s.io/v1/endpointslices',
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.1.1'] }], ports: [{ port: 80 }] },
  ],
];
const cluster: [string, object][] = [
  [
    '/api/v1/persistentvolumes',
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } },
  ],
  ['/api/v1/nodes', { spec: { unschedulable: true } }],
  ['/apis/rbac.authorization.k8s.io/v1/clusterroles', { rules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }] }],
  [
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
      subjects: [{ kind: 'Group', name: 'g' }],
    },
  ],
  ['/apis/storage.k8s.io/v1/storageclasses', { provisioner: 'x.io/y' }],
  ['/apis/storage.k8s.io/v1/csidrivers', { spec: {} }],
  ['/apis/scheduling.k8s.io/v1/priorityclasses', { value: 5 }],
  ['/apis/networking.k8s.io/v1/ingressclasses', { spec: { controller: 'x.io/y' } }],
  ['/apis/node.k8s.io/v1/runtimeclasses', { handler: 'x' }],
  [
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
    {
      webhooks: [
        {
          name: 'a.b.c',
          clientConfig: { service: { name: 's', namespace: 'n' } },
          rules: [{ operations: ['CREATE'], apiGroups: ['x.io'], apiVersions: ['v1'], resources: ['ys'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    },
  ],
  [
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    {
      webhooks: [
        {
          name: 'a.b.c',
          clientConfig: { url: 'https://127.0.0.1:9/x' },
          rules: [{ operations: ['*'], apiGroups: ['x.io'], apiVersions: ['*'], resources: ['ys'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    },
  ],
];
const merge = { type: 'application/merge-patch+json' };

export const kinds: Case[] = [
  ...namespaced.map(
    ([path, body]): Case => ({
      says: `${path} in a namespace`,
      steps: [
        created(own(path), body),
        [`GET ${own(path)}/x`],
        [`PATCH ${own(path)}/x`, { metadata: { annotations: { n: 'v' } } }, merge],
      ],
    }),
  ),
  ...cluster.map(
    ([path, body]): Case => ({
      says: `${path} in the cluster`,
      steps: [created(path, body, '$ns'), [`PATCH ${path}/$ns`, { metadata: { annotations: { n: 'v' } } }, merge]],
    }),
  ),
  ...[...namespaced.map(([path]) => path), ...cluster.map(([path]) => path)].map(
    (path): Case => ({
      says: `${path} with nothing in it`,
      steps: [
        [`POST ${namespaced.some(([other]) => other === path) ? own(path) : path}`, { metadata: { name: '$ns' } }],
      ],
    }),
  ),
  { says: 'a pod', steps: [account, [`POST ${pods}`, pod('p')], [`GET ${pods}/p`]] },
  {
    says: 'a pod with much in it',
    steps: [
      account,
      [
        `POST ${pods}`,
        pod('p', {
          initContainers: [{ name: 'init', image: 'i:1', command: ['a'] }],
          containers: [
            {
              name: 'c',
              image: 'i:1',
              ports: [{ containerPort: 80 }],
              env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
              livenessProbe: { httpGet: { port: 80 } },
              readinessProbe: { tcpSocket: { port: 80 } },
              resources: { limits: { cpu: '1', memory: '1Gi' } },
              volumeMounts: [{ name: 'v', mountPath: '/v' }],
            },
          ],
          volumes: [
            { name: 'v', emptyDir: {} },
            { name: 'w', configMap: { name: 'm' } },
            { name: 's', secret: { secretName: 's' } },
            { name: 'h', hostPath: { path: '/x' } },
          ],
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }],
              },
            },
          },
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector },
          ],
        }),
      ],
    ],
  },
  {
    says: 'a pod that runs nowhere goes at once',
    steps: [account, [`POST ${pods}`, pod('p'), { quiet: true }], [`DELETE ${pods}/p`], [`GET ${pods}/p`]],
  },
  {
    says: 'a pod on a node has time to end',
    steps: [
      account,
      [`POST ${pods}`, pod('p', { nodeName: 'n', terminationGracePeriodSeconds: 20 }), { quiet: true }],
      [`DELETE ${pods}/p`],
      [`DELETE ${pods}/p?gracePeriodSeconds=5`],
      [`DELETE ${pods}/p?gracePeriodSeconds=0`],
      [`GET ${pods}/p`],
    ],
  },
  {
    says: 'a pod of an unknown priority class is refused',
    steps: [account, [`POST ${pods}`, pod('p', { priorityClassName: 'none' })]],
  },
  {
    says: 'a pod of a priority class has its value',
    steps: [account, [`POST ${pods}`, pod('p', { priorityClassName: 'system-node-critical' })]],
  },
  {
    says: 'a pod of an unknown runtime class is refused',
    steps: [account, [`POST ${pods}`, pod('p', { runtimeClassName: 'none' })]],
  },
  {
    says: 'classes of quality',
    steps: [
      account,
      [`POST ${pods}`, pod('p', { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] })],
      [
        `POST ${pods}`,
        pod('q', { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1', memory: '1Gi' } } }] }),
      ],
    ],
  },
  {
    says: 'a node port',
    steps: [created('/api/v1/namespaces/$ns/services', { spec: { type: 'NodePort', ports: [{ port: 80 }] } })],
  },
  {
    says: 'a node port out of range is refused',
    steps: [
      created('/api/v1/namespaces/$ns/services', { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] } }),
    ],
  },
  {
    says: 'a load balancer',
    steps: [created('/api/v1/namespaces/$ns/services', { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } })],
  },
  {
    says: 'a headless service',
    steps: [
      created('/api/v1/namespaces/$ns/services', {
        spec: { clusterIP: 'None', selector: labels, ports: [{ port: 80 }] },
      }),
      created('/api/v1/namespaces/$ns/services', { spec: { clusterIP: 'None' } }, 'y'),
    ],
  },
  {
    says: 'an external name',
    steps: [created('/api/v1/namespaces/$ns/services', { spec: { type: 'ExternalName', externalName: 'a.b' } })],
  },
  {
    says: 'addresses of services are given once',
    steps: [
      created('/api/v1/namespaces/$ns/services', { spec: { clusterIP: '10.96.0.1', ports: [{ port: 80 }] } }),
      created('/api/v1/namespaces/$ns/services', { spec: { clusterIP: '11.0.0.1', ports: [{ port: 80 }] } }),
    ],
  },
  {
    says: 'the address of a service stays',
    steps: [
      [
        'POST /api/v1/namespaces/$ns/services',
        { metadata: { name: 'x' }, spec: { ports: [{ port: 80 }] } },
        { quiet: true },
      ],
      ['PUT /api/v1/namespaces/$ns/services/x', { metadata: { name: 'x' }, spec: { ports: [{ port: 81 }] } }],
      ['PATCH /api/v1/namespaces/$ns/services/x', { spec: { clusterIP: '10.96.77.77' } }, merge],
      ['PATCH /api/v1/namespaces/$ns/services/x', { spec: { type: 'NodePort' } }, merge],
      ['PATCH /api/v1/namespaces/$ns/services/x', { spec: { type: 'ClusterIP' } }, merge],
    ],
  },
  {
    says: 'an event',
    steps: [
      created('/api/v1/namespaces/$ns/events', {
        involvedObject: { kind: 'Pod', namespace: '$ns', name: 'p' },
        reason: 'r',
        message: 'm',
        type: 'Normal',
        count: 1,
      }),
      ['GET /apis/events.k8s.io/v1/namespaces/$ns/events/x'],
      ['GET /api/v1/namespaces/$ns/events?fieldSelector=involvedObject.name%3Dp'],
    ],
  },
  {
    says: 'an autoscaler in its old version',
    steps: [
      created('/apis/autoscaling/v1/namespaces/$ns/horizontalpodautoscalers', {
        spec: {
          maxReplicas: 3,
          targetCPUUtilizationPercentage: 50,
          scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
        },
      }),
      ['GET /apis/autoscaling/v2/namespaces/$ns/horizontalpodautoscalers/x'],
      ['GET /apis/autoscaling/v1/namespaces/$ns/horizontalpodautoscalers/x'],
    ],
  },
  {
    says: 'a job with a selector of its own',
    steps: [
      created('/apis/batch/v1/namespaces/$ns/jobs', { spec: { manualSelector: true, selector, template: once } }),
    ],
  },
  {
    says: 'the generation of a policy of endpoints',
    differs: 'an empty list that is printed as null has no owner',
    steps: [
      created('/apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices', { addressType: 'IPv4', endpoints: [] }),
      ['PATCH /apis/discovery.k8s.io/v1/namespaces/$ns/endpointslices/x', { metadata: { labels: { a: 'b' } } }, merge],
    ],
  },
];
