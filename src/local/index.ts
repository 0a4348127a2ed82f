/**
 * START: clusters on this machine. One file a provider; so far there is one, the embedded cluster, which needs nothing
 * but this program. It knows processes and directories, and refuses to know stacks.
 */
export type { LocalCluster } from './cluster.ts';
export { down, type EmbeddedOptions, list, remove, status, up } from './embedded.ts';
export { serveCluster } from './serve.ts';
