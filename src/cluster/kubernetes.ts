import type { Cluster } from './cluster.ts';
import { httpTransport } from './http/transport.ts';
import { readAccess } from './kubeconfig/access.ts';
import type { KubeconfigOptions } from './kubeconfig/kubeconfig.ts';
import { clusterOver } from './over.ts';

export interface ConnectOptions extends KubeconfigOptions {
  /** The current context by default. */
  context?: string;
  signal?: AbortSignal;
}

/**
 * The cluster of a kubeconfig's context. Reads files alone: the server is first spoken to by the first request, so
 * that an unreachable one is that request's error.
 */
export async function connect(options: ConnectOptions = {}): Promise<Cluster> {
  options.signal?.throwIfAborted();
  return clusterOver(httpTransport(await readAccess(options)));
}
