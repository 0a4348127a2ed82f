import { UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import { editFile } from './edit.ts';
import { type ClusterBinding, type Environment, inDirectory, type Stack, stackFile } from './stack.ts';

/** What tells one cluster from another: its name in the kubeconfig, and the UID of its `kube-system` namespace. */
export interface Identity {
  context: string;
  uid: string;
}

/** Refuses (exit 4) a cluster that is not the one that the environment is bound to. Pure: the caller asks the cluster. */
export function checkIdentity(environment: Environment, found: Identity): void {
  const bound = environment.cluster;
  if (bound?.uid === undefined || bound.uid === found.uid) return;
  throw new UserError(
    'WRONG_CLUSTER',
    `Refused to work on ${environment.name}: ${found.context} is not the cluster it is bound to ` +
      `(kube-system has the UID ${found.uid}, bound is ${bound.uid} of ${bound.context ?? 'another context'})`,
    {
      exit: 4,
      suggestions: [
        `use the right cluster: --context ${bound.context ?? 'NAME'}, and look at KUBECONFIG`,
        `if the cluster was made anew: slipway env bind ${environment.name} --context ${found.context}`,
      ],
    },
  );
}

/** An environment's cluster as people read it. */
export function describeCluster({ cluster }: Environment): string {
  if (cluster === undefined) return 'not bound';
  if (cluster.provider !== undefined) return `${cluster.provider} cluster ${cluster.name ?? 'default'} on this machine`;
  return cluster.uid === undefined ? `${cluster.context}` : `${cluster.context} (${cluster.uid})`;
}

/** Writes into `slipway.yaml` which cluster an environment is. Comments and everything else stay as they are. */
export async function bindEnvironment(
  files: Files,
  stack: Stack,
  name: string,
  cluster: ClusterBinding,
): Promise<void> {
  await editFile(files, inDirectory(stack.directory, stackFile), (document) => {
    document.setIn(['spec', 'environments', name, 'cluster'], document.createNode({ ...cluster }, { flow: true }));
  });
}
