import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import { bits, boolean, element, integer, objectIdentifier, octets, sequence, set, time, utf8 } from './der.ts';

/** Where new values come from; a test passes its own. */
export interface Source {
  clock(): Date;
  randomBytes(size: number): Uint8Array;
}

export const systemSource: Source = { clock: () => new Date(), randomBytes };

/** A serving certificate with the authority that signed it, all in PEM. The authority's own key is thrown away. */
export interface ServingCertificate {
  certificate: string;
  key: string;
  authority: string;
}

/** No agent renews certificates in the cluster, so they live long; an apply in the last 30 days makes new ones. */
const lifetimeDays = 3650;
const renewalDays = 30;
const day = 86_400_000;

/** A new ECDSA P-256 certificate for these DNS names, valid from an hour ago (clocks differ) for ten years. */
export function makeCertificate(dnsNames: readonly string[], source: Source): ServingCertificate {
  const now = source.clock().getTime();
  const from = new Date(now - 3_600_000);
  const until = new Date(now + lifetimeDays * day);
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = `slipway ca ${Buffer.from(source.randomBytes(4)).toString('hex')}`;
  const validity = { from, until, issuer };
  const authorityId = keyId(authority.publicKey);
  return {
    authority: certify(authority.publicKey, authority.privateKey, source, {
      ...validity,
      subject: issuer,
      extensions: [
        extension('2.5.29.19', sequence(boolean(true)), true),
        extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true),
        extension('2.5.29.14', octets(authorityId)),
      ],
    }),
    certificate: certify(server.publicKey, authority.privateKey, source, {
      ...validity,
      subject: (dnsNames[0] ?? 'localhost').slice(0, 64),
      extensions: [
        extension('2.5.29.19', sequence(), true),
        extension('2.5.29.15', bits(Buffer.from([0x80]), 7), true),
        extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
        extension('2.5.29.17', sequence(...dnsNames.map(generalName))),
        extension('2.5.29.14', octets(keyId(server.publicKey))),
        extension('2.5.29.35', sequence(element(0x80, authorityId))),
      ],
    }),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

interface Contents {
  subject: string;
  issuer: string;
  from: Date;
  until: Date;
  extensions: readonly Buffer[];
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const commonName = (text: string) => sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8(text))));

/** RFC 5280 4.1: the certificate's body, signed. */
function certify(subjectKey: KeyObject, signingKey: KeyObject, source: Source, contents: Contents): string {
  const serial = Buffer.from(source.randomBytes(16));
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    commonName(contents.issuer),
    sequence(time(contents.from), time(contents.until)),
    commonName(contents.subject),
    subjectKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...contents.extensions)),
  );
  const der = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, signingKey)));
  const lines = der.toString('base64').match(/.{1,64}/g) as string[];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octets(value));
}

function generalName(name: string): Buffer {
  return isIP(name) === 4
    ? element(0x87, Buffer.from(name.split('.').map(Number)))
    : element(0x82, Buffer.from(name, 'ascii'));
}

const keyId = (key: KeyObject) =>
  createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();

/** Why a serving certificate cannot stay in use; undefined while it can. */
export function certificateFault(pem: ServingCertificate, dnsNames: readonly string[], now: Date): string | undefined {
  let certificate: X509Certificate;
  let authority: X509Certificate;
  try {
    [certificate, authority] = [new X509Certificate(pem.certificate), new X509Certificate(pem.authority)];
  } catch {
    return 'it cannot be read';
  }
  if (!matches(certificate, pem.key)) return 'its key is another one';
  const left = Math.min(certificate.validToDate.getTime(), authority.validToDate.getTime()) - now.getTime();
  if (left < renewalDays * day) return `it ends on ${certificate.validToDate.toISOString().slice(0, 10)}`;
  if (!certificate.verify(authority.publicKey)) return 'its authority did not sign it';
  const names = new Set((certificate.subjectAltName ?? '').split(', '));
  const missing = dnsNames.find((name) => !names.has(`${isIP(name) === 0 ? 'DNS' : 'IP Address'}:${name}`));
  return missing === undefined ? undefined : `it does not name ${missing}`;
}

function matches(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
