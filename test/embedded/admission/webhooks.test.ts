import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Cluster, clusterOver } from '../../../src/cluster/index.ts';
import { makeAuthority, makeServerPair } from '../../../src/embedded/http/certificate.ts';
import { type EmbeddedCluster, openCluster } from '../../../src/embedded/index.ts';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';

interface Review {
  request: JsonObject & { uid: string; object: Resource | null };
}

const authority = makeAuthority('slipway', 1);
let embedded: EmbeddedCluster;
let cluster: Cluster;
let server: Server;
let answer: (review: Review) => JsonObject;
let asked: Review[];

beforeAll(async () => {
  embedded = await openCluster();
  cluster = clusterOver(embedded.transport);
  const pair = makeServerPair(authority, 'hook', ['127.0.0.1', 'hook.default.svc'], 1);
  server = createServer({ key: pair.key, cert: pair.certificate }, (request, response) => {
    void read(request).then((review) => {
      asked.push(review);
      const body = { response: { uid: review.request.uid, ...answer(review) } };
      response.end(JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', ...body }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', labels: { hooked: 'yes' } } });
});
afterAll(async () => {
  server.close();
  await cluster.close();
  await embedded.close();
});
afterEach(async () => {
  for (const kind of ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'])
    await cluster
      .delete({ apiVersion: 'admissionregistration.k8s.io/v1', kind, name: 'w' })
      .catch((error: { status?: number }) => expect(error.status).toBe(404));
});

async function read(request: IncomingMessage): Promise<Review> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as Review;
}

const port = () => (server.address() as AddressInfo).port;
const caBundle = Buffer.from(authority.certificate).toString('base64');

async function configure(kind: 'Mutating' | 'Validating', more: JsonObject = {}): Promise<void> {
  asked = [];
  await cluster.create({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: 'w' },
    webhooks: [
      {
        name: 'w.x.io',
        clientConfig: { url: `https://127.0.0.1:${port()}/`, caBundle },
        rules: [{ operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        namespaceSelector: { matchLabels: { hooked: 'yes' } },
        ...more,
      },
    ],
  } as Resource);
}

let count = 0;
const map = (metadata: JsonObject = {}): Resource =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `m${count++}`, namespace: 'n', ...metadata } }) as Resource;
const patch = (operations: JsonObject[]) => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

test('a mutating webhook changes the object', async () => {
  await configure('Mutating');
  answer = () => patch([{ op: 'add', path: '/data', value: { added: 'yes' } }]);
  expect(await cluster.create(map())).toMatchObject({ data: { added: 'yes' } });
  expect(asked[0]?.request).toMatchObject({
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    namespace: 'n',
    operation: 'CREATE',
    oldObject: null,
    dryRun: false,
    userInfo: { username: 'admin' },
  });
});

test('a validating webhook refuses with its own words', async () => {
  await configure('Validating');
  answer = () => ({ allowed: false, status: { message: 'not today', code: 403, reason: 'Forbidden' } });
  await expect(cluster.create(map())).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('admission webhook "w.x.io" denied the request: not today') as string,
  });
});

test('a webhook is not asked about namespaces and objects it does not select', async () => {
  await configure('Validating', { objectSelector: { matchLabels: { mine: 'yes' } } });
  answer = () => ({ allowed: false });
  await cluster.create(map());
  await cluster.create(map({ namespace: 'default', labels: { mine: 'yes' } }));
  expect(asked).toEqual([]);
  await expect(cluster.create(map({ labels: { mine: 'yes' } }))).rejects.toMatchObject({ status: 400 });
});

test('a webhook of a Service is reached at one of its endpoints', async () => {
  await cluster.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'hook', namespace: 'default' },
    spec: { ports: [{ port: 443 }] },
  } as unknown as Resource);
  await cluster.create({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'hook-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'hook' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ name: '', port: port() }],
  } as unknown as Resource);
  await configure('Validating', { clientConfig: { service: { name: 'hook', namespace: 'default' }, caBundle } });
  answer = () => ({ allowed: true, warnings: ['mind the gap'] });
  const warnings: string[] = [];
  await cluster.create(map(), { onWarning: (text) => warnings.push(text) });
  expect(asked).toHaveLength(1);
  expect(warnings).toEqual(['mind the gap']);
});

test('a webhook that cannot be reached refuses, unless its failures are to be ignored', async () => {
  const clientConfig = { service: { name: 'none', namespace: 'default' }, caBundle };
  await configure('Validating', { clientConfig });
  await expect(cluster.create(map())).rejects.toMatchObject({
    status: 500,
    message: expect.stringContaining(
      'failed calling webhook "w.x.io": failed to call webhook: Post "https://none.default.svc:443/?timeout=10s": service "none" not found',
    ) as string,
  });
  await cluster.delete({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    name: 'w',
  });
  await configure('Validating', { clientConfig, failurePolicy: 'Ignore' });
  await cluster.create(map());
});

test('a certificate of another authority is refused', async () => {
  const other = Buffer.from(makeAuthority('other', 1).certificate).toString('base64');
  await configure('Validating', { clientConfig: { url: `https://127.0.0.1:${port()}/`, caBundle: other } });
  await expect(cluster.create(map())).rejects.toMatchObject({
    status: 500,
    message: expect.stringContaining('failed to verify certificate') as string,
  });
});

test('a dry run does not ask a webhook that has side effects', async () => {
  await configure('Validating', { sideEffects: 'NoneOnDryRun' });
  answer = ({ request }) => ({ allowed: request['dryRun'] === true });
  await cluster.create(map(), { dryRun: true });
  await expect(cluster.create(map())).rejects.toMatchObject({ status: 400 });
});
