import { badRequest, unauthorized } from '../api/status.ts';
import type { User } from './user.ts';

/** Who a bearer token belongs to; undefined: nobody. */
export type Authenticator = (token: string) => User | undefined;

/** Who makes a request, by its `Authorization` header. Nobody is let in without a token. */
export function authenticate(authenticator: Authenticator, headers: Record<string, string>): User {
  const [scheme = '', token = ''] = (headers['authorization'] ?? '').split(' ', 2);
  const user = scheme.toLowerCase() === 'bearer' && token !== '' ? authenticator(token) : undefined;
  if (user === undefined) throw unauthorized();
  return user;
}

/** Whom the `Impersonate-…` headers name, as `kubectl --as` sends them. */
export function impersonated(headers: Record<string, string>): User | undefined {
  const name = headers['impersonate-user'];
  const groups = (headers['impersonate-group'] ?? '').split(/,\s*/).filter((group) => group !== '');
  if (name === undefined || name === '') {
    if (groups.length > 0) throw badRequest('requested groups without impersonating a user');
    return undefined;
  }
  return withGroups({ name, groups });
}

/** Everyone with a name is authenticated, and service accounts belong to their namespace. */
function withGroups({ name, groups }: User): User {
  const [system, kind, namespace] = name.split(':');
  const isAccount = system === 'system' && kind === 'serviceaccount' && groups.length === 0;
  const own = isAccount ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : groups;
  const all = name === 'system:anonymous' ? own : [...own, 'system:authenticated'];
  return { name, groups: [...new Set(all)] };
}
