/**
 * The node of the embedded cluster: pods as processes of the user on this machine, without isolation. It speaks to the
 * API through the `Cluster` port alone, so that it serves any API server.
 */
export { AccessError, type ExecStream, type PodName } from './access.ts';
export type { LogOptions } from './logs/read.ts';
export { type NodeHandle, type NodeOptions, startNode } from './node.ts';
