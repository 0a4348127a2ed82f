import { expect, test } from 'vitest';
import { isTransient, withRetries } from '../../src/apply/retry.ts';
import { ClusterError } from '../../src/cluster/index.ts';

const error = (status: number, message: string, code = 'X', retryAfterSeconds?: number) =>
  new ClusterError(code, message, { status, reason: '', retryAfterSeconds });

test.each([
  [0, 'connection refused', 'UNREACHABLE', true],
  [429, 'too many requests', 'TOO_MANY_REQUESTS', true],
  [429, 'cannot evict', 'DISRUPTION_BUDGET', false],
  [500, 'etcdserver: leader changed', 'SERVER_ERROR', true],
  [500, 'failed calling webhook "a": no endpoints available for service "b"', 'SERVER_ERROR', true],
  [500, 'failed to create typed patch object: .spec: duplicate entries for key [name="a"]', 'SERVER_ERROR', false],
  [503, 'the server is not available', 'SERVER_UNAVAILABLE', true],
  [409, 'it was changed in the meantime', 'CONFLICT', true],
  [409, 'spec.replicas is managed by hpa', 'FIELD_CONFLICT', false],
  [403, 'user u may not create configmaps', 'FORBIDDEN', false],
  [403, 'unable to create new content in namespace n because it is being terminated', 'FORBIDDEN', true],
  [403, 'admission webhook "a" denied the request: no', 'FORBIDDEN', false],
  [422, 'spec.replicas: Invalid value', 'INVALID_OBJECT', false],
  [404, 'the server does not serve it', 'NOT_FOUND', false],
])('isTransient() of %i %s', (status, message, code, transient) => {
  expect(isTransient(error(status, message, code))).toBe(transient);
});

test('what the plan itself makes may be missing for a while', () => {
  expect(isTransient(error(404, 'the server does not serve it', 'NOT_FOUND'), { awaited: true })).toBe(true);
  expect(isTransient(error(0, 'no such kind', 'NO_KIND'), { awaited: true })).toBe(true);
});

test('withRetries() tries again until it works, and tells', async () => {
  const told: string[] = [];
  let count = 0;
  const work = async () => {
    count += 1;
    if (count < 3) throw error(503, `try ${count}`);
    return count;
  };
  const options = {
    signal: new AbortController().signal,
    deadline: performance.now() + 10_000,
    transient: isTransient,
  };
  expect(
    await withRetries(work, { ...options, onRetry: (cause, attempt) => told.push(`${attempt} ${cause.message}`) }),
  ).toBe(3);
  expect(told).toEqual(['1 try 1', '2 try 2']);
});

test('withRetries() does not wait beyond the deadline for what the server asks', async () => {
  const options = { signal: new AbortController().signal, deadline: performance.now() + 1_000, transient: isTransient };
  const begun = performance.now();
  await expect(withRetries(() => Promise.reject(error(429, 'later', 'X', 60)), options)).rejects.toThrow('later');
  expect(performance.now() - begun).toBeLessThan(500);
});
