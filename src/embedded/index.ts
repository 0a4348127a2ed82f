/**
 * BE: a Kubernetes API on one machine, for those who have no cluster. It speaks what a real API server speaks, over
 * HTTPS on loopback and in process. It knows nothing of stacks, plans or the command line.
 */

export type { PodAccess, PodProcess } from './api/pod-access.ts';
export { type EmbeddedCluster, openCluster } from './cluster.ts';
export { startControllers } from './controllers/index.ts';
export { type NodeHandle, type NodeOptions, startNode } from './node/index.ts';
export { startOperators } from './operators/index.ts';
export { type Served, serve } from './serve.ts';
