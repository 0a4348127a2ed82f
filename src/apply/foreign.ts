import { idOf, type JsonValue, type Resource } from '../resource/index.ts';
import { homeNamespace, partOf } from './inventory/applyset.ts';
import type { Member } from './inventory/record.ts';
import type { Foreign } from './plan.ts';

/** Objects that Kubernetes itself puts into every namespace; changing one of them takes nothing from anybody. */
const comesWithNamespace = new Set(['ServiceAccount default', 'ConfigMap kube-root-ca.crt']);

/** Who has an object that is not ours; undefined where it is ours or nobody's. */
export function holderOf(live: Resource, identity: string, member: Member | undefined): Foreign | undefined {
  const labels = live.metadata.labels ?? {};
  if (labels[partOf] === identity) return undefined;
  const id = idOf(live);
  if (labels[partOf] !== undefined) {
    return {
      id,
      adoptable: false,
      holder: `another set (${partOf}=${labels[partOf]}, see namespace ${homeNamespace})`,
    };
  }
  if (member?.uid !== undefined && member.uid === live.metadata.uid) return undefined;
  const owner = live.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (owner !== undefined) return { id, adoptable: false, holder: `${owner.kind} ${owner.name}` };
  if (comesWithNamespace.has(`${live.kind} ${live.metadata.name}`)) return undefined;
  const release = live.metadata.annotations?.['meta.helm.sh/release-name'];
  if (release !== undefined) return { id, adoptable: true, holder: `Helm release ${release}` };
  const managers = live.metadata['managedFields'];
  const first = Array.isArray(managers)
    ? (managers[0] as Record<string, JsonValue> | undefined)?.['manager']
    : undefined;
  return {
    id,
    adoptable: true,
    holder: typeof first === 'string' ? `somebody else (made by ${first})` : 'somebody else',
  };
}
