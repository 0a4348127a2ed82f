import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject, Resource } from '../../resource/index.ts';
import { itself, type MakeController } from './controller.ts';
import { timestamp } from './pod.ts';
import { directoryProvisioner, provisionedBy } from './volume-claim.ts';
import { statusPhase, volumeSpecOf } from './volume-spec.ts';

/**
 * Says in a volume's phase whether somebody has it, and does with a released one what its reclaim policy says
 * (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming).
 */
export const volume: MakeController = ({ mirrors, recorder, directory, now }) => {
  const volumes = mirrors.of('v1', 'PersistentVolume');
  const claims = mirrors.of('v1', 'PersistentVolumeClaim');
  const events = recorder('persistentvolume-controller');

  async function reconcile(name: string): Promise<undefined> {
    const found = volumes.get(undefined, name);
    if (found === undefined) return undefined;
    const phase = phaseFor(found);
    const settled = await setPhase(found, phase);
    if (phase !== 'Released' || volumeSpecOf(settled).persistentVolumeReclaimPolicy !== 'Delete') return undefined;
    await reclaim(settled);
    return undefined;
  }

  function phaseFor(found: Resource): string {
    const { claimRef } = volumeSpecOf(found);
    if (claimRef?.uid === undefined || claimRef.uid === '') return 'Available';
    const claim = claims.get(claimRef.namespace, claimRef.name ?? '');
    if (claim?.metadata.uid !== claimRef.uid) return 'Released';
    return (claim['spec'] as JsonObject)['volumeName'] === found.metadata.name ? 'Bound' : 'Available';
  }

  async function setPhase(found: Resource, phase: string): Promise<Resource> {
    if (statusPhase(found) === phase) return found;
    return mirrors.updateStatus({ ...found, status: { phase, lastPhaseTransitionTime: timestamp(now()) } });
  }

  /** Only a directory that was made here is removed; whatever else a volume points to is not ours to delete. */
  async function reclaim(found: Resource): Promise<void> {
    const home = volumeSpecOf(found).hostPath?.path;
    if (found.metadata.annotations?.[provisionedBy] !== directoryProvisioner || home === undefined) {
      events(
        found,
        'Warning',
        'VolumeFailedDelete',
        'error getting deleter volume plugin for volume: no volume plugin matched',
      );
      return;
    }
    if (path.dirname(home) !== path.resolve(directory) || !path.basename(home).startsWith(found.metadata.name)) return;
    await rm(home, { recursive: true, force: true });
    await mirrors.delete(found);
  }

  return {
    name: 'persistentvolume-controller',
    watches: [
      { apiVersion: 'v1', kind: 'PersistentVolume', keys: itself },
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        keys: (claim, before) => {
          const name = ((claim ?? before)?.['spec'] as { volumeName?: string } | undefined)?.volumeName;
          return name === undefined || name === '' ? [] : [name];
        },
      },
    ],
    reconcile,
  };
};
