import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Access } from '../access.ts';
import type { Environment } from './kubeconfig.ts';
import { tokenFile } from './token-file.ts';

const mounted = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What a pod is given to talk to its own API server ("Accessing the API from within a Pod"); undefined elsewhere. */
export async function inClusterAccess(env: Environment, directory: string = mounted): Promise<Access | undefined> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) return undefined;
  const token = path.join(directory, 'token');
  try {
    await access(token);
  } catch {
    return undefined;
  }
  const ca = await readFile(path.join(directory, 'ca.crt')).catch(() => undefined);
  return {
    name: 'in-cluster',
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    trust: { ...(ca === undefined ? {} : { ca }), insecure: false },
    credentials: tokenFile({ context: 'in-cluster', file: token, base: { headers: {} } }),
  };
}
