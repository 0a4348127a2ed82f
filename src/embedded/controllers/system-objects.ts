import type { Cluster } from '../../cluster/index.ts';
import type { Resource } from '../../resource/index.ts';
import { directoryProvisioner } from './volume-claim.ts';

/** What a new cluster has besides roles and namespaces. */
const objects: readonly Resource[] = [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: directoryProvisioner,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: '10.96.0.1',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
  },
];

/** Makes them where they are missing; what somebody changed stays as it is. */
export async function makeSystemObjects(cluster: Cluster, signal: AbortSignal): Promise<void> {
  for (const object of objects) {
    await cluster.create(object, { signal, fieldManager: 'controller' }).catch((error: { status?: number }) => {
      // 409: it is there. 422: its address is somebody else's on a server that is not ours.
      if (error.status !== 409 && error.status !== 422) throw error;
    });
  }
}
