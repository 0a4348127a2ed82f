import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import type { Mirrors } from './mirror.ts';
import { controlledBy, isControlledBy } from './owner.ts';
import { type PodTemplate, templateHash } from './pod.ts';

interface Spec {
  selector: JsonObject;
  template: PodTemplate;
  revisionHistoryLimit?: number;
}

/**
 * The ControllerRevisions of a StatefulSet or DaemonSet: one for each template it had, which `kubectl rollout undo`
 * reads. Makes the one of the current template, gives it the highest number, and forgets the oldest that nothing uses:
 * `inUse` has names of revisions, and the hashes on pods.
 */
export async function syncRevisions(
  mirrors: Mirrors,
  owner: Resource,
  spec: Spec,
  label: string,
  inUse: readonly string[],
): Promise<{ hash: string; name: string; all: Resource[] }> {
  const revisions = mirrors.of('apps/v1', 'ControllerRevision');
  const mine = () =>
    revisions
      .ownedBy(owner.metadata.uid ?? '')
      .filter((revision) => isControlledBy(revision, owner))
      .sort((one, other) => numberOf(one) - numberOf(other));
  const data = { spec: { template: { ...spec.template, $patch: 'replace' } } } as unknown as JsonObject;
  const hash = templateHash(data as JsonValue);
  const name = `${owner.metadata.name}-${hash}`;
  const known = mine();
  const highest = known.reduce((top, revision) => Math.max(top, numberOf(revision)), 0);
  const found = known.find((revision) => canonical(revision['data']) === canonical(data));
  if (found === undefined) {
    await mirrors.create({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        namespace: owner.metadata.namespace ?? '',
        labels: { ...spec.template.metadata?.labels, [label]: hash },
        ownerReferences: [controlledBy(owner)],
      },
      data,
      revision: highest + 1,
    });
  } else if (numberOf(found) !== highest) await mirrors.update({ ...found, revision: highest + 1 });
  const current = found?.metadata.name ?? name;
  const isUsed = ({ metadata }: Resource) =>
    metadata.name === current || inUse.includes(metadata.name) || inUse.includes(metadata.labels?.[label] ?? '');
  const old = mine().filter((revision) => !isUsed(revision));
  for (const revision of old.slice(0, Math.max(0, old.length - (spec.revisionHistoryLimit ?? 10))))
    await mirrors.delete(revision);
  return { hash: found?.metadata.labels?.[label] ?? hash, name: current, all: mine() };
}

const numberOf = (revision: Resource) => Number(revision['revision'] ?? 0);
