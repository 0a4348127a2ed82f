import type { Resource } from '../../resource/index.ts';
import { bounds, replicasOf, specOf, statusCount } from './deployment-spec.ts';
import type { Recorder } from './events.ts';
import { type Mirrors, refOf } from './mirror.ts';

/** What changes sizes: the objects, and a voice to say so. */
export interface Rollout {
  mirrors: Mirrors;
  events: Recorder;
}

const desired = 'deployment.kubernetes.io/desired-replicas';
const maximum = 'deployment.kubernetes.io/max-replicas';

/** The sizes that a set had in mind when it was last scaled, kept on it. */
export function sizeAnnotations(owner: Resource): Record<string, string> {
  const { replicas = 1 } = specOf(owner);
  return { [desired]: String(replicas), [maximum]: String(replicas + bounds(specOf(owner)).surge) };
}

/** Sets the size of a set and says so. */
export async function scale(rollout: Rollout, owner: Resource, set: Resource, replicas: number): Promise<void> {
  const annotations = sizeAnnotations(owner);
  const isKnown = Object.entries(annotations).every(([name, value]) => set.metadata.annotations?.[name] === value);
  const before = replicasOf(set);
  if (before === replicas && isKnown) return;
  const body = { metadata: { annotations }, spec: { replicas } };
  await rollout.mirrors.patch(refOf(set), { type: 'merge', body });
  if (before !== replicas) announce(rollout.events, owner, set, before, replicas);
}

export function announce(events: Recorder, owner: Resource, set: Resource, before: number, after: number): void {
  const direction = after >= before ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${after}`;
  events(owner, 'Normal', 'ScalingReplicaSet', message);
}

/** Whether somebody changed `spec.replicas` since the sets were last scaled. */
export function isRescaled(owner: Resource, owned: readonly Resource[]): boolean {
  return owned.some(
    (set) =>
      replicasOf(set) > 0 &&
      set.metadata.annotations?.[desired] !== undefined &&
      Number(set.metadata.annotations[desired]) !== (specOf(owner).replicas ?? 1),
  );
}

/**
 * Makes the whole larger or smaller without going on with a rollout: one running set takes it all, several share it by
 * their size (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling).
 */
export async function rescale(
  rollout: Rollout,
  owner: Resource,
  owned: readonly Resource[],
  current: Resource | undefined,
): Promise<void> {
  const { replicas = 1 } = specOf(owner);
  const active = owned.filter((set) => replicasOf(set) > 0);
  const only = active.length > 1 ? undefined : (active[0] ?? current);
  if (active.length <= 1) return only === undefined ? undefined : scale(rollout, owner, only, replicas);
  if (
    current !== undefined &&
    replicasOf(current) === replicas &&
    statusCount(current, 'availableReplicas') === replicas
  ) {
    for (const set of active) if (set !== current) await scale(rollout, owner, set, 0);
    return;
  }
  const allowed = replicas > 0 ? replicas + bounds(specOf(owner)).surge : 0;
  const missing = allowed - active.reduce((sum, set) => sum + replicasOf(set), 0);
  const age = (set: Resource) => Date.parse(set.metadata.creationTimestamp ?? '');
  const sorted = active.sort(
    (one, other) =>
      replicasOf(other) - replicasOf(one) || (missing > 0 ? age(other) - age(one) : age(one) - age(other)),
  );
  let left = missing;
  const shares = sorted.map((set) => {
    const wanted = replicas === 0 ? -replicasOf(set) : shareOf(owner, set, allowed) - replicasOf(set);
    const share = missing > 0 ? Math.min(Math.max(wanted, 0), left) : Math.max(Math.min(wanted, 0), left);
    left -= share;
    return share;
  });
  for (const [index, set] of sorted.entries()) {
    const rest = index === 0 ? left : 0;
    await scale(rollout, owner, set, Math.max(0, replicasOf(set) + (shares[index] ?? 0) + rest));
  }
}

/** The size a set would have, had it always been part of a whole of this size. */
function shareOf(owner: Resource, set: Resource, whole: number): number {
  const known = Number(set.metadata.annotations?.[maximum] ?? 0);
  const before = known > 0 ? known : statusCount(owner, 'replicas');
  return before === 0 ? replicasOf(set) : Math.round((replicasOf(set) * whole) / before);
}
