import { isJsonObject, type JsonObject } from '../resource/index.ts';
import type { FieldCause } from './errors.ts';
import { parseJson } from './json.ts';

/** What the server said about a request it did not fulfil. */
export interface Refusal {
  status: number;
  headers: Record<string, string>;
  /** The body: a `Status` object where the API server answered, anything where something in between did. */
  text: string;
}

/** A `Status` object (API conventions, "Response Status Kind"); empty where nothing was said. */
export interface Status {
  message: string;
  reason: string;
  kind: string;
  name: string;
  causes: FieldCause[];
  retryAfterSeconds: number | undefined;
}

export function readStatus({ status, headers, text }: Refusal): Status {
  const header = Number(headers['retry-after']);
  const object = jsonObject(text);
  const details = isJsonObject(object?.['details']) ? object['details'] : {};
  const seconds = typeof details['retryAfterSeconds'] === 'number' ? details['retryAfterSeconds'] : undefined;
  const causes = Array.isArray(details['causes']) ? details['causes'].filter(isJsonObject) : [];
  return {
    message: object === undefined ? plainMessage(text) : string(object['message']),
    reason: string(object?.['reason']) || (reasons[status] ?? ''),
    kind: string(details['kind']),
    name: string(details['name']),
    causes: causes.map((cause) => ({
      ...(typeof cause['field'] === 'string' ? { field: cause['field'] } : {}),
      ...(typeof cause['reason'] === 'string' ? { reason: cause['reason'] } : {}),
      ...(typeof cause['message'] === 'string' ? { message: cause['message'] } : {}),
    })),
    retryAfterSeconds: Number.isFinite(header) && header > 0 ? header : seconds,
  };
}

/** Reasons of the API conventions, for answers of proxies that send none. */
const reasons: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function jsonObject(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The first line of what is not JSON; pages of proxies are HTML, of which nothing is worth showing. */
function plainMessage(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.startsWith('<') ? '' : line.slice(0, 300);
}

const string = (value: unknown) => (typeof value === 'string' ? value : '');
