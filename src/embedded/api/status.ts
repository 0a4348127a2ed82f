import type { JsonObject } from '../../resource/index.ts';
import type { Cause } from '../schema/schema.ts';

/** An answer that is not a success, as the `Status` object that clients get. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;
  readonly headers: Record<string, string>;

  constructor(code: number, reason: string, message: string, details?: JsonObject, headers?: Record<string, string>) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.headers = headers ?? {};
  }

  toStatus(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** The resource an error speaks of: `deployments.apps`. */
export interface Subject {
  group: string;
  resource: string;
}
interface KindSubject {
  group: string;
  kind: string;
}

const qualified = (group: string, name: string) => (group === '' ? name : `${name}.${group}`);
const detailsOf = (group: string, kind: string, name: string): JsonObject => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  ...(kind === '' ? {} : { kind }),
});

export function notFound({ group, resource }: Subject, name: string): ApiError {
  const message = `${qualified(group, resource)} ${quote(name)} not found`;
  return new ApiError(404, 'NotFound', message, detailsOf(group, resource, name));
}

export function alreadyExists({ group, resource }: Subject, name: string): ApiError {
  const message = `${qualified(group, resource)} ${quote(name)} already exists`;
  return new ApiError(409, 'AlreadyExists', message, detailsOf(group, resource, name));
}

export function conflict({ group, resource }: Subject, name: string, why: string = modified): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(group, resource)} ${quote(name)}: ${why}`;
  return new ApiError(409, 'Conflict', message, detailsOf(group, resource, name));
}
const modified = 'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden({ group, resource }: Subject, name: string, why: string, causes?: Cause[]): ApiError {
  const subject = resource === '' ? '' : `${qualified(group, resource)}${name === '' ? '' : ` ${quote(name)}`} is `;
  const details = { ...(resource === '' ? {} : detailsOf(group, resource, name)), ...(causes ? { causes } : {}) };
  return new ApiError(403, 'Forbidden', `${subject}forbidden: ${why}`, details as JsonObject);
}

export function invalid({ group, kind }: KindSubject, name: string, causes: readonly Cause[]): ApiError {
  const lines = [...new Set(causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)))];
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const message = `${qualified(group, kind)} ${quote(name)} is invalid: ${list}`;
  return new ApiError(422, 'Invalid', message, {
    ...detailsOf(group, kind, name),
    causes: causes.map(({ reason, message, field }) => ({ reason, message, field })),
  });
}

export const badRequest = (message: string) => new ApiError(400, 'BadRequest', message);
export const unauthorized = () => new ApiError(401, 'Unauthorized', 'Unauthorized');
export const unknownResource = () =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
export const methodNotAllowed = () =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
export const expired = (message: string) => new ApiError(410, 'Expired', message);
export const internal = (message: string) =>
  new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

/** A string as Go's `%q` prints it, for the characters that names and values have. */
export const quote = (text: string) => JSON.stringify(text);
