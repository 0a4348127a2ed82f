import { UserError } from '../../errors.ts';
import type { JsonObject } from '../../resource/index.ts';
import type { Access } from '../access.ts';
import { proxyFor } from '../http/proxy.ts';
import { withoutCredentials } from './contexts.ts';
import { credentialsOf } from './credentials.ts';
import { readData } from './data.ts';
import { inClusterAccess } from './in-cluster.ts';
import {
  type Environment,
  type Kubeconfig,
  type KubeconfigOptions,
  missingKubeconfig,
  nonEmpty,
  readKubeconfig,
} from './kubeconfig.ts';
import { nearest } from './nearest.ts';

/**
 * The access of a context (the current one by default). Without any kubeconfig, inside a pod, the pod's own service
 * account. Throws `KUBECONFIG_MISSING`, `KUBECONFIG_INVALID` or `CONTEXT_NOT_FOUND`.
 */
export async function readAccess(options: KubeconfigOptions & { context?: string }): Promise<Access> {
  const env = options.env ?? process.env;
  const kubeconfig = await readKubeconfig(options);
  if (kubeconfig === undefined) {
    const inside = options.context === undefined ? await inClusterAccess(env) : undefined;
    if (inside !== undefined) return inside;
    throw missingKubeconfig(options);
  }
  const { name, context } = findContext(kubeconfig, options.context);
  const clusterName = nonEmpty(context['cluster']) ? context['cluster'] : '';
  const cluster = kubeconfig.clusters.get(clusterName);
  if (cluster === undefined) throw dangling(kubeconfig, name, 'cluster', clusterName);
  const userName = nonEmpty(context['user']) ? context['user'] : '';
  const user = userName === '' ? {} : kubeconfig.users.get(userName);
  if (user === undefined) throw dangling(kubeconfig, name, 'user', userName);

  const server = serverOf(kubeconfig, name, cluster);
  const proxy = proxyOf(name, server, cluster, env);
  const ca = await readData(name, cluster, 'certificate-authority');
  return {
    name,
    server,
    trust: {
      ...(ca === undefined ? {} : { ca }),
      ...(nonEmpty(cluster['tls-server-name']) ? { servername: cluster['tls-server-name'] } : {}),
      insecure: cluster['insecure-skip-tls-verify'] === true,
    },
    ...(proxy === undefined ? {} : { proxy }),
    credentials: await credentialsOf({ context: name, cluster, user, env }),
  };
}

function findContext(kubeconfig: Kubeconfig, wanted: string | undefined): { name: string; context: JsonObject } {
  const names = [...kubeconfig.contexts.keys()];
  const name = wanted ?? kubeconfig.currentContext;
  const files = kubeconfig.files.join(', ');
  const list = names.length === 0 ? `${files} has no contexts` : `contexts there: ${names.join(', ')}`;
  if (name === undefined) {
    throw new UserError('CONTEXT_NOT_FOUND', `Cannot choose a cluster: ${files} sets no current context`, {
      exit: 2,
      suggestions: ['name one with --context', list],
    });
  }
  const context = kubeconfig.contexts.get(name);
  if (context !== undefined) return { name, context };
  const meant = nearest(name, names);
  throw new UserError('CONTEXT_NOT_FOUND', `Cannot find the context ${name}: it is not in ${files}`, {
    exit: 2,
    suggestions: [...(meant === undefined ? [] : [`did you mean ${meant}?`]), list],
  });
}

function dangling({ files }: Kubeconfig, context: string, what: 'cluster' | 'user', name: string): UserError {
  const why = name === '' ? `it names no ${what}` : `its ${what} ${name} is not in ${files.join(', ')}`;
  return new UserError('KUBECONFIG_INVALID', `Cannot use the context ${context}: ${why}`, {
    exit: 2,
    suggestions: [`add the ${what} to the kubeconfig, or choose another context with --context`],
  });
}

function serverOf({ files }: Kubeconfig, context: string, cluster: JsonObject): URL {
  const server = cluster['server'];
  const text = nonEmpty(server) ? (server.includes('://') ? server : `https://${server}`) : '';
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  const why = nonEmpty(server)
    ? `its server ${withoutCredentials(server)} is not an address`
    : 'its cluster has no server';
  throw new UserError('KUBECONFIG_INVALID', `Cannot use the context ${context}: ${why}`, {
    exit: 2,
    suggestions: [`set the server in ${files.join(', ')} to an address such as https://host:6443`],
  });
}

function proxyOf(context: string, server: URL, cluster: JsonObject, env: Environment): URL | undefined {
  const own = cluster['proxy-url'];
  if (!nonEmpty(own)) return proxyFor(server, env);
  const url = URL.parse(own);
  if (url !== null) return url;
  throw new UserError('KUBECONFIG_INVALID', `Cannot use the context ${context}: its proxy-url is not an address`, {
    exit: 2,
  });
}
