/**
 * The node of the embedded cluster: pods as processes of the user on this machine, without isolation. It speaks to the
 * API through the `Cluster` port alone, so that it serves any API server.
 */
export { type NodeHandle, type NodeOptions, startNode } from './node.ts';
