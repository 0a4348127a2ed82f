import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from '../cluster/index.ts';

/** What may appear on its own while a plan is carried out, because the plan makes it. */
export interface Expected {
  /** The kind, its namespace or something it names is part of the plan. */
  awaited?: boolean;
}

/**
 * Whether an error passes by itself. Transient are: no answer, 429, 5xx (etcd without a leader, a webhook that does not
 * serve yet), a namespace that is being terminated, a write that lost a race; and, where the plan makes what is missing,
 * an unknown kind, namespace or service account. Everything else stays as it is however often it is tried.
 */
export function isTransient(error: unknown, { awaited = false }: Expected = {}): error is ClusterError {
  if (!(error instanceof ClusterError)) return false;
  const { status, code, message } = error;
  if (/denied the request/.test(message)) return false;
  if (code === 'NO_KIND' || status === 404) return awaited;
  if (status === 0) return code !== 'KUBECONFIG' && !/x509|certificate/i.test(message);
  if (status === 429) return code !== 'DISRUPTION_BUDGET';
  if (status === 409) return code !== 'FIELD_CONFLICT';
  if (status === 403) {
    return /being terminated/.test(message) || (awaited && /looking up service account|not found/.test(message));
  }
  return status >= 500 && code !== 'INVALID_OBJECT' && !isTypeError(message);
}

/** A broken intent for which the server answers 500: a list with the same key twice, a field of the wrong type. */
const isTypeError = (message: string) => /failed to create typed patch object|duplicate entries for key/.test(message);

export interface RetryOptions {
  signal: AbortSignal;
  /** When to give up, in milliseconds of `performance.now()`. */
  deadline: number;
  transient(error: unknown): boolean;
  onRetry?(error: Error, attempt: number): void;
}

const [firstDelay, longestDelay] = [150, 5_000];

/** Tries again while the error is transient and time is left, with jitter; honours Retry-After. Throws the last error. */
export async function withRetries<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      options.signal.throwIfAborted();
      const delay = delayAfter(error, attempt);
      if (!options.transient(error) || performance.now() + delay > options.deadline) throw error;
      options.onRetry?.(error as Error, attempt);
      await sleep(delay, undefined, { signal: options.signal });
    }
  }
}

/** Full jitter over an exponential ceiling, never less than what the server asked for. */
function delayAfter(error: unknown, attempt: number): number {
  const ceiling = Math.min(longestDelay, firstDelay * 2 ** Math.min(attempt, 10));
  const asked = error instanceof ClusterError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  return Math.max(asked, ceiling * (0.5 + Math.random() / 2));
}
