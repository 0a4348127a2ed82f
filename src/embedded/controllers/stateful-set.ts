import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { adopt } from './adoption.ts';
import { itself, type MakeController } from './controller.ts';
import { refOf, splitKey } from './mirror.ts';
import { controlledBy, controllerKeys } from './owner.ts';
import { availableIn, counters, isReady, type PodTemplate, phaseOf, podFrom, portionOf } from './pod.ts';
import { syncRevisions } from './revisions.ts';

interface Claim extends JsonObject {
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: JsonObject;
}
interface Spec {
  replicas?: number;
  serviceName?: string;
  minReadySeconds?: number;
  podManagementPolicy?: string;
  revisionHistoryLimit?: number;
  ordinals?: { start?: number };
  selector: JsonObject;
  template: PodTemplate;
  updateStrategy?: { type?: string; rollingUpdate?: { partition?: number; maxUnavailable?: JsonValue } };
  volumeClaimTemplates?: Claim[];
  persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string };
}

const revisionLabel = 'controller-revision-hash';
const nameLabel = 'statefulset.kubernetes.io/pod-name';
const indexLabel = 'apps.kubernetes.io/pod-index';

/**
 * Pods with names and volumes of their own, one after the other
 * (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/).
 */
export const statefulSet: MakeController = ({ mirrors, recorder, now }) => {
  const sets = mirrors.of('apps/v1', 'StatefulSet');
  const pods = mirrors.of('v1', 'Pod');
  const claims = mirrors.of('v1', 'PersistentVolumeClaim');
  const events = recorder('statefulset-controller');

  async function reconcile(key: string): Promise<number | undefined> {
    const { namespace, name } = splitKey(key);
    const set = sets.get(namespace, name);
    if (set === undefined) return undefined;
    const spec = set['spec'] as unknown as Spec;
    if (set.metadata.deletionTimestamp !== undefined) return undefined;
    const status = (set['status'] ?? {}) as { currentRevision?: string };
    const inUse = [status.currentRevision ?? '', ...revisionsOf(pods.ownedBy(set.metadata.uid ?? ''))];
    const update = await syncRevisions(mirrors, set, spec, 'controller.kubernetes.io/hash', inUse);
    const current = revisionNamed(update.all, status.currentRevision) ?? revisionNamed(update.all, update.name);
    const owned = await adopt(mirrors, set, spec.selector, pods.inNamespace(namespace));
    await act(set, spec, owned, { current: current!, update: revisionNamed(update.all, update.name)! });
    return updateStatus(set, spec, { current: current!.metadata.name, update: update.name });
  }

  interface Revisions {
    current: Resource;
    update: Resource;
  }

  /** One step further, or many with `Parallel`; the next change of a pod brings the next step. */
  async function act(set: Resource, spec: Spec, owned: readonly Resource[], revisions: Revisions): Promise<void> {
    const start = spec.ordinals?.start ?? 0;
    const ordinals = Array.from({ length: spec.replicas ?? 1 }, (_, index) => start + index);
    const inOrder = spec.podManagementPolicy !== 'Parallel';
    const byOrdinal = new Map(owned.map((pod) => [ordinalOf(set, pod), pod]));
    for (const ordinal of ordinals) {
      const pod = byOrdinal.get(ordinal);
      if (pod !== undefined && (phaseOf(pod) === 'Failed' || phaseOf(pod) === 'Succeeded')) {
        await remove(set, pod);
        if (inOrder) return;
      } else if (pod === undefined) {
        await create(set, spec, ordinal, revisionFor(ordinal, spec, revisions));
        if (inOrder) return;
      } else if (inOrder && (!isSettled(pod, spec) || pod.metadata.deletionTimestamp !== undefined)) return;
      else await keepClaims(set, spec, ordinal);
    }
    const surplus = [...byOrdinal]
      .filter(([ordinal]) => !ordinals.includes(ordinal))
      .sort(([one], [other]) => other - one)
      .map(([, pod]) => pod);
    for (const pod of surplus) {
      if (inOrder && owned.some((other) => other !== pod && !surplus.includes(other) && !isSettled(other, spec)))
        return;
      await remove(set, pod);
      if (inOrder) return;
    }
    if (spec.updateStrategy?.type !== 'OnDelete') await roll(set, spec, ordinals, byOrdinal, revisions.update);
  }

  /** From the highest ordinal down to the partition, never more at a time than may be unavailable. */
  async function roll(
    set: Resource,
    spec: Spec,
    ordinals: readonly number[],
    byOrdinal: ReadonlyMap<number, Resource>,
    update: Resource,
  ): Promise<void> {
    const { partition = 0, maxUnavailable = 1 } = spec.updateStrategy?.rollingUpdate ?? {};
    const first = (spec.ordinals?.start ?? 0) + partition;
    let room = Math.max(1, portionOf(maxUnavailable, ordinals.length, 'up'));
    for (const ordinal of [...ordinals].reverse()) {
      if (ordinal < first || room <= 0) return;
      const pod = byOrdinal.get(ordinal);
      if (pod === undefined) return;
      if (
        pod.metadata.labels?.[revisionLabel] !== update.metadata.name &&
        pod.metadata.deletionTimestamp === undefined
      ) {
        await remove(set, pod);
        room -= 1;
      } else if (!isSettled(pod, spec)) room -= 1;
    }
  }

  /** Below the partition, and while an update is under way, a lost pod comes back as it was. */
  function revisionFor(ordinal: number, spec: Spec, { current, update }: Revisions): Resource {
    const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    return ordinal - (spec.ordinals?.start ?? 0) < partition ? current : update;
  }

  async function create(set: Resource, spec: Spec, ordinal: number, revision: Resource): Promise<void> {
    await keepClaims(set, spec, ordinal);
    const template = templateOf(revision);
    const pod = podFrom(set, template);
    const name = `${set.metadata.name}-${ordinal}`;
    const podSpec = pod['spec'] as JsonObject & { volumes?: JsonObject[] };
    const own = (spec.volumeClaimTemplates ?? []).map(({ metadata }) => ({
      name: metadata.name,
      persistentVolumeClaim: { claimName: `${metadata.name}-${name}` },
    }));
    const others = (podSpec.volumes ?? []).filter((volume) => !own.some((claim) => claim.name === volume['name']));
    const { generateName: _generated, ...metadata } = pod.metadata;
    await mirrors.create({
      ...pod,
      metadata: {
        ...metadata,
        name,
        labels: {
          ...pod.metadata.labels,
          [revisionLabel]: revision.metadata.name,
          [nameLabel]: name,
          [indexLabel]: String(ordinal),
        },
      },
      spec: {
        ...podSpec,
        hostname: name,
        ...(spec.serviceName === undefined || spec.serviceName === '' ? {} : { subdomain: spec.serviceName }),
        ...(own.length + others.length === 0 ? {} : { volumes: [...own, ...others] }),
      },
    });
    events(set, 'Normal', 'SuccessfulCreate', `Create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
  }

  /** The claims of a pod outlive it, so that it finds its data again. */
  async function keepClaims(set: Resource, spec: Spec, ordinal: number): Promise<void> {
    const pod = `${set.metadata.name}-${ordinal}`;
    for (const template of spec.volumeClaimTemplates ?? []) {
      const name = `${template.metadata.name}-${pod}`;
      if (claims.get(set.metadata.namespace, name) !== undefined) continue;
      const owners =
        spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete' ? [controlledBy(set)] : undefined;
      const labels = {
        ...template.metadata.labels,
        ...((spec.selector['matchLabels'] ?? {}) as Record<string, string>),
      };
      await mirrors.create({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name,
          namespace: set.metadata.namespace ?? '',
          labels,
          ...(template.metadata.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
          ...(owners === undefined ? {} : { ownerReferences: owners }),
        },
        spec: template.spec,
      });
      events(
        set,
        'Normal',
        'SuccessfulCreate',
        `Create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`,
      );
    }
  }

  async function remove(set: Resource, pod: Resource): Promise<void> {
    if (pod.metadata.deletionTimestamp !== undefined) return;
    await mirrors.delete(pod);
    events(
      set,
      'Normal',
      'SuccessfulDelete',
      `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`,
    );
    const retention = (set['spec'] as unknown as Spec).persistentVolumeClaimRetentionPolicy?.whenScaled;
    if (retention === 'Delete' && ordinalOf(set, pod) >= ((set['spec'] as unknown as Spec).replicas ?? 1))
      await ownClaims(set, pod);
  }

  /** With `whenScaled: Delete` the pod owns its claims from its last moment on, and takes them with it. */
  async function ownClaims(set: Resource, pod: Resource): Promise<void> {
    const reference = { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid ?? '' };
    for (const { metadata } of (set['spec'] as unknown as Spec).volumeClaimTemplates ?? []) {
      const claim = claims.get(set.metadata.namespace, `${metadata.name}-${pod.metadata.name}`);
      if (claim === undefined) continue;
      await mirrors.patch(refOf(claim), { type: 'merge', body: { metadata: { ownerReferences: [reference] } } });
    }
  }

  const isSettled = (pod: Resource, spec: Spec) => availableIn(pod, spec.minReadySeconds ?? 0, now()) === 0;

  async function updateStatus(set: Resource, spec: Spec, revisions: { current: string; update: string }) {
    const owned = pods.ownedBy(set.metadata.uid ?? '');
    const at = (name: string) =>
      owned.filter(
        (pod) => pod.metadata.labels?.[revisionLabel] === name && pod.metadata.deletionTimestamp === undefined,
      ).length;
    const updated = at(revisions.update);
    const ready = owned.filter(isReady).length;
    const done = updated === (spec.replicas ?? 1) && ready === updated && owned.length === updated;
    const current = done ? revisions.update : revisions.current;
    const waits = owned.map((pod) => availableIn(pod, spec.minReadySeconds ?? 0, now()));
    const fresh = sets.get(set.metadata.namespace, set.metadata.name) ?? set;
    const status = {
      observedGeneration: set.metadata.generation ?? 1,
      replicas: owned.length,
      ...counters({ readyReplicas: ready, currentReplicas: at(current), updatedReplicas: updated }),
      availableReplicas: waits.filter((wait) => wait === 0).length,
      currentRevision: current,
      updateRevision: revisions.update,
      collisionCount: 0,
    };
    if (canonical(fresh['status']) !== canonical(status)) await mirrors.updateStatus({ ...fresh, status });
    const pending = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
    return pending.length === 0 ? undefined : Math.min(...pending);
  }

  return {
    name: 'statefulset-controller',
    watches: [
      { apiVersion: 'apps/v1', kind: 'StatefulSet', keys: itself },
      { apiVersion: 'v1', kind: 'Pod', keys: (pod, before) => controllerKeys('StatefulSet', pod, before) },
      { apiVersion: 'apps/v1', kind: 'ControllerRevision', keys: () => [] },
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', keys: () => [] },
    ],
    reconcile,
  };
};

function ordinalOf(set: Resource, pod: Resource): number {
  const match = /-(\d+)$/.exec(pod.metadata.name);
  return match !== null && pod.metadata.name === `${set.metadata.name}-${match[1]}` ? Number(match[1]) : -1;
}

function revisionsOf(owned: readonly Resource[]): string[] {
  return owned.flatMap((pod) => pod.metadata.labels?.[revisionLabel] ?? []);
}

function revisionNamed(all: readonly Resource[], name: string | undefined): Resource | undefined {
  return all.find((revision) => revision.metadata.name === name);
}

function templateOf(revision: Resource): PodTemplate {
  const { $patch: _patch, ...template } = (revision['data'] as { spec: { template: JsonObject } }).spec.template;
  return template as unknown as PodTemplate;
}
