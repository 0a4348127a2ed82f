import { isJsonObject, type JsonObject, type Resource } from '../../resource/index.ts';
import { parseQuantity, type Quantity } from '../schema/index.ts';
import { selects } from './selector.ts';

export interface ClaimSpec {
  accessModes?: string[];
  volumeMode?: string;
  volumeName?: string;
  storageClassName?: string;
  selector?: JsonObject;
  resources?: { requests?: { storage?: string } };
}

export interface ClaimRef extends JsonObject {
  namespace?: string;
  name?: string;
  uid?: string;
}

export interface VolumeSpec {
  accessModes?: string[];
  capacity?: { storage?: string };
  claimRef?: ClaimRef;
  hostPath?: { path: string };
  persistentVolumeReclaimPolicy?: string;
  storageClassName?: string;
  volumeMode?: string;
}

export const claimSpecOf = (claim: Resource) => claim['spec'] as unknown as ClaimSpec;
export const volumeSpecOf = (volume: Resource) => volume['spec'] as unknown as VolumeSpec;
export const statusPhase = (object: Resource) => (object['status'] as { phase?: string } | undefined)?.phase;

/** The class a claim names, also in the annotation that older manifests use; `''` asks for no class at all. */
export function classOf(claim: Resource): string {
  return (
    claimSpecOf(claim).storageClassName ?? claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? ''
  );
}

/** A volume that was bound to a claim by somebody, whichever of the claims of that name it was. */
export function isReservedFor(volume: Resource, claim: Resource): boolean {
  const { claimRef } = volumeSpecOf(volume);
  return (
    claimRef !== undefined &&
    claimRef.name === claim.metadata.name &&
    claimRef.namespace === claim.metadata.namespace &&
    (claimRef.uid === undefined || claimRef.uid === '' || claimRef.uid === claim.metadata.uid)
  );
}

/** The smallest volume that a claim can have: one made for it before all others. */
export function bestVolume(claim: Resource, volumes: readonly Resource[]): Resource | undefined {
  const fitting = volumes.filter((volume) => satisfies(volume, claim));
  return (
    fitting.find((volume) => isReservedFor(volume, claim)) ??
    fitting
      .filter((volume) => volumeSpecOf(volume).claimRef === undefined)
      .sort((one, other) => Number(sizeOf(one) - sizeOf(other)))[0]
  );
}

function satisfies(volume: Resource, claim: Resource): boolean {
  const [offer, wish] = [volumeSpecOf(volume), claimSpecOf(claim)];
  if (volume.metadata.deletionTimestamp !== undefined) return false;
  if (offer.claimRef !== undefined && !isReservedFor(volume, claim)) return false;
  return (
    (offer.storageClassName ?? '') === classOf(claim) &&
    (offer.volumeMode ?? 'Filesystem') === (wish.volumeMode ?? 'Filesystem') &&
    (wish.accessModes ?? []).every((mode) => offer.accessModes?.includes(mode)) &&
    (!isJsonObject(wish.selector) || selects(wish.selector, volume.metadata.labels)) &&
    sizeOf(volume) >= bytesOf(wish.resources?.requests?.storage)
  );
}

const sizeOf = (volume: Resource) => bytesOf(volumeSpecOf(volume).capacity?.storage);

function bytesOf(text: string | undefined): bigint {
  const quantity: Quantity | string = parseQuantity(text ?? '0');
  return typeof quantity === 'string' ? 0n : quantity.nano;
}
