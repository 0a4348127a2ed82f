import { expect } from 'vitest';
import { ClusterError } from '../../src/cluster/index.ts';
import { UserError } from '../../src/errors.ts';

/** The error a call ends with; fails the test when there is none, or one that users should never see. */
export async function failureOf(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

export async function clusterFailureOf(work: Promise<unknown>): Promise<ClusterError> {
  const error = await failureOf(work);
  expect(error).toBeInstanceOf(ClusterError);
  return error as ClusterError;
}
