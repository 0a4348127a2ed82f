import type { Case, Step } from '../contract.ts';

const type = 'application/apply-patch+yaml';
const maps = '/api/v1/namespaces/$ns/configmaps';
const deployments = '/apis/apps/v1/namespaces/$ns/deployments';
const services = '/api/v1/namespaces/$ns/services';
const quiet = { quiet: true };
const map = (data: object | undefined, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  ...(data === undefined ? {} : { data }),
});
const apply = (manager: string, body: object, query = '', path = `${maps}/a`): Step => [
  `PATCH ${path}?fieldManager=${manager}${query}`,
  body,
  { type },
];
const silent = (step: Step): Step => [step[0], step[1], { ...step[2], quiet: true }];
const force = '&force=true';
const deployment = (containers: object[], more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers } },
    ...more,
  },
});
const deploy = (manager: string, containers: object[], query = '', more: object = {}): Step =>
  apply(manager, deployment(containers, more), query, `${deployments}/d`);
const service = (manager: string, ports: object[], query = ''): Step =>
  apply(
    manager,
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports } },
    query,
    `${services}/s`,
  );

/** Server-side apply: ownership, conflicts, lists by key. */
export const applies: Case[] = [
  { says: 'an apply creates', steps: [apply('one', map({ x: '1' })), [`GET ${maps}/a`]] },
  { says: 'an apply needs a manager', steps: [[`PATCH ${maps}/a`, map({}), { type }]] },
  {
    says: 'an apply of the same changes nothing',
    steps: [silent(apply('one', map({ x: '1' }))), apply('one', map({ x: '1' }))],
  },
  {
    says: 'an apply removes what it set before',
    steps: [silent(apply('one', map({ x: '1', y: '2' }))), apply('one', map({ y: '2' }))],
  },
  {
    says: 'an apply of nothing removes everything it set',
    steps: [silent(apply('one', map({ x: '1' }))), apply('one', map(undefined))],
  },
  {
    says: 'an apply of an empty map owns the map',
    steps: [apply('one', map({})), apply('one', map({ x: '1' })), apply('one', map({}))],
  },
  {
    says: 'two who say the same share it',
    steps: [silent(apply('one', map({ x: '1' }))), apply('two', map({ x: '1' }))],
  },
  {
    says: 'a shared field stays until the last one leaves',
    steps: [
      silent(apply('one', map({ x: '1' }))),
      silent(apply('two', map({ x: '1' }))),
      apply('one', map(undefined)),
      apply('two', map(undefined)),
    ],
  },
  {
    says: 'who says otherwise conflicts',
    steps: [silent(apply('one', map({ x: '1' }))), apply('two', map({ x: '2' }))],
  },
  {
    says: 'several conflicts are listed',
    steps: [
      silent(apply('one', map({ x: '1', y: '1' }))),
      silent(apply('two', map({ z: '1' }))),
      apply('three', map({ x: '2', y: '2', z: '2' })),
    ],
  },
  {
    says: 'a forced apply takes over',
    steps: [silent(apply('one', map({ x: '1', y: '1' }))), apply('two', map({ x: '2' }), force)],
  },
  {
    says: 'an update conflicts with a later apply',
    steps: [[`POST ${maps}`, map({ x: '1' }), quiet], apply('one', map({ x: '2' }))],
  },
  {
    says: 'an update takes a field away from its applier',
    steps: [
      silent(apply('one', map({ x: '1', y: '1' }))),
      [`PATCH ${maps}/a`, { data: { x: '2' } }, { type: 'application/merge-patch+json' }],
      apply('one', map({ x: '1', y: '1' })),
    ],
  },
  {
    says: 'an update that removes a field frees it',
    steps: [
      silent(apply('one', map({ x: '1', y: '1' }))),
      [`PATCH ${maps}/a`, { data: { x: null } }, { type: 'application/merge-patch+json' }],
    ],
  },
  {
    says: 'labels and annotations are owned one by one',
    steps: [
      silent(apply('one', map(undefined, { labels: { a: '1' }, annotations: { b: '2' } }))),
      apply('two', map(undefined, { labels: { c: '3' } })),
      apply('one', map(undefined)),
    ],
  },
  {
    says: 'finalizers are a set',
    steps: [
      silent(apply('one', map(undefined, { finalizers: ['x.io/a'] }))),
      apply('two', map(undefined, { finalizers: ['x.io/b'] })),
      apply('one', map(undefined)),
      silent(apply('two', map(undefined))),
    ],
  },
  {
    says: 'owner references are keyed by UID',
    steps: [
      apply('one', map(undefined, { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u1' }] })),
      apply('two', map(undefined, { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'q', uid: 'u2' }] })),
    ],
  },
  { says: 'null sets a field to nothing', steps: [apply('one', map({ x: null }))] },
  { says: 'managed fields must not be applied', steps: [apply('one', map({}, { managedFields: [{ manager: 'x' }] }))] },
  {
    says: 'another kind is refused',
    steps: [apply('one', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } })],
  },
  { says: 'a missing kind is refused', steps: [apply('one', { metadata: { name: 'a' } })] },
  {
    says: 'another name is refused',
    steps: [apply('one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } })],
  },
  {
    says: 'YAML is applied',
    steps: [
      [
        `PATCH ${maps}/a?fieldManager=one`,
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: "1"\n',
        { type },
      ],
    ],
  },
  {
    says: 'unknown fields are refused by a strict apply',
    steps: [apply('one', { ...map({}), foo: 1 }, '&fieldValidation=Strict'), apply('one', { ...map({}), foo: 1 })],
  },
  { says: 'wrong types are refused', steps: [apply('one', map({ x: 1 }))] },
  {
    says: 'an apply in a dry run changes nothing',
    steps: [apply('one', map({ x: '1' }), '&dryRun=All'), [`GET ${maps}/a`]],
  },
  {
    says: 'an apply of another version conflicts',
    steps: [silent(apply('one', map({ x: '1' }))), apply('one', map({ x: '2' }, { resourceVersion: '1' }))],
  },
  {
    says: "a deployment is defaulted, and its defaults are nobody's",
    steps: [deploy('one', [{ name: 'c', image: 'i' }])],
  },
  {
    says: 'containers are keyed by name',
    steps: [
      silent(deploy('one', [{ name: 'c', image: 'i' }])),
      deploy('two', [{ name: 'd', image: 'j' }]),
      deploy('one', [{ name: 'c', image: 'k' }]),
    ],
  },
  { says: 'a container without a name is refused', steps: [deploy('one', [{ image: 'i' }])] },
  {
    says: 'two containers of one name are refused',
    steps: [
      deploy('one', [
        { name: 'c', image: 'i' },
        { name: 'c', image: 'j' },
      ]),
    ],
  },
  {
    says: 'variables are keyed by name, and keep the order of who applies',
    steps: [
      silent(
        deploy('one', [
          {
            name: 'c',
            image: 'i',
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
          },
        ]),
      ),
      deploy('two', [{ name: 'c', env: [{ name: 'C', value: '3' }] }]),
      deploy('one', [
        {
          name: 'c',
          image: 'i',
          env: [
            { name: 'B', value: '2' },
            { name: 'A', value: '1' },
          ],
        },
      ]),
    ],
  },
  {
    says: 'ports are keyed by number and protocol',
    steps: [
      silent(
        deploy('one', [
          { name: 'c', image: 'i', ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }] },
        ]),
      ),
      deploy('one', [{ name: 'c', image: 'i', ports: [{ containerPort: 80, protocol: 'TCP', name: 'http' }] }]),
    ],
  },
  {
    says: 'commands are one piece',
    steps: [
      silent(deploy('one', [{ name: 'c', image: 'i', args: ['a', 'b'] }])),
      deploy('two', [{ name: 'c', args: ['a'] }]),
    ],
  },
  {
    says: 'the selector is one piece',
    steps: [
      silent(deploy('one', [{ name: 'c', image: 'i' }])),
      apply(
        'two',
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'd' },
          spec: { selector: { matchLabels: { a: 'b', c: 'd' } } },
        },
        '',
        `${deployments}/d`,
      ),
    ],
  },
  {
    says: 'replicas go to who scales',
    steps: [
      silent(deploy('one', [{ name: 'c', image: 'i' }], '', { replicas: 2 })),
      [`PATCH ${deployments}/d/scale`, { spec: { replicas: 5 } }, { type: 'application/merge-patch+json' }],
      deploy('one', [{ name: 'c', image: 'i' }], '', { replicas: 2 }),
      deploy('one', [{ name: 'c', image: 'i' }]),
      [`GET ${deployments}/d`],
    ],
  },
  {
    says: 'a removed field goes back to its default',
    steps: [
      silent(deploy('one', [{ name: 'c', image: 'i' }], '', { replicas: 3, minReadySeconds: 5 })),
      deploy('one', [{ name: 'c', image: 'i' }]),
    ],
  },
  {
    says: 'resources are owned one by one',
    steps: [
      silent(deploy('one', [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m', memory: '1Gi' } } }])),
      deploy('two', [{ name: 'c', resources: { requests: { cpu: '0.2' } } }]),
      deploy('two', [{ name: 'c', resources: { limits: { cpu: '1' } } }]),
    ],
  },
  {
    says: 'a quantity in other words is another value',
    steps: [
      silent(deploy('one', [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m' } } }])),
      deploy('one', [{ name: 'c', image: 'i', resources: { requests: { cpu: '0.1' } } }]),
    ],
  },
  {
    says: 'service ports are keyed by number and protocol',
    steps: [
      silent(service('one', [{ port: 80 }])),
      service('two', [{ port: 81, name: 'b' }]),
      service('one', [{ port: 80, name: 'a', targetPort: 8080 }]),
    ],
  },
  {
    says: 'the status is applied through its subresource',
    steps: [
      silent(deploy('one', [{ name: 'c', image: 'i' }])),
      apply(
        'two',
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'd' },
          status: { replicas: 3, conditions: [{ type: 'Available', status: 'True' }] },
        },
        '',
        `${deployments}/d/status`,
      ),
      [`GET ${deployments}/d`],
    ],
  },
  {
    says: 'a status in an apply of the object is left out',
    steps: [
      apply('one', { ...deployment([{ name: 'c', image: 'i' }]), status: { replicas: 9 } }, '', `${deployments}/d`),
    ],
  },
  {
    says: 'kubectl takes over what it applied by itself',
    steps: [
      [
        `POST ${maps}?fieldManager=kubectl-client-side-apply`,
        map(
          { x: '1' },
          {
            annotations: {
              'kubectl.kubernetes.io/last-applied-configuration':
                '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{},"name":"a","namespace":"$ns"},"data":{"x":"1"}}\n',
            },
          },
        ),
        quiet,
      ],
      apply('kubectl', map({ x: '2' })),
    ],
  },
];
