import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonValue } from '../resource/index.ts';
import { readText } from './body.ts';
import type { ApiRequest, ApiResponse, Call, Transport } from './cluster.ts';
import { ClusterError } from './errors.ts';
import { type Attempt, failureOf } from './failure.ts';
import { parseJson } from './json.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: JsonValue;
}

const defaultTimeout = 30_000;
/** Reads are tried this often where the server asks to come back, or where the connection broke under the answer. */
const readAttempts = 5;

/**
 * One request and its whole JSON answer. Throws `ClusterError` for everything but a success, `TIMEOUT` after
 * `call.timeout`, and the signal's reason when it is aborted.
 *
 * Reads that fail in a passing way (429 and 503 with Retry-After, a connection lost) are repeated within the timeout.
 * Writes are not: whether it is safe to repeat one is known to the caller alone.
 */
export async function exchange(
  transport: Transport,
  request: ApiRequest,
  call: Call,
  attempt: Attempt,
): Promise<Answer> {
  const timeout = call.timeout ?? defaultTimeout;
  return withDeadline(attempt, timeout, call.signal, async (signal) => {
    for (let count = 1; ; count++) {
      try {
        return await sendOnce(transport, { ...request, signal }, attempt);
      } catch (error) {
        if (request.method !== 'GET' || count === readAttempts) throw error;
        const delay = delayBeforeRepeat(error, count);
        if (delay === undefined) throw error;
        await sleep(delay, undefined, { signal });
      }
    }
  });
}

async function sendOnce(transport: Transport, request: ApiRequest, attempt: Attempt): Promise<Answer> {
  const { status, headers, body } = await transport.send(request);
  const text = await readText(body);
  if (status === 304) return { status, headers, body: null };
  if (status < 200 || status > 299) throw failureOf(attempt, { status, headers, text });
  try {
    return { status, headers, body: parseJson(text) };
  } catch (cause) {
    throw badAnswer(transport, attempt, cause);
  }
}

/** The same for an answer that is read as it comes: the timeout ends when the headers are there. */
export async function open(
  transport: Transport,
  request: ApiRequest & { signal: AbortSignal },
  attempt: Attempt,
): Promise<ApiResponse> {
  const response = await transport.send(request);
  if (response.status >= 200 && response.status <= 299) return response;
  throw failureOf(attempt, { ...response, text: await readText(response.body) });
}

async function withDeadline<T>(
  attempt: Attempt,
  timeout: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const stop = () => controller.abort(outer?.reason);
  outer?.addEventListener('abort', stop, { once: true });
  const late = timedOut(attempt, timeout);
  const timer = setTimeout(() => controller.abort(late), timeout);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', stop);
  }
}

/** Milliseconds; undefined where repeating would not help. */
export function delayBeforeRepeat(error: unknown, count: number): number | undefined {
  if (!(error instanceof ClusterError)) return undefined;
  const asked = error.retryAfterSeconds;
  if ((error.status === 429 || error.status === 503) && asked !== undefined) return asked * 1000;
  if (error.code === 'CONNECTION_LOST') return Math.min(50 * 2 ** count, 1000) * (0.5 + Math.random());
  return undefined;
}

function timedOut({ verb, what, cluster }: Attempt, timeout: number): ClusterError {
  return new ClusterError(
    'TIMEOUT',
    `Cannot ${verb} ${what}: cluster ${cluster} did not answer within ${timeout / 1000} s`,
    { status: 0, reason: 'Timeout' },
    { suggestions: ['try again, and check the load of the API server if it happens often'] },
  );
}

function badAnswer({ server }: Transport, { verb, what }: Attempt, cause: unknown): ClusterError {
  return new ClusterError(
    'BAD_ANSWER',
    `Cannot ${verb} ${what}: ${server} did not answer with JSON`,
    { status: 0, reason: 'BadAnswer' },
    {
      cause,
      suggestions: ['check that the server of the kubeconfig is a Kubernetes API server, not a proxy or portal'],
    },
  );
}
