import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { adopt } from './adoption.ts';
import { itself, type MakeController } from './controller.ts';
import { announce, isRescaled, type Rollout, rescale, scale, sizeAnnotations } from './deployment-scale.ts';
import { bounds, type DeploymentSpec, replicasOf, specOf, statusCount } from './deployment-spec.ts';
import { deploymentStatus } from './deployment-status.ts';
import { refOf, splitKey } from './mirror.ts';
import { controlledBy, controllerKeys } from './owner.ts';
import { isFinished, type PodTemplate, templateHash } from './pod.ts';

const hashLabel = 'pod-template-hash';
const revision = 'deployment.kubernetes.io/revision';

/** Rolls a pod template out through ReplicaSets (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/). */
export const deployment: MakeController = (surroundings) => {
  const { mirrors } = surroundings;
  const rollout: Rollout = { mirrors, events: surroundings.recorder('deployment-controller') };
  const deployments = mirrors.of('apps/v1', 'Deployment');
  const sets = mirrors.of('apps/v1', 'ReplicaSet');
  const pods = mirrors.of('v1', 'Pod');

  async function reconcile(key: string): Promise<number | undefined> {
    const { namespace, name } = splitKey(key);
    const found = deployments.get(namespace, name);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
    const spec = specOf(found);
    const owned = await adopt(mirrors, found, spec.selector, sets.inNamespace(namespace));
    const current = newest(owned, spec.template);
    if (spec.paused === true || isRescaled(found, owned)) await rescale(rollout, found, owned, current);
    else if (spec.strategy?.type === 'Recreate') await recreate(found, spec, owned, current);
    else await roll(found, spec, owned, current);
    const left = sets.ownedBy(found.metadata.uid ?? '');
    const now = newest(left, spec.template);
    if (spec.paused !== true) await forgetOld(spec, left, now);
    return deploymentStatus(surroundings, deployments.get(namespace, name) ?? found, left, now);
  }

  async function recreate(found: Resource, spec: DeploymentSpec, owned: Resource[], current: Resource | undefined) {
    const old = owned.filter((set) => set !== current);
    for (const set of old) if (replicasOf(set) > 0) await scale(rollout, found, set, 0);
    const running = old.some((set) => pods.ownedBy(set.metadata.uid ?? '').some((pod) => !isFinished(pod)));
    if (running) return;
    const set = await ensureNew(found, spec, owned, current, spec.replicas ?? 1);
    await scale(rollout, found, set, spec.replicas ?? 1);
  }

  async function roll(found: Resource, spec: DeploymentSpec, owned: Resource[], current: Resource | undefined) {
    const replicas = spec.replicas ?? 1;
    const { surge, unavailable } = bounds(spec);
    const old = owned.filter((set) => set !== current);
    const total = owned.reduce((sum, set) => sum + replicasOf(set), 0);
    const room = Math.max(0, replicas + surge - total);
    const first = Math.min(replicas, old.every((set) => replicasOf(set) === 0) ? replicas : room);
    const set = await ensureNew(found, spec, owned, current, first);
    if (current !== undefined) {
      const wanted =
        replicasOf(set) > replicas ? replicas : replicasOf(set) + Math.min(replicas - replicasOf(set), room);
      await scale(rollout, found, set, wanted);
    }
    await scaleDownOld(found, replicas - unavailable, old, sets.get(set.metadata.namespace, set.metadata.name) ?? set);
  }

  /** Unhealthy old pods first, then as many of the rest as availability allows. */
  async function scaleDownOld(found: Resource, least: number, old: readonly Resource[], current: Resource) {
    const all = [...old, current];
    const total = all.reduce((sum, set) => sum + replicasOf(set), 0);
    const notYet = replicasOf(current) - statusCount(current, 'availableReplicas');
    let spare = total - least - Math.max(0, notYet);
    // Counts of sets that are still shrinking are too high: what was just taken must not be taken again.
    if (spare <= 0) return;
    const byAge = [...old].sort((one, other) => age(one) - age(other));
    const sizes = new Map(byAge.map((set) => [set, replicasOf(set)]));
    for (const set of byAge) {
      const unhealthy = Math.min(Math.max(0, replicasOf(set) - statusCount(set, 'availableReplicas')), spare);
      sizes.set(set, replicasOf(set) - unhealthy);
      spare -= unhealthy;
    }
    let removable = all.reduce((sum, set) => sum + statusCount(set, 'availableReplicas'), 0) - least;
    for (const set of byAge) {
      const down = Math.min(sizes.get(set)!, Math.max(0, removable));
      sizes.set(set, sizes.get(set)! - down);
      removable -= down;
    }
    for (const set of byAge) await scale(rollout, found, set, sizes.get(set)!);
  }

  /** The set of the current template, made if there is none, with the highest revision. */
  async function ensureNew(
    found: Resource,
    spec: DeploymentSpec,
    owned: readonly Resource[],
    current: Resource | undefined,
    replicas: number,
  ): Promise<Resource> {
    const highest = Math.max(0, ...owned.filter((set) => set !== current).map(revisionOf));
    const number = String(current === undefined ? highest + 1 : Math.max(highest + 1, revisionOf(current)));
    const set = current ?? (await createSet(found, spec, number, replicas));
    if (current !== undefined && current.metadata.annotations?.[revision] !== number) {
      await annotate(set, { [revision]: number });
    }
    if (found.metadata.annotations?.[revision] !== number) await setRevision(found, number);
    return set;
  }

  async function createSet(found: Resource, spec: DeploymentSpec, number: string, replicas: number): Promise<Resource> {
    const collisions = statusCount(found, 'collisionCount');
    const hash = templateHash([spec.template as JsonValue, collisions]);
    const labels = { ...spec.template.metadata?.labels, [hashLabel]: hash };
    const { [lastApplied]: _dropped, ...annotations } = found.metadata.annotations ?? {};
    try {
      const set = await mirrors.create({
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          name: `${found.metadata.name}-${hash}`,
          namespace: found.metadata.namespace ?? '',
          labels,
          annotations: {
            ...annotations,
            ...sizeAnnotations(found),
            [revision]: number,
          },
          ownerReferences: [controlledBy(found)],
        },
        spec: {
          replicas,
          ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
          selector: withLabel(spec.selector, hash),
          template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
        },
      });
      announce(rollout.events, found, set, 0, replicas);
      return set;
    } catch (error) {
      if ((error as { status?: number }).status === 409) await countCollision(found, collisions);
      throw error;
    }
  }

  /** A foreign set has our name: another number in the hash gives another name. */
  async function countCollision(found: Resource, collisions: number): Promise<void> {
    const status = { ...(found['status'] as JsonObject | undefined), collisionCount: collisions + 1 };
    await mirrors.updateStatus({ ...found, status });
  }

  async function annotate(object: Resource, annotations: Record<string, string>): Promise<void> {
    await mirrors.patch(refOf(object), { type: 'merge', body: { metadata: { annotations } } });
  }

  /** By way of the status, which leaves the generation alone. */
  async function setRevision(found: Resource, number: string): Promise<void> {
    const body = { metadata: { annotations: { [revision]: number } } };
    await mirrors.patch(refOf(found), { type: 'merge', body }, { subresource: 'status' });
  }

  async function forgetOld(spec: DeploymentSpec, owned: readonly Resource[], current: Resource | undefined) {
    const idle = owned
      .filter((set) => set !== current && replicasOf(set) === 0 && statusCount(set, 'replicas') === 0)
      .filter((set) => set.metadata.deletionTimestamp === undefined)
      .sort((one, other) => revisionOf(one) - revisionOf(other));
    const kept = spec.revisionHistoryLimit ?? 10;
    for (const set of idle.slice(0, Math.max(0, idle.length - kept))) await mirrors.delete(set);
  }

  return {
    name: 'deployment-controller',
    watches: [
      { apiVersion: 'apps/v1', kind: 'Deployment', keys: itself },
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', keys: (now, before) => controllerKeys('Deployment', now, before) },
      { apiVersion: 'v1', kind: 'Pod', keys: (now, before) => (now === undefined ? deploymentOf(before) : []) },
    ],
    reconcile,
  };

  /** `Recreate` waits for pods that are gone. */
  function deploymentOf(pod: Resource | undefined): string[] {
    return controllerKeys('ReplicaSet', pod).flatMap((key) => {
      const { namespace, name } = splitKey(key);
      return controllerKeys('Deployment', sets.get(namespace, name));
    });
  }
};

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** The oldest set whose template is the wanted one, the hash label aside. */
function newest(owned: readonly Resource[], template: PodTemplate): Resource | undefined {
  const wanted = canonical(template as JsonValue);
  return [...owned]
    .sort((one, other) => age(one) - age(other))
    .find((set) => canonical(withoutHash((set['spec'] as JsonObject)['template'] as PodTemplate)) === wanted);
}

function withoutHash(template: PodTemplate): JsonValue {
  const { [hashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } } as JsonValue;
}

function withLabel(selector: JsonObject, hash: string): JsonObject {
  return { ...selector, matchLabels: { ...(selector['matchLabels'] as JsonObject | undefined), [hashLabel]: hash } };
}

const revisionOf = (set: Resource) => Number(set.metadata.annotations?.[revision] ?? 0);
const age = (set: Resource) => Date.parse(set.metadata.creationTimestamp ?? '');
