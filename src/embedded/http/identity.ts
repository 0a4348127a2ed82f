import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeAuthority, makeServerPair, type Pair } from './certificate.ts';

/** What makes this cluster this one: its authority, its server's certificate, the owner's token, the accounts' key. */
export interface Identity {
  authority: Pair;
  server: Pair;
  token: string;
  /** Signs the tokens of service accounts: a PEM private key. */
  accountKey: string;
}

const hosts = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '127.0.0.1',
  '10.96.0.1',
];

/** Reads the identity that is kept in a directory, or makes one; every file is readable by its owner alone. */
export async function loadIdentity(directory: string | undefined): Promise<Identity> {
  const file = directory === undefined ? undefined : path.join(directory, 'identity.json');
  const known = file === undefined ? undefined : await read(file);
  const identity = known ?? make();
  if (isOld(identity.server)) identity.server = makeServerPair(identity.authority, 'kube-apiserver', hosts, 365);
  else if (known !== undefined) return known;
  if (file !== undefined) await write(file, JSON.stringify(identity));
  return identity;
}

function make(): Identity {
  const authority = makeAuthority('slipway', 3650);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    authority,
    server: makeServerPair(authority, 'kube-apiserver', hosts, 365),
    token: randomBytes(32).toString('base64url'),
    accountKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** The server's certificate is renewed at a start in its last month. */
const isOld = ({ certificate }: Pair) =>
  new X509Certificate(certificate).validToDate.getTime() - Date.now() < 30 * 86_400_000;

async function read(file: string): Promise<Identity | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Identity;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
}
