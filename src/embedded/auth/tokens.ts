import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomUUID,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import type { JsonObject } from '../../resource/index.ts';
import type { Store } from '../store/store.ts';
import type { Authenticator } from './authenticate.ts';
import { admin, type User } from './user.ts';

/** Who issues the tokens of service accounts, and the audience they are for unless another is asked for. */
export const issuer = 'https://kubernetes.default.svc.cluster.local';

/** What a token of a service account says: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#schema-for-service-account-private-claims */
export interface Claims {
  iss: string;
  sub: string;
  aud: string[];
  exp: number;
  iat: number;
  nbf: number;
  jti: string;
  'kubernetes.io': {
    namespace: string;
    serviceaccount: { name: string; uid: string };
    pod?: { name: string; uid: string };
    secret?: { name: string; uid: string };
  };
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs and checks the tokens of service accounts (JWT, ES256). */
export class Tokens {
  readonly #key: KeyObject;
  readonly #public: KeyObject;

  /** `pem`: an EC P-256 private key. */
  constructor(pem: string) {
    this.#key = createPrivateKey(pem);
    this.#public = createPublicKey(this.#key);
  }

  issue(claims: Omit<Claims, 'iss' | 'jti'>): string {
    const body = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode({ ...claims, iss: issuer, jti: randomUUID() })}`;
    const signature = sign('sha256', Buffer.from(body), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return `${body}.${signature.toString('base64url')}`;
  }

  /** The claims of a token that this cluster issued and that has not expired. */
  read(token: string, now: number): Claims | undefined {
    const [head, payload, signature, more] = token.split('.');
    if (head === undefined || payload === undefined || signature === undefined || more !== undefined) return undefined;
    const isOurs = verify(
      'sha256',
      Buffer.from(`${head}.${payload}`),
      { key: this.#public, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    if (!isOurs) return undefined;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
    return claims.iss === issuer && claims.nbf <= now && now < claims.exp ? claims : undefined;
  }

  /** The public key as a JSON Web Key Set. */
  keySet(): JsonObject {
    const key = this.#public.export({ format: 'jwk' }) as unknown as JsonObject;
    return { keys: [{ use: 'sig', alg: 'ES256', ...key }] };
  }
}

/** The user of a service account's token, if the account and what the token is bound to are still there. */
export function accountOf(store: Store, claims: Claims): User | undefined {
  const { namespace, serviceaccount, pod, secret } = claims['kubernetes.io'];
  const uidOf = (resource: string, name: string) => store.get(resource, namespace, name)?.object.metadata.uid;
  if (uidOf('/serviceaccounts', serviceaccount.name) !== serviceaccount.uid) return undefined;
  if (pod !== undefined && uidOf('/pods', pod.name) !== pod.uid) return undefined;
  if (secret !== undefined && uidOf('/secrets', secret.name) !== secret.uid) return undefined;
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`],
      ...(pod === undefined
        ? {}
        : { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] }),
    },
  };
}

/** Knows the owner's token and those of service accounts. */
export function tokenAuthenticator(store: Store, tokens: Tokens, ownerToken: string, now: () => Date): Authenticator {
  const expected = Buffer.from(ownerToken);
  return (token) => {
    const given = Buffer.from(token);
    if (given.length === expected.length && timingSafeEqual(given, expected)) return admin;
    const claims = tokens.read(token, Math.floor(now().getTime() / 1000));
    if (claims === undefined || !claims.aud.includes(issuer)) return undefined;
    return accountOf(store, claims);
  };
}
