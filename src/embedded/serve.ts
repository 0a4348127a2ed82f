import { publishAddress } from './api/address.ts';
import type { EmbeddedCluster } from './cluster.ts';
import { kubeconfigFor } from './http/kubeconfig.ts';
import { listen } from './http/serve.ts';

/** A cluster that other programs can reach. */
export interface Served {
  /** `https://127.0.0.1:PORT` */
  url: string;
  /** Text of a kubeconfig with the owner's token: to be kept where only the owner can read it. */
  kubeconfig: string;
  close(): Promise<void>;
}

/** Serves a cluster over HTTPS on 127.0.0.1. The port is a free one unless it is given. */
export async function serve(cluster: EmbeddedCluster, options: { port?: number } = {}): Promise<Served> {
  const { url, close } = await listen(cluster.handle, cluster.upgrade, cluster.identity, options.port ?? 0);
  cluster.server = url;
  await publishAddress(cluster.api, Number(new URL(url).port));
  return { url, kubeconfig: kubeconfigFor(cluster.identity, url), close };
}
