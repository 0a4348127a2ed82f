import { ClusterError } from '../../cluster/index.ts';
import { makeLimit, mapLimited } from '../concurrency.ts';
import { resolveKinds, targetKey } from '../kinds.ts';
import { at, textAt } from '../read.ts';
import type { Examination, Finding } from './finding.ts';

/** What an apply and a later delete do with every kind. */
const verbs = ['get', 'list', 'create', 'patch', 'delete'] as const;

/** Asks the server about every verb on every kind and namespace of the plan; what is missing comes as one finding each. */
export async function permissions({ cluster, desired, namespace, call }: Examination): Promise<Finding[]> {
  const { kinds } = await resolveKinds(cluster, desired, call);
  const places = new Map<string, { group: string; resource: string; namespace?: string }>();
  for (const object of desired) {
    const kind = kinds.get(targetKey(object));
    if (kind === undefined) continue;
    const home = kind.namespaced ? (object.metadata.namespace ?? namespace) : undefined;
    const place = { group: kind.group, resource: kind.resource, ...(home === undefined ? {} : { namespace: home }) };
    places.set(JSON.stringify(place), place);
  }
  const questions = [...places.values()].flatMap((place) => verbs.map((verb) => ({ ...place, verb })));
  const denied = await mapLimited(questions, makeLimit(16), async (question) => {
    const allowed = await ask(question);
    return allowed ? [] : [question];
  });

  async function ask(attributes: Record<string, string>): Promise<boolean> {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: { name: '' },
      spec: { resourceAttributes: attributes },
    };
    try {
      const answer = await cluster.create(review, call);
      return at(answer, 'status', 'allowed') === true || textAt(answer, 'status', 'evaluationError') !== undefined;
    } catch (error) {
      if (error instanceof ClusterError && error.status === 403) return true;
      throw error;
    }
  }

  const missing = Map.groupBy(
    denied.flat(),
    ({ group, resource, namespace: home }) =>
      `${group === '' ? resource : `${resource}.${group}`}${home === undefined ? ' in the whole cluster' : ` in namespace ${home}`}`,
  );
  return [...missing].map(([what, items]) => ({
    id: 'PERMISSIONS',
    severity: 'fatal',
    message: `You may not ${items.map(({ verb }) => verb).join(', ')} ${what}`,
    remedy: `Ask an administrator of cluster ${cluster.name} for it`,
  }));
}
