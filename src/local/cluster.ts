/** A cluster on this machine, as its provider knows it. */
export interface LocalCluster {
  name: string;
  provider: 'embedded';
  state: 'running' | 'stopped';
  /** Everything it ever wrote is below this directory. */
  directory: string;
  /** Path of a kubeconfig whose current context is this cluster. */
  kubeconfig: string;
  /** While it runs. */
  url?: string;
  pid?: number;
  /** ISO 8601. */
  started?: string;
}
