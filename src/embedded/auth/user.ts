/** Who makes a request. */
export interface User {
  name: string;
  uid?: string;
  groups: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** The owner of the cluster: everything is allowed. */
export const admin: User = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };
