import type { JsonValue, Resource } from '../../resource/index.ts';
import { type Mirrors, refOf } from './mirror.ts';
import { controlledBy, controllerOf } from './owner.ts';
import { selects } from './selector.ts';

/**
 * The candidates that belong to an owner: those it controls and selects, plus orphans that it selects, which it adopts.
 * What it controls but no longer selects is released. An owner on its way out adopts nothing.
 */
export async function adopt(
  mirrors: Mirrors,
  owner: Resource,
  selector: JsonValue,
  candidates: readonly Resource[],
): Promise<Resource[]> {
  const owned: Resource[] = [];
  for (const candidate of candidates) {
    const controller = controllerOf(candidate);
    if (controller !== undefined && controller.uid !== owner.metadata.uid) continue;
    const selected = selects(selector, candidate.metadata.labels);
    if (controller !== undefined) {
      if (selected) owned.push(candidate);
      else await setOwners(mirrors, candidate, withoutOwner(candidate, owner));
    } else if (selected && owner.metadata.deletionTimestamp === undefined) {
      const owners = [...(candidate.metadata.ownerReferences ?? []), controlledBy(owner)];
      owned.push(await setOwners(mirrors, candidate, owners));
    }
  }
  return owned;
}

function withoutOwner(object: Resource, owner: Resource) {
  return (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid);
}

function setOwners(mirrors: Mirrors, object: Resource, ownerReferences: readonly object[]): Promise<Resource> {
  // The UID is a precondition: an object of the same name that came later must not be touched.
  const metadata = { uid: object.metadata.uid ?? '', ownerReferences: ownerReferences as JsonValue };
  return mirrors.patch(refOf(object), { type: 'merge', body: { metadata } });
}
