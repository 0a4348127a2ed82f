import { keyOf, type ResourceId } from '../../resource/index.ts';
import type { Edge } from '../plan.ts';

/** Steps of a removal; an object goes when everything of the steps before it is gone. */
export const steps = [
  'custom resources',
  'webhooks',
  'workloads',
  'other objects',
  'definitions',
  'namespaces',
] as const;
export type Step = (typeof steps)[number];

const workloads = new Set([
  'Pod.',
  'ReplicationController.',
  'Deployment.apps',
  'ReplicaSet.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'Job.batch',
  'CronJob.batch',
  'HorizontalPodAutoscaler.autoscaling',
]);
/** What the API server calls; while it points to a backend that is gone, requests of others fail. So it goes first. */
const calling = new Set([
  'MutatingWebhookConfiguration.admissionregistration.k8s.io',
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
  'APIService.apiregistration.k8s.io',
]);

/** Whether a group is part of Kubernetes itself; many add-ons live below `k8s.io` too. */
export function isBuiltin(group: string): boolean {
  return !group.includes('.') || builtinGroups.has(group);
}

const builtinGroups = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

export function stepOf(id: ResourceId): Step {
  const kind = `${id.kind}.${id.group}`;
  if (kind === 'Namespace.') return 'namespaces';
  if (kind === 'CustomResourceDefinition.apiextensions.k8s.io') return 'definitions';
  if (calling.has(kind)) return 'webhooks';
  if (workloads.has(kind)) return 'workloads';
  return isBuiltin(id.group) ? 'other objects' : 'custom resources';
}

/**
 * Custom resources go while their controllers live, then what the API server calls, workloads, everything else,
 * definitions and namespaces. `afterAll` is a node that must be done before the first removal.
 */
export function deleteEdges(ids: readonly ResourceId[], afterAll: string | undefined): Edge[] {
  const byStep = Map.groupBy(ids, stepOf);
  const edges: Edge[] = [];
  let barrier = afterAll;
  for (const step of steps) {
    const members = byStep.get(step);
    if (members === undefined) continue;
    const done = `removed ${step}`;
    for (const id of members) {
      if (barrier !== undefined) {
        edges.push({ before: keyOf(id), after: barrier, until: 'gone', why: 'removals go step by step' });
      }
      edges.push({ before: done, after: keyOf(id), until: 'gone', why: `it is one of the ${step}` });
    }
    barrier = done;
  }
  return edges;
}
