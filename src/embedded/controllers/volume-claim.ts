import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { itself, type MakeController } from './controller.ts';
import { refOf, splitKey } from './mirror.ts';
import { claimsOf } from './scheduler.ts';
import { bestVolume, claimSpecOf, classOf, isReservedFor, statusPhase, volumeSpecOf } from './volume-spec.ts';

/** What the classes of this cluster name as their provisioner: volumes are directories of this machine. */
export const directoryProvisioner = 'slipway.dev/directory';

const bindCompleted = 'pv.kubernetes.io/bind-completed';
const boundByController = 'pv.kubernetes.io/bound-by-controller';
export const provisionedBy = 'pv.kubernetes.io/provisioned-by';
const storageProvisioner = 'volume.kubernetes.io/storage-provisioner';
const selectedNode = 'volume.kubernetes.io/selected-node';

interface StorageClass extends JsonObject {
  provisioner?: string;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
  mountOptions?: string[];
}

/**
 * Binds claims to volumes, and makes a directory for a claim whose class says `slipway.dev/directory`
 * (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding).
 */
export const volumeClaim: MakeController = ({ mirrors, recorder, directory }) => {
  const claims = mirrors.of('v1', 'PersistentVolumeClaim');
  const volumes = mirrors.of('v1', 'PersistentVolume');
  const classes = mirrors.of('storage.k8s.io/v1', 'StorageClass');
  const pods = mirrors.of('v1', 'Pod');
  const events = recorder('persistentvolume-controller');
  const provisioner = recorder(directoryProvisioner);

  async function reconcile(key: string): Promise<undefined> {
    const { namespace, name } = splitKey(key);
    const claim = claims.get(namespace, name);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return undefined;
    const named = claimSpecOf(claim).volumeName;
    if (named !== undefined && named !== '') return settle(claim, named);
    const found = bestVolume(claim, volumes.all());
    const isReserved = found !== undefined && volumeSpecOf(found).claimRef !== undefined;
    if (!isReserved && waitsForConsumer(claim)) {
      events(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
      return undefined;
    }
    const volume = found ?? (await provision(claim));
    if (volume !== undefined) await bind(claim, volume);
    return undefined;
  }

  /** A claim that names its volume: the volume may be lost, another's, or not there yet. */
  async function settle(claim: Resource, name: string): Promise<undefined> {
    const volume = volumes.get(undefined, name);
    const isBound = claim.metadata.annotations?.[bindCompleted] !== undefined;
    if (volume === undefined) {
      if (!isBound || statusPhase(claim) === 'Lost') return undefined;
      await mirrors.updateStatus({ ...claim, status: { phase: 'Lost' } });
      events(
        claim,
        'Warning',
        'ClaimLost',
        'Bound claim has lost its PersistentVolume. Any data on the volume is lost!',
      );
      return undefined;
    }
    const { claimRef } = volumeSpecOf(volume);
    if (claimRef === undefined || isReservedFor(volume, claim)) await bind(claim, volume);
    else events(claim, 'Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`);
    return undefined;
  }

  /** First the volume is the claim's, then the claim is told: a crash in between is finished by the next look. */
  async function bind(claim: Resource, volume: Resource): Promise<void> {
    const { claimRef } = volumeSpecOf(volume);
    const reference = referenceTo(claim);
    if (claimRef?.uid !== claim.metadata.uid) {
      const byController = claimRef === undefined ? { [boundByController]: 'yes' } : {};
      await mirrors.patch(refOf(volume), {
        type: 'merge',
        body: {
          metadata: { resourceVersion: volume.metadata.resourceVersion ?? '', annotations: byController },
          spec: { claimRef: reference },
        },
      });
    }
    const chosen = claimSpecOf(claim).volumeName === undefined || claimSpecOf(claim).volumeName === '';
    if (claim.metadata.annotations?.[bindCompleted] === undefined) {
      await mirrors.patch(refOf(claim), {
        type: 'merge',
        body: {
          metadata: { annotations: { [bindCompleted]: 'yes', ...(chosen ? { [boundByController]: 'yes' } : {}) } },
          spec: { volumeName: volume.metadata.name },
        },
      });
    }
    const { accessModes = [], capacity = {} } = volumeSpecOf(volume);
    const fresh = claims.get(claim.metadata.namespace, claim.metadata.name) ?? claim;
    const status = { ...(fresh['status'] as JsonObject | undefined), phase: 'Bound', accessModes, capacity };
    if (canonical(fresh['status']) !== canonical(status as JsonValue))
      await mirrors.updateStatus({ ...fresh, status: status as JsonObject });
  }

  /** A new directory of this machine, or word of why there is none. */
  async function provision(claim: Resource): Promise<Resource | undefined> {
    const className = classOf(claim);
    if (className === '') {
      const why = 'no persistent volumes available for this claim and no storage class is set';
      events(claim, 'Normal', 'FailedBinding', why);
      return undefined;
    }
    const storageClass = classes.get(undefined, className) as (StorageClass & Resource) | undefined;
    if (storageClass === undefined) {
      events(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`);
      return undefined;
    }
    await annotateProvisioner(claim, storageClass.provisioner ?? '');
    if (storageClass.provisioner === 'kubernetes.io/no-provisioner') return undefined;
    if (storageClass.provisioner !== directoryProvisioner) {
      const who = `the external provisioner '${storageClass.provisioner}'`;
      const why = `Waiting for a volume to be created either by ${who} or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
      events(claim, 'Normal', 'ExternalProvisioning', why);
      return undefined;
    }
    return makeDirectory(claims.get(claim.metadata.namespace, claim.metadata.name) ?? claim, className, storageClass);
  }

  async function makeDirectory(claim: Resource, className: string, storageClass: StorageClass): Promise<Resource> {
    const name = `pvc-${claim.metadata.uid}`;
    const home = path.join(directory, `${name}_${claim.metadata.namespace}_${claim.metadata.name}`);
    await mkdir(home, { recursive: true, mode: 0o700 });
    const { accessModes = [], resources, volumeMode = 'Filesystem' } = claimSpecOf(claim);
    const { reclaimPolicy = 'Delete', mountOptions } = storageClass;
    const volume = await mirrors.create({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: { [provisionedBy]: directoryProvisioner } },
      spec: {
        accessModes,
        capacity: { storage: resources?.requests?.storage ?? '0' },
        claimRef: referenceTo(claim),
        hostPath: { path: home, type: 'DirectoryOrCreate' },
        persistentVolumeReclaimPolicy: reclaimPolicy,
        storageClassName: className,
        volumeMode,
        ...(mountOptions === undefined ? {} : { mountOptions }),
      },
    });
    provisioner(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`);
    return volume;
  }

  async function annotateProvisioner(claim: Resource, name: string): Promise<void> {
    if (claim.metadata.annotations?.[storageProvisioner] === name) return;
    const body = { metadata: { annotations: { [storageProvisioner]: name } } };
    await mirrors.patch(refOf(claim), { type: 'merge', body });
  }

  /** With `WaitForFirstConsumer`, until a pod that uses the claim is there. */
  function waitsForConsumer(claim: Resource): boolean {
    const storageClass = classes.get(undefined, classOf(claim)) as StorageClass | undefined;
    if (storageClass?.volumeBindingMode !== 'WaitForFirstConsumer') return false;
    if (claim.metadata.annotations?.[selectedNode] !== undefined) return false;
    return !pods.inNamespace(claim.metadata.namespace).some((pod) => claimsOf(pod).includes(claim.metadata.name));
  }

  return {
    name: 'persistentvolume-claim-controller',
    watches: [
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', keys: itself },
      { apiVersion: 'v1', kind: 'PersistentVolume', keys: (now, before) => claimsFor(now ?? before) },
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', keys: () => unbound() },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        keys: (now, before) =>
          now === undefined || before !== undefined
            ? []
            : claimsOf(now).map((name) => `${now.metadata.namespace}/${name}`),
      },
    ],
    reconcile,
    // Two claims must not take one volume.
    concurrency: 1,
  };

  function claimsFor(volume: Resource | undefined): string[] {
    const claimRef = volume === undefined ? undefined : volumeSpecOf(volume).claimRef;
    return claimRef === undefined ? unbound() : [`${claimRef.namespace}/${claimRef.name}`];
  }

  function unbound(): string[] {
    return claims
      .all()
      .filter((claim) => statusPhase(claim) === 'Pending')
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  }
};

function referenceTo({ metadata }: Resource): JsonObject {
  const { namespace = '', name, uid = '', resourceVersion = '' } = metadata;
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion };
}
