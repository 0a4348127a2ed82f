/**
 * The operators of the ML world on the embedded cluster. Their images cannot run there, so their work is done here: the
 * same children, variables, conditions and events as from the real programs, and only while those are deployed.
 */
import type { Cluster } from '../../cluster/index.ts';
import { presence } from './presence.ts';
import { programs } from './programs.ts';
import { runProgram } from './run-program.ts';

export interface OperatorsOptions {
  /** Stops everything. */
  signal: AbortSignal;
  now?: () => Date;
  /** Told of failures that will be tried again. */
  onError?: (operator: string, key: string, error: unknown) => void;
}

/** Starts and stops operators as their kinds and their programs come and go; `done` when all have stopped. */
export function startOperators(
  cluster: Cluster,
  { signal, now = () => new Date(), onError = () => undefined }: OperatorsOptions,
): { ready: Promise<void>; done: Promise<void> } {
  const options = { signal, now, onError };
  return runProgram(cluster, [(surroundings) => presence(surroundings, cluster, programs, options)], options);
}
