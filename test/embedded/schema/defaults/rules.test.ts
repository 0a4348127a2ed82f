import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { builtinTypes } from '../../../../src/embedded/schema/index.ts';
import type { Resource } from '../../../../src/resource/index.ts';

function defaulted(text: string): Resource {
  const object = load(text) as unknown as Resource;
  const [group = '', version = ''] = object.apiVersion.includes('/')
    ? object.apiVersion.split('/')
    : ['', object.apiVersion];
  const type = builtinTypes().find((one) => one.group === group && one.version === version && one.kind === object.kind);
  type?.decode(object);
  type?.setDefaults(object);
  return object;
}

test('a deployment rolls, by a quarter', () => {
  const object = defaulted(`
    apiVersion: apps/v1
    kind: Deployment
    metadata: { name: a }
    spec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: a, image: a }] } } }`);
  expect(object).toEqual(
    load(`
    apiVersion: apps/v1
    kind: Deployment
    metadata: { name: a }
    spec:
      progressDeadlineSeconds: 600
      replicas: 1
      revisionHistoryLimit: 10
      selector: { matchLabels: { a: b } }
      strategy: { rollingUpdate: { maxSurge: 25%, maxUnavailable: 25% }, type: RollingUpdate }
      template:
        metadata: { labels: { a: b } }
        spec:
          containers:
            - image: a
              imagePullPolicy: Always
              name: a
              resources: {}
              terminationMessagePath: /dev/termination-log
              terminationMessagePolicy: File
          dnsPolicy: ClusterFirst
          restartPolicy: Always
          schedulerName: default-scheduler
          securityContext: {}
          terminationGracePeriodSeconds: 30
    status: {}`),
  );
});

test.each([
  ['busybox', 'Always'],
  ['busybox:latest', 'Always'],
  ['busybox:1', 'IfNotPresent'],
  ['localhost:5000/a/b', 'Always'],
  ['localhost:5000/a/b:1', 'IfNotPresent'],
  ['a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'IfNotPresent'],
  ['Not An Image', 'IfNotPresent'],
])('the image %s is pulled %s', (image, policy) => {
  const { spec } = defaulted(`
    apiVersion: v1
    kind: Pod
    metadata: { name: a }
    spec: { containers: [{ name: a, image: '${image}' }] }`) as unknown as {
    spec: { containers: { imagePullPolicy: string }[] };
  };
  expect(spec.containers[0]?.imagePullPolicy).toBe(policy);
});

test('requests follow limits in pods, and in pods alone', () => {
  const resources = 'resources: { limits: { cpu: 1, memory: 1Gi }, requests: { memory: 512Mi } }';
  const container = `containers: [{ name: a, image: a, ${resources} }]`;
  const pod = defaulted(`{ apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { ${container} } }`);
  const template = defaulted(
    `{ apiVersion: v1, kind: PodTemplate, metadata: { name: a }, template: { spec: { ${container} } } }`,
  );
  expect(pod).toMatchObject({
    spec: { containers: [{ resources: { requests: { cpu: '1', memory: '512Mi' } } }], enableServiceLinks: true },
  });
  expect(template).toMatchObject({
    template: { spec: { containers: [{ resources: { requests: { memory: '512Mi' } } }] } },
  });
  expect(JSON.stringify(template)).not.toContain('enableServiceLinks');
});

test('text in a secret becomes bytes', () => {
  expect(
    defaulted('{ apiVersion: v1, kind: Secret, metadata: { name: a }, data: { a: YQ== }, stringData: { a: b, c: d } }'),
  ).toEqual(load('{ apiVersion: v1, kind: Secret, metadata: { name: a }, type: Opaque, data: { a: Yg==, c: ZA== } }'));
});

test('a job runs once, and takes the labels of its pods', () => {
  expect(
    defaulted(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: a }
      spec: { template: { metadata: { labels: { a: b } }, spec: { restartPolicy: Never, containers: [] } } }`),
  ).toMatchObject({
    metadata: { labels: { a: 'b' } },
    spec: { completions: 1, parallelism: 1, backoffLimit: 6, suspend: false, completionMode: 'NonIndexed' },
  });
});

test.each([
  [
    'ports: [{ port: 80 }]',
    '{ type: ClusterIP, internalTrafficPolicy: Cluster, ports: [{ port: 80, protocol: TCP, targetPort: 80 }] }',
  ],
  ['type: LoadBalancer', '{ allocateLoadBalancerNodePorts: true, externalTrafficPolicy: Cluster }'],
  ['sessionAffinity: ClientIP', '{ sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } }'],
])('a service with %s', (spec, expected) => {
  expect(defaulted(`{ apiVersion: v1, kind: Service, metadata: { name: a }, spec: { ${spec} } }`)).toMatchObject({
    spec: load(expected) as object,
  });
});
