import type { Call, Cluster } from '../cluster/index.ts';
import type { Resource } from '../resource/index.ts';
import { capacity } from './doctor/capacity.ts';
import type { Check, Examination, Finding } from './doctor/finding.ts';
import { leftovers } from './doctor/leftovers.ts';
import { permissions } from './doctor/permissions.ts';
import { storage } from './doctor/storage.ts';
import { architecture, type Tested, versions } from './doctor/versions.ts';
import { listIfAllowed } from './live.ts';

export interface DoctorOptions extends Call {
  /** The namespace of objects that name none. Default `default`. */
  namespace?: string;
  /** Kubernetes versions that the stack was tested on. */
  tested?: Tested;
}

const rank = { fatal: 0, warning: 1, note: 2 };

/**
 * Examines a cluster, and whether `desired` would work on it, without a write. All findings come at once, the worst
 * first; nothing is found twice.
 */
export async function examine(
  cluster: Cluster,
  desired: readonly Resource[],
  options: DoctorOptions = {},
): Promise<Finding[]> {
  const { namespace = 'default', tested, ...call } = options;
  const lists = new Map<string, Promise<readonly Resource[] | undefined>>();
  const examination: Examination = {
    cluster,
    desired,
    namespace,
    call,
    list(apiVersion, kind) {
      const key = `${apiVersion} ${kind}`;
      const known = lists.get(key) ?? listIfAllowed(cluster, { apiVersion, kind }, call).then((list) => list?.items);
      lists.set(key, known);
      return known;
    },
  };
  const checks: Check[] = [versions(tested), permissions, storage, capacity, architecture, leftovers];
  const findings = (await Promise.all(checks.map((check) => check(examination)))).flat();
  return findings.sort((a, b) => rank[a.severity] - rank[b.severity] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
