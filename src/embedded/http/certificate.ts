import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its private key, as PEM. */
export interface Pair {
  certificate: string;
  key: string;
}

/** X.509 certificates with P-256 keys: just what a server on loopback needs, so that no other program has to be there. */
export function makeAuthority(name: string, days: number): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = [
    extension('2.5.29.19', true, sequence(boolean(true))),
    extension('2.5.29.15', true, bits(0x06, 1)),
    extension('2.5.29.14', false, octets(keyId(publicKey))),
  ];
  return issue({ subject: name, issuer: name, publicKey, signer: privateKey, days, extensions, key: privateKey });
}

/** A server's certificate for host names and addresses. */
export function makeServerPair(authority: Pair, name: string, hosts: readonly string[], days: number): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = authority.key;
  const names = hosts.map((host) =>
    isIPv4(host) ? tagged(0x87, Buffer.from(host.split('.').map(Number))) : tagged(0x82, Buffer.from(host)),
  );
  const extensions = [
    extension('2.5.29.19', true, sequence()),
    extension('2.5.29.15', true, bits(0x80, 7)),
    extension('2.5.29.37', false, sequence(objectId('1.3.6.1.5.5.7.3.1'), objectId('1.3.6.1.5.5.7.3.2'))),
    extension('2.5.29.35', false, sequence(tagged(0x80, keyId(createPublicKey(signer))))),
    extension('2.5.29.17', false, sequence(...names)),
  ];
  return issue({ subject: name, issuer: 'slipway', publicKey, signer, days, extensions, key: privateKey });
}

interface Request {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  signer: KeyObject | string;
  days: number;
  extensions: Buffer[];
  key: KeyObject;
}

const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));
const day = 86_400_000;

function issue({ subject, issuer, publicKey, signer, days, extensions, key }: Request): Pair {
  const now = Date.now();
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(time(new Date(now - day)), time(new Date(now + days * day))),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, signer);
  const der = sequence(body, ecdsaWithSha256, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g) as string[];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: key.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

// DER: https://en.wikipedia.org/wiki/X.690#DER_encoding
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...items: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(items));
}

const octets = (content: Buffer) => tagged(0x04, content);
const integer = (content: Buffer) => tagged(0x02, content);
const boolean = (value: boolean) => tagged(0x01, Buffer.from([value ? 0xff : 0]));
const bits = (value: number, unused: number) => tagged(0x03, Buffer.from([unused, value]));

function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

const commonName = (name: string) =>
  sequence(tagged(0x31, sequence(objectId('2.5.4.3'), tagged(0x0c, Buffer.from(name)))));

/** UTCTime until 2049, as the standard wants. */
function time(date: Date): Buffer {
  const text = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octets(value));
}

const keyId = (key: KeyObject) =>
  createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
