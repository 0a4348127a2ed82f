/**
 * TALK: the Kubernetes API as a port, and the real one. The only room that knows HTTP, kubeconfigs and client-node.
 */
export type * from './cluster.ts';
export { ClusterError } from './errors.ts';
export { identify } from './identity.ts';
export { readContexts } from './kubeconfig/contexts.ts';
export { type ConnectOptions, connect } from './kubernetes.ts';
export { clusterOver } from './over.ts';
