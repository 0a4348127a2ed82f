import { type KubeconfigOptions, nonEmpty, readKubeconfig } from './kubeconfig.ts';

export interface Context {
  name: string;
  cluster: string;
  /** The address of the API server without credentials; empty where the context names no known cluster. */
  server: string;
  user: string;
  namespace?: string;
  current: boolean;
}

/** The contexts of the kubeconfig in the order of the file; empty without a kubeconfig. Talks to no cluster. */
export async function readContexts(options: KubeconfigOptions = {}): Promise<Context[]> {
  const kubeconfig = await readKubeconfig(options);
  if (kubeconfig === undefined) return [];
  return [...kubeconfig.contexts].map(([name, context]) => {
    const cluster = nonEmpty(context['cluster']) ? context['cluster'] : '';
    const server = kubeconfig.clusters.get(cluster)?.['server'];
    return {
      name,
      cluster,
      server: nonEmpty(server) ? withoutCredentials(server) : '',
      user: nonEmpty(context['user']) ? context['user'] : '',
      ...(nonEmpty(context['namespace']) ? { namespace: context['namespace'] } : {}),
      current: name === kubeconfig.currentContext,
    };
  });
}

export function withoutCredentials(server: string): string {
  const url = URL.parse(server);
  if (url === null) return server.replace(/\/\/[^/@]*@/, '//');
  url.username = '';
  url.password = '';
  return url.href.replace(/\/$/, '');
}
