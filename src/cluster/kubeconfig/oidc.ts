import type { RequestOptions } from 'node:https';
import { UserError } from '../../errors.ts';
import { isJsonObject, type JsonObject } from '../../resource/index.ts';
import { type Credentials, type Identity, withToken } from '../access.ts';
import { nonEmpty } from './kubeconfig.ts';
import type { CredentialSource } from './source.ts';

/** Milliseconds before its end at which a token is no longer used. */
const leeway = 10_000;

/** The `oidc` login of kubeconfigs: the ID token it holds, and a new one from the issuer when that one has expired. */
export function openIdConnect(source: CredentialSource, provider: JsonObject, base: Identity): Credentials {
  const config = Object.fromEntries(
    Object.entries(isJsonObject(provider['config']) ? provider['config'] : {}).map(([key, value]) => [
      key,
      String(value),
    ]),
  );
  const usable = () => nonEmpty(config['id-token']) && expiryOf(config['id-token']) - leeway > Date.now();
  let running: Promise<Identity> | undefined;
  const refresh = () => {
    running ??= requestToken(source, config)
      .then((token) => {
        config['id-token'] = token;
        return withToken(base, token);
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return { current: async () => (usable() ? withToken(base, String(config['id-token'])) : refresh()) };
}

/** client-node brings a whole OpenID client, and half a second of loading it, so that comes only when it is needed. */
async function requestToken({ context }: CredentialSource, config: Record<string, string>): Promise<string> {
  const again = { suggestions: ['log in again with the command line of your identity provider'] };
  const missing = ['idp-issuer-url', 'client-id', 'refresh-token'].filter((key) => !nonEmpty(config[key]));
  if (missing.length > 0) {
    const why = `its token has expired and the kubeconfig has no ${missing.join(', ')}`;
    throw new UserError('CREDENTIALS_FAILED', `Cannot log in to ${context}: ${why}`, again);
  }
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromOptions({
    currentContext: context,
    contexts: [{ name: context, cluster: context, user: context }],
    clusters: [{ name: context, server: 'https://localhost', skipTLSVerify: false }],
    users: [
      {
        name: context,
        authProvider: { name: 'oidc', config: { ...config, 'id-token': config['id-token'] || neverValid } },
      },
    ],
  });
  const options: RequestOptions = { headers: {} };
  try {
    await kubeconfig.applyToHTTPSOptions(options);
  } catch (cause) {
    const why = `the issuer ${config['idp-issuer-url']} gave no new token`;
    throw new UserError('CREDENTIALS_FAILED', `Cannot log in to ${context}: ${why}`, { ...again, cause });
  }
  const header = (options.headers as Record<string, string>)['Authorization'];
  if (header?.startsWith('Bearer ')) return header.slice('Bearer '.length);
  throw new UserError('CREDENTIALS_FAILED', `Cannot log in to ${context}: the issuer gave no token`, again);
}

/** Stands for a missing token: client-node refreshes only what it has. */
const neverValid = [{ alg: 'none' }, { exp: 1 }, {}]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');

/** Milliseconds since 1970; 0 for what is not a token with an end. */
function expiryOf(token: string): number {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return isJsonObject(payload) && typeof payload['exp'] === 'number' ? payload['exp'] * 1000 : 0;
  } catch {
    return 0;
  }
}
