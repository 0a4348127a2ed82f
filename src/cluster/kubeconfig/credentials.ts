import { UserError } from '../../errors.ts';
import { isJsonObject, type JsonObject } from '../../resource/index.ts';
import { type Credentials, type Identity, withToken } from '../access.ts';
import { readData } from './data.ts';
import { nonEmpty } from './kubeconfig.ts';
import type { CredentialSource } from './source.ts';
import { tokenFile } from './token-file.ts';

/**
 * The credentials of a kubeconfig's user, in the order of precedence of client-go. What is seldom used is loaded when it
 * is used: start-up time is a feature.
 */
export async function credentialsOf(source: CredentialSource): Promise<Credentials> {
  const { context, user } = source;
  const cert = await readData(context, user, 'client-certificate');
  const key = await readData(context, user, 'client-key');
  const base: Identity = {
    headers: impersonation(user),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  if (nonEmpty(user['tokenFile'])) return tokenFile({ context, file: user['tokenFile'], base });
  if (nonEmpty(user['token'])) return fixed(withToken(base, user['token']));
  if (nonEmpty(user['username'])) {
    const password = nonEmpty(user['password']) ? user['password'] : '';
    const basic = Buffer.from(`${user['username']}:${password}`).toString('base64');
    return fixed({ ...base, headers: { ...base.headers, authorization: `Basic ${basic}` } });
  }
  if (isJsonObject(user['exec'])) return (await import('./exec-plugin.ts')).execPlugin(source, user['exec'], base);
  const provider = user['auth-provider'];
  if (!isJsonObject(provider)) return fixed(base);
  if (provider['name'] === 'oidc') return (await import('./oidc.ts')).openIdConnect(source, provider, base);
  const name = String(provider['name']);
  throw new UserError('KUBECONFIG_INVALID', `Cannot use the context ${context}: its login method ${name} was removed`, {
    exit: 2,
    suggestions: ["let your provider's command line write a kubeconfig with an exec plugin"],
  });
}

const fixed = (identity: Identity): Credentials => ({ current: async () => identity });

/** `as`, `as-uid`, `as-groups` and `as-user-extra` ("User impersonation"). */
function impersonation(user: JsonObject): Identity['headers'] {
  const headers: Record<string, string | string[]> = {};
  if (nonEmpty(user['as'])) headers['impersonate-user'] = user['as'];
  if (nonEmpty(user['as-uid'])) headers['impersonate-uid'] = user['as-uid'];
  const groups = user['as-groups'];
  if (Array.isArray(groups) && groups.length > 0) headers['impersonate-group'] = groups.map(String);
  const extra = user['as-user-extra'];
  for (const [key, values] of isJsonObject(extra) ? Object.entries(extra) : []) {
    if (Array.isArray(values))
      headers[`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`] = values.map(String);
  }
  return headers;
}
