import type { User } from '../auth/user.ts';

/** One request, however it came in. The body has been read. */
export interface ServerRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
  /** Who asks, where the caller is already known (the in-process transport). */
  user?: User;
  /** Aborted when the client is gone. */
  signal: AbortSignal;
}

export interface ServerResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

/** What a path below `/api` or `/apis` asks for. */
export interface Address {
  group: string;
  version: string;
  namespace: string;
  resource: string;
  name: string;
  subresource: string;
  /** Behind the subresource, for proxies: `a/b`. */
  rest: string;
}

/** Undefined for paths that are no resource's (discovery, health, …). */
export function addressOf(path: string): Address | undefined {
  const parts = path.split('/').map(decodePart);
  let rest: string[];
  let group = '';
  if (parts[1] === 'api') rest = parts.slice(2);
  else if (parts[1] === 'apis') {
    group = parts[2] ?? '';
    rest = parts.slice(3);
  } else return undefined;
  const version = rest[0] ?? '';
  rest = rest.slice(1);
  if (rest.length === 0 || rest[0] === '') return undefined;
  let namespace = '';
  // `namespaces/x/status` and `namespaces/x/finalize` are the namespace's own subresources.
  if (rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize', ''].includes(rest[2] as string)) {
    namespace = rest[1] as string;
    rest = rest.slice(2);
  }
  const [resource = '', name = '', subresource = '', ...tail] = rest;
  const address = { group, version, namespace, resource, name, subresource, rest: tail.join('/') };
  return resource === 'namespaces' && namespace === '' ? { ...address, namespace: '' } : address;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** The verb that authorization and discovery know a request by. */
export function verbOf(method: string, address: Address, query: URLSearchParams): Verb | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isTrue(query.get('watch'))) return 'watch';
      return address.name === '' ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return address.name === '' ? 'deletecollection' : 'delete';
    default:
      return undefined;
  }
}

/** Booleans of a query as the real server reads them: present and not `0` or `false`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}
