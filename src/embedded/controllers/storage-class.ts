import type { Cluster } from '../../cluster/index.ts';
import type { Resource } from '../../resource/index.ts';
import { directoryProvisioner } from './volume-claim.ts';

/** What claims get that name no class. */
const storageClass: Resource = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: directoryProvisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
};

/** Makes a storage class where there is none; one that somebody changed or made instead stays as it is. */
export async function makeStorageClass(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const { items } = await cluster.list({ apiVersion: storageClass.apiVersion, kind: storageClass.kind }, { signal });
  if (items.length > 0) return;
  await cluster.create(storageClass, { signal, fieldManager: 'controller' }).catch((error: { status?: number }) => {
    if (error.status !== 409) throw error;
  });
}
