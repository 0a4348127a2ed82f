import type { Resource } from '../../resource/index.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { clone } from '../store/entry.ts';
import type { Api } from './api.ts';
import { serverCall } from './definitions.ts';
import { updateObject } from './update.ts';

const address = '127.0.0.1';
const metadata = { name: 'kubernetes', namespace: 'default' };

/** Says behind the Service `kubernetes` where the API listens now. */
export async function publishAddress(api: Api, port: number): Promise<void> {
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  await put(api, {
    kind: 'Endpoints',
    apiVersion: 'v1',
    metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports }],
  } as unknown as Resource);
  await put(api, {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports,
  } as unknown as Resource);
}

async function put(api: Api, object: Resource): Promise<void> {
  const type = api.types.ofKind(object.apiVersion, object.kind) as TypeSchema;
  const place = { type, namespace: 'default', name: object.metadata.name };
  const update = {
    subresource: '',
    options: {},
    creates: true,
    applied: false,
    retries: true,
    next: () => clone(object),
  };
  await updateObject(api, place, update, serverCall(new AbortController().signal));
}
