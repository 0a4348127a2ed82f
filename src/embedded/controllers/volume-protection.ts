import type { Resource } from '../../resource/index.ts';
import { itself, type MakeController } from './controller.ts';
import { keyOf, type Mirrors, refOf, splitKey } from './mirror.ts';
import { isFinished } from './pod.ts';
import { claimsOf } from './scheduler.ts';

const claimFinalizer = 'kubernetes.io/pvc-protection';
const volumeFinalizer = 'kubernetes.io/pv-protection';

/**
 * A claim that is being deleted stays while a pod uses it
 * (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection).
 */
export const claimProtection: MakeController = ({ mirrors }) => {
  const claims = mirrors.of('v1', 'PersistentVolumeClaim');
  const pods = mirrors.of('v1', 'Pod');
  return {
    name: 'pvc-protection-controller',
    watches: [
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', keys: itself },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        keys: (now, before) => {
          const ended = before !== undefined && (now === undefined || isFinished(now));
          return ended ? claimsOf(before).map((name) => `${before.metadata.namespace}/${name}`) : [];
        },
      },
    ],
    async reconcile(key) {
      const { namespace, name } = splitKey(key);
      const claim = claims.get(namespace, name);
      if (claim === undefined) return undefined;
      const isUsed = pods.inNamespace(namespace).some((pod) => !isFinished(pod) && claimsOf(pod).includes(name));
      await protect(mirrors, claim, claimFinalizer, isUsed);
      return undefined;
    },
  };
};

/** A volume that is being deleted stays while it is bound. */
export const volumeProtection: MakeController = ({ mirrors }) => {
  const volumes = mirrors.of('v1', 'PersistentVolume');
  return {
    name: 'pv-protection-controller',
    watches: [{ apiVersion: 'v1', kind: 'PersistentVolume', keys: itself }],
    async reconcile(name) {
      const volume = volumes.get(undefined, name);
      if (volume === undefined) return undefined;
      const isBound = (volume['status'] as { phase?: string } | undefined)?.phase === 'Bound';
      await protect(mirrors, volume, volumeFinalizer, isBound);
      return undefined;
    },
  };
};

/** The finalizer is there as long as the object is to stay, and goes when nothing uses what is being deleted. */
async function protect(mirrors: Mirrors, object: Resource, finalizer: string, isUsed: boolean): Promise<void> {
  const finalizers = object.metadata.finalizers ?? [];
  const isDeleting = object.metadata.deletionTimestamp !== undefined;
  const wanted = isDeleting
    ? finalizers.filter((one) => one !== finalizer || isUsed)
    : [...new Set([...finalizers, finalizer])];
  if (wanted.length === finalizers.length) return;
  const { uid = '', resourceVersion = '' } = object.metadata;
  await mirrors
    .patch(refOf(object), { type: 'merge', body: { metadata: { uid, resourceVersion, finalizers: wanted } } })
    .catch((error: { status?: number }) => {
      if (error.status !== 404) throw new Error(`Cannot protect ${object.kind} ${keyOf(object)}`, { cause: error });
    });
}
