import { type ApiError, forbidden } from '../api/status.ts';
import type { User } from './user.ts';

/** What somebody wants to do to a resource. */
export interface Access {
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

/** Decides who may do what. The answer is undefined where it is allowed, else what is worth adding to "cannot". */
export interface Authorizer {
  resource(user: User, verb: string, access: Access): string | undefined;
  path(user: User, verb: string, path: string): string | undefined;
}

/** `pods is forbidden: User "a" cannot list resource "pods" in API group "" in the namespace "b"`. */
export function refusal(why: string, user: User, verb: string, what: Access | { path: string }): ApiError {
  const added = why === '' ? '' : `: ${why}`;
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  if ('path' in what)
    return forbidden({ group: '', resource: '' }, '', `${who} path ${JSON.stringify(what.path)}${added}`);
  const resource = what.subresource === '' ? what.resource : `${what.resource}/${what.subresource}`;
  const where = what.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(what.namespace)}`;
  return forbidden(
    { group: what.group, resource: what.resource },
    what.name,
    `${who} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(what.group)} ${where}${added}`,
  );
}
