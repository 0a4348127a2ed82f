import { expect, test } from 'vitest';
import { systemSource } from '../../../src/apply/generate/certificate.ts';
import { withAuthority, withGeneratedValues } from '../../../src/apply/generate/secrets.ts';
import type { Resource } from '../../../src/resource/index.ts';
import { objects } from '../stack.ts';

const one = (yaml: string) => objects(yaml)[0] as Resource;
const dataOf = (object: Resource) => object['data'] as Record<string, string>;

test('a certificate is kept as long as it serves, and made anew when its names change', () => {
  const page = (names: string) =>
    one(
      `{ apiVersion: v1, kind: Secret, metadata: { name: x, annotations: { slipway.dev/generate: certificate, slipway.dev/dns-names: "${names}" } } }`,
    );
  const first = withGeneratedValues(page('a.b.svc'), undefined, systemSource);
  expect(Object.keys(dataOf(first))).toEqual(['tls.crt', 'tls.key', 'ca.crt']);
  expect(withGeneratedValues(page('a.b.svc'), first, systemSource)).toEqual(first);
  expect(dataOf(withGeneratedValues(page('a.b.svc, c.d.svc'), first, systemSource))).not.toEqual(dataOf(first));
});

test('passwords are made once for each key, beside what the files say', () => {
  const page = (keys: string) =>
    one(
      `{ apiVersion: v1, kind: Secret, metadata: { name: x, annotations: { slipway.dev/generate: password, slipway.dev/keys: "${keys}" } }, data: { user: YWRtaW4= } }`,
    );
  const first = withGeneratedValues(page('a, b'), undefined, systemSource);
  const { user, a, b } = dataOf(first);
  expect(user).toBe('YWRtaW4=');
  expect(Buffer.from(a as string, 'base64').toString()).toMatch(/^[\w-]{32}$/);
  expect(a).not.toBe(b);
  expect(dataOf(withGeneratedValues(page('a, b, c'), first, systemSource))).toMatchObject({
    user,
    a,
    b,
    c: expect.any(String),
  });
});

test.each([
  ['slipway.dev/generate: magic', 'slipway.dev/generate is "magic"'],
  ['slipway.dev/generate: password', 'slipway.dev/keys is missing'],
  ['slipway.dev/generate: certificate', 'slipway.dev/dns-names is missing'],
])('%s is refused', (annotation, why) => {
  const secret = one(
    `{ apiVersion: v1, kind: Secret, metadata: { name: x, namespace: n, annotations: { ${annotation} } } }`,
  );
  expect(() => withGeneratedValues(secret, undefined, systemSource)).toThrow(
    `Cannot generate values for Secret n/x: ${why}`,
  );
});

test('the authority goes wherever the API server looks for it', () => {
  const hook = one(
    '{ apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: { name: x }, webhooks: [{ name: a, clientConfig: { service: { name: s } } }] }',
  );
  expect(withAuthority(hook, 'CA')).toMatchObject({
    webhooks: [{ name: 'a', clientConfig: { service: { name: 's' }, caBundle: 'CA' } }],
  });
  const crd = one(
    '{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: x }, spec: { conversion: { strategy: Webhook, webhook: { clientConfig: {} } } } }',
  );
  expect(withAuthority(crd, 'CA')).toMatchObject({
    spec: { conversion: { webhook: { clientConfig: { caBundle: 'CA' } } } },
  });
  const plain = one(
    '{ apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: { name: x }, spec: {} }',
  );
  expect(withAuthority(plain, 'CA')).toBe(plain);
  const service = one(
    '{ apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: { name: x }, spec: { service: { name: s } } }',
  );
  expect(withAuthority(service, 'CA')).toMatchObject({ spec: { service: { name: 's' }, caBundle: 'CA' } });
});
