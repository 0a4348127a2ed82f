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

/** Whether something is allowed, and by what. */
export interface Decision {
  allowed: boolean;
  reason: string;
}

/** Decides who may do what. */
export interface Authorizer {
  resource(user: User, verb: string, access: Access): Decision;
  path(user: User, verb: string, path: string): Decision;
}

/** `pods is forbidden: User "a" cannot list resource "pods" in API group "" in the namespace "b"`. */
export function refusal(user: User, verb: string, what: Access | { path: string }): ApiError {
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  if ('path' in what) return forbidden({ group: '', resource: '' }, '', `${who} path ${JSON.stringify(what.path)}`);
  const resource = what.subresource === '' ? what.resource : `${what.resource}/${what.subresource}`;
  const where = what.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(what.namespace)}`;
  return forbidden(
    { group: what.group, resource: what.resource },
    what.name,
    `${who} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(what.group)} ${where}`,
  );
}
