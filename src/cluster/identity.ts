import type { Call, Cluster } from './cluster.ts';

/** What tells one cluster from every other, whatever its name or address: the UID of its `kube-system` namespace. */
export async function identify(cluster: Cluster, options: Call = {}): Promise<string> {
  const namespace = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }, options);
  return String(namespace.metadata.uid);
}
