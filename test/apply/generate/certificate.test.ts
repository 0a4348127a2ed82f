import { X509Certificate } from 'node:crypto';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import {
  certificateFault,
  makeCertificate,
  type Source,
  systemSource,
} from '../../../src/apply/generate/certificate.ts';

const names = ['svc.ns.svc', 'svc.ns.svc.cluster.local', '127.0.0.1'];
const at = (date: string): Source => ({
  clock: () => new Date(date),
  randomBytes: (size) => new Uint8Array(size).fill(7),
});

test('makeCertificate() makes what a TLS client accepts for each of its names, and for no other', async () => {
  const { certificate, key, authority } = makeCertificate(['localhost', ...names], systemSource);
  const server = https.createServer({ cert: certificate, key }, (_request, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (servername: string) =>
    new Promise<number | string>((resolve) => {
      https
        .get({ host: '127.0.0.1', port, ca: authority, servername, agent: false }, (response) =>
          resolve(response.resume().statusCode ?? 0),
        )
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
  expect(await ask('svc.ns.svc')).toBe(200);
  expect(await ask('other.ns.svc')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  server.close();
});

test('makeCertificate() says who, for what and until when', () => {
  const { certificate, authority } = makeCertificate(names, at('2030-05-01T00:00:00Z'));
  const [leaf, ca] = [new X509Certificate(certificate), new X509Certificate(authority)];
  expect(leaf.subjectAltName).toBe('DNS:svc.ns.svc, DNS:svc.ns.svc.cluster.local, IP Address:127.0.0.1');
  expect(leaf.validFromDate.toISOString()).toBe('2030-04-30T23:00:00.000Z');
  expect(leaf.validToDate.toISOString()).toBe('2040-04-28T00:00:00.000Z');
  expect([leaf.ca, ca.ca]).toEqual([false, true]);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(
    new X509Certificate(makeCertificate(names, at('2045-01-01T00:00:00Z')).certificate).validToDate.getUTCFullYear(),
  ).toBe(2054);
});

test('certificateFault() finds what must be renewed', () => {
  const made = makeCertificate(names, at('2030-05-01T00:00:00Z'));
  const other = makeCertificate(names, at('2030-05-01T00:00:00Z'));
  const now = new Date('2031-01-01T00:00:00Z');
  expect(certificateFault(made, names, now)).toBeUndefined();
  expect(certificateFault(made, names, new Date('2040-04-01T00:00:00Z'))).toBe('it ends on 2040-04-28');
  expect(certificateFault(made, [...names, 'new.ns.svc'], now)).toBe('it does not name new.ns.svc');
  expect(certificateFault({ ...made, authority: other.authority }, names, now)).toBe('its authority did not sign it');
  expect(certificateFault({ ...made, key: other.key }, names, now)).toBe('its key is another one');
  expect(certificateFault({ ...made, certificate: 'x' }, names, now)).toBe('it cannot be read');
});
