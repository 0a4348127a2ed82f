import { idOf, keyOf, type Resource } from '../../resource/index.ts';
import type { Edge } from '../plan.ts';
import { objectsAt } from '../read.ts';
import { kindOf } from './references.ts';
import { selects } from './selectors.ts';

/**
 * Among ClusterRoles to be removed, the one that aggregates others goes before them: when a part goes, the cluster's
 * aggregation controller applies the whole again, and an apply makes what is not there.
 */
export function aggregateEdges(removed: readonly Resource[]): Edge[] {
  const roles = removed.filter((object) => kindOf(object) === 'ClusterRole.rbac.authorization.k8s.io');
  return roles.flatMap((whole) => {
    const selectors = objectsAt(whole, 'aggregationRule', 'clusterRoleSelectors');
    return roles
      .filter((part) => part !== whole && selectors.some((selector) => selects(selector, part.metadata.labels ?? {})))
      .map((part) => ({
        before: keyOf(idOf(part)),
        after: keyOf(idOf(whole)),
        until: 'gone' as const,
        optional: true,
        why: 'a role that aggregates others goes before them',
      }));
  });
}
