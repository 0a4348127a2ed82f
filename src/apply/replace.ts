import type { ClusterError } from '../cluster/index.ts';
import type { Resource } from '../resource/index.ts';
import { kindOf } from './order/references.ts';

/** What to do about a field that cannot be changed in place: replace the object, or refuse and say how to do it by hand. */
export interface Replacement {
  reason: string;
  refused?: string;
}

const immutable = /immutable|may not (?:be )?change|cannot change|updates to .*forbidden|is forbidden.*after creation/i;

/** Kinds that hold no data: deleting and creating them loses nothing but a moment. */
const stateless: Record<string, string> = {
  'Deployment.apps': 'its pods stop and start again',
  'DaemonSet.apps': 'its pods stop and start again',
  'ReplicaSet.apps': 'its pods stop and start again',
  'StatefulSet.apps': 'its pods stay and are taken over',
  'Job.batch': 'it runs again',
  'CronJob.batch': 'its schedule goes on',
  'Service.': 'its address changes',
  'ConfigMap.': 'it is missing for a moment',
  'Secret.': 'it is missing for a moment',
  'RoleBinding.rbac.authorization.k8s.io': 'its rights are missing for a moment',
  'ClusterRoleBinding.rbac.authorization.k8s.io': 'its rights are missing for a moment',
  'StorageClass.storage.k8s.io': 'existing volumes stay',
  'PriorityClass.scheduling.k8s.io': 'existing pods keep their priority',
  'PodDisruptionBudget.policy': 'it is missing for a moment',
  'RuntimeClass.node.k8s.io': 'it is missing for a moment',
  'Ingress.networking.k8s.io': 'it is missing for a moment',
};

const byHand: Record<string, string> = {
  'PersistentVolumeClaim.': 'a claim cannot change its class, its modes or shrink: make a new claim and copy the data',
  'PersistentVolume.': 'a volume cannot change its source: make a new one',
  'CustomResourceDefinition.apiextensions.k8s.io':
    'replacing a definition deletes every object of its kind: save them, delete the definition, apply again',
};

/** The verdict on a refusal of the server; undefined where it is not about immutable fields. */
export function replacement(intent: Resource, error: ClusterError): Replacement | undefined {
  if (error.status !== 422 && error.status !== 403) return undefined;
  const causes = error.causes.length === 0 ? [{ message: error.message }] : error.causes;
  if (!causes.every(({ message = '' }) => immutable.test(message))) return undefined;
  const fields = [...new Set(causes.flatMap((cause) => ('field' in cause && cause.field ? [cause.field] : [])))];
  const what = fields.length === 0 ? 'a field' : fields.join(', ');
  const kind = kindOf(intent);
  const cost = stateless[kind];
  if (cost !== undefined) return { reason: `${what} cannot be changed in place; ${cost}` };
  return {
    reason: `${what} cannot be changed in place`,
    refused:
      byHand[kind] ??
      `delete it yourself and apply again: kubectl delete ${kind.replace(/\.$/, '')} ${intent.metadata.name}`,
  };
}

/** Whether the object's dependents stay while it is replaced (`propagationPolicy: Orphan`). */
export const keepsDependents = (object: Resource) => kindOf(object) === 'StatefulSet.apps';
