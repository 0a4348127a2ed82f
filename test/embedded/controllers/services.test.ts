import { describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { shapeOf } from './shape.ts';
import { worlds } from './worlds.ts';

interface Slice {
  addressType: string;
  endpoints: { addresses: string[]; conditions: JsonObject; nodeName: string; targetRef: JsonObject }[] | null;
  ports: JsonObject[];
}

const pod = (name: string, more = '') => `
  apiVersion: v1
  kind: Pod
  metadata: { name: ${name}, labels: { app: web }, ${more} }
  spec:
    terminationGracePeriodSeconds: 0
    containers: [{ name: main, image: 'busybox:1', ports: [{ name: http, containerPort: 8080 }] }]`;
const sliceOf = (service: string) => (slices: Resource[]) =>
  slices.find((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === service);
const endpointsOf = (slice: Resource | undefined) => (slice as unknown as Slice | undefined)?.endpoints ?? [];

describe.each(worlds)('Services of %s', (_, make) => {
  const world = make();

  test('have the addresses of the pods they select, ready or not', async () => {
    await world.create(`
      apiVersion: v1
      kind: Service
      metadata: { name: web, labels: { team: a } }
      spec: { selector: { app: web }, ports: [{ name: main, port: 80, targetPort: http }] }`);
    await world.create(pod('well'));
    await world.create(pod('unwell', 'annotations: { test/behaviour: never-ready }'));
    // The simulated node gives a pod that never gets ready no address, so only the other one is here.
    const slice = await world.until('discovery.k8s.io/v1', 'EndpointSlice', (all) => {
      const found = sliceOf('web')(all);
      return endpointsOf(found).some(({ conditions }) => conditions['ready'] === true) ? found : undefined;
    });
    expect(shapeOf(slice)).toMatchObject({ owners: ['Service web controller blocks'] });
    expect(slice.metadata.labels).toMatchObject({
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      'kubernetes.io/service-name': 'web',
      team: 'a',
    });
    const live = await world.get('v1', 'Pod', 'well');
    const { podIP } = live['status'] as { podIP: string };
    const { addressType, ports } = slice as unknown as Slice;
    expect({ addressType, ports }).toEqual({
      addressType: 'IPv4',
      ports: [{ name: 'main', port: 8080, protocol: 'TCP' }],
    });
    const targetRef = { kind: 'Pod', namespace: world.namespace, name: 'well', uid: live.metadata.uid };
    expect(endpointsOf(slice).find((one) => one.targetRef['name'] === 'well')).toEqual({
      addresses: [podIP],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: (live['spec'] as JsonObject)['nodeName'],
      targetRef,
    });
    const legacy = await world.settled('v1', 'Endpoints', 'web', (one) => one['subsets'] !== undefined);
    expect(legacy.metadata.labels).toMatchObject({
      team: 'a',
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    });
    expect((legacy['subsets'] as JsonObject[])[0]).toMatchObject({
      addresses: [{ ip: podIP, nodeName: (live['spec'] as JsonObject)['nodeName'], targetRef }],
      ports: [{ name: 'main', port: 8080, protocol: 'TCP' }],
    });
    await world.cluster.delete({ apiVersion: 'v1', kind: 'Pod', name: 'well', namespace: world.namespace });
    await world.until('discovery.k8s.io/v1', 'EndpointSlice', (all) =>
      endpointsOf(sliceOf('web')(all)).some((one) => one.targetRef['name'] === 'well') ? undefined : true,
    );
    await world.cluster.delete({ apiVersion: 'v1', kind: 'Service', name: 'web', namespace: world.namespace });
    await world.until('discovery.k8s.io/v1', 'EndpointSlice', (all) =>
      sliceOf('web')(all) === undefined ? true : undefined,
    );
    await world.gone('v1', 'Endpoints', 'web');
  });

  test('without a selector are left to others', async () => {
    await world.create(`
      apiVersion: v1
      kind: Service
      metadata: { name: manual }
      spec: { ports: [{ port: 80 }] }`);
    await world.create(`
      apiVersion: v1
      kind: Service
      metadata: { name: after }
      spec: { selector: { app: nobody }, ports: [{ port: 80 }] }`);
    const slices = await world.until('discovery.k8s.io/v1', 'EndpointSlice', (all) =>
      sliceOf('after')(all) === undefined ? undefined : all,
    );
    expect(sliceOf('manual')(slices)).toBeUndefined();
    expect(endpointsOf(sliceOf('after')(slices))).toEqual([]);
  });
});
