import type { Cluster } from '../cluster/index.ts';
import type { ClusterAddress, Context } from '../context.ts';
import { UserError } from '../errors.ts';
import type { Environment } from '../stack/index.ts';

/** Connects to the cluster that an environment is bound to, and makes sure that it is that one. */
export async function connectTo(
  context: Context,
  flags: Omit<ClusterAddress, 'provider' | 'name'>,
  environment: Environment | undefined,
): Promise<Cluster> {
  const bound = environment?.cluster;
  const named = flags.context !== undefined || flags.kubeconfig !== undefined;
  if (environment !== undefined && bound?.provider !== undefined && !named) {
    return context.connect({ provider: bound.provider, name: bound.name });
  }
  if (environment !== undefined && bound?.context === undefined && flags.context === undefined) {
    throw new UserError(
      'ENVIRONMENT_UNBOUND',
      `Cannot tell which cluster ${environment.name} is: it is bound to none`,
      {
        exit: 2,
        suggestions: [
          `bind it once: slipway env bind ${environment.name} --context NAME`,
          'or name the cluster this time: --context NAME',
        ],
      },
    );
  }
  const cluster = await context.connect({ ...flags, context: flags.context ?? bound?.context });
  if (environment !== undefined && bound?.uid !== undefined) {
    const [{ checkIdentity }, { identify }] = await Promise.all([
      import('../stack/index.ts'),
      import('../cluster/index.ts'),
    ]);
    checkIdentity(environment, { context: cluster.name, uid: await identify(cluster, { signal: context.signal }) });
  }
  return cluster;
}
