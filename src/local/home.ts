import os from 'node:os';
import path from 'node:path';
import { UserError } from '../errors.ts';

/**
 * Where local clusters live: one directory each below the user's data home
 * (https://specifications.freedesktop.org/basedir-spec/latest/). Nothing is ever written elsewhere.
 */
export function clustersDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const data = env['XDG_DATA_HOME'];
  const base =
    data !== undefined && path.isAbsolute(data) ? data : path.join(env['HOME'] ?? os.homedir(), '.local/share');
  return path.join(base, 'slipway/clusters');
}

/** The directory of one cluster. Throws `CLUSTER_NAME` for a name that is not a DNS label: it becomes part of a path. */
export function clusterDirectory(env: Readonly<Record<string, string | undefined>>, name: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    throw new UserError('CLUSTER_NAME', `Cannot name a cluster ${JSON.stringify(name)}: a DNS label is needed`, {
      exit: 2,
      suggestions: ['use at most 40 lower case letters, digits and dashes'],
    });
  }
  return path.join(clustersDirectory(env), name);
}
