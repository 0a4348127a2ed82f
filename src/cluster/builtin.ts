import type { Target } from './cluster.ts';

/** Where a kind lives below the API root. */
export interface Location {
  /** `/api/v1` or `/apis/GROUP/VERSION`. */
  root: string;
  /** Plural, as in the path. */
  resource: string;
  namespaced: boolean;
}

/**
 * Kinds that every Kubernetes since 1.22 serves under this name: their paths need no discovery, which saves the first
 * round trip of most commands. `*` marks kinds without a namespace.
 */
const rows: Record<string, string> = {
  v1: `Namespace=namespaces* Node=nodes* PersistentVolume=persistentvolumes* ConfigMap=configmaps Secret=secrets
    Service=services ServiceAccount=serviceaccounts Pod=pods Event=events Endpoints=endpoints
    PersistentVolumeClaim=persistentvolumeclaims ResourceQuota=resourcequotas LimitRange=limitranges
    ReplicationController=replicationcontrollers`,
  'apps/v1': `Deployment=deployments StatefulSet=statefulsets DaemonSet=daemonsets ReplicaSet=replicasets`,
  'batch/v1': `Job=jobs`,
  'coordination.k8s.io/v1': `Lease=leases`,
  'networking.k8s.io/v1': `Ingress=ingresses NetworkPolicy=networkpolicies`,
  'rbac.authorization.k8s.io/v1': `Role=roles RoleBinding=rolebindings ClusterRole=clusterroles*
    ClusterRoleBinding=clusterrolebindings*`,
  'apiextensions.k8s.io/v1': `CustomResourceDefinition=customresourcedefinitions*`,
  'apiregistration.k8s.io/v1': `APIService=apiservices*`,
  'admissionregistration.k8s.io/v1': `MutatingWebhookConfiguration=mutatingwebhookconfigurations*
    ValidatingWebhookConfiguration=validatingwebhookconfigurations*`,
};

const locations = new Map<string, Location>(
  Object.entries(rows).flatMap(([apiVersion, kinds]) =>
    kinds.split(/\s+/).map((row): [string, Location] => {
      const [kind, plural] = row.split('=') as [string, string];
      const namespaced = !plural.endsWith('*');
      return [
        `${apiVersion} ${kind}`,
        { root: rootOf(apiVersion), resource: namespaced ? plural : plural.slice(0, -1), namespaced },
      ];
    }),
  ),
);

export function builtinLocation(target: Target): Location | undefined {
  return locations.get(`${target.apiVersion} ${target.kind}`);
}

export function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
