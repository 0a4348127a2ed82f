import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import type { Surroundings } from './controller.ts';
import { bounds, specOf, statusCount } from './deployment-spec.ts';
import { conditionOf, counters, timestamp } from './pod.ts';

interface Condition extends JsonObject {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastUpdateTime: string;
  lastTransitionTime: string;
}

/**
 * Writes counts and conditions of a Deployment, with the reasons that `kubectl rollout status` reads. Answers the
 * milliseconds until the progress deadline passes, while there is one to pass.
 */
export async function deploymentStatus(
  surroundings: Surroundings,
  deployment: Resource,
  sets: readonly Resource[],
  current: Resource | undefined,
): Promise<number | undefined> {
  const { mirrors, now } = surroundings;
  const spec = specOf(deployment);
  const sum = (name: string) => sets.reduce((total, set) => total + statusCount(set, name), 0);
  const [replicas, available] = [sum('replicas'), sum('availableReplicas')];
  const updated = current === undefined ? 0 : statusCount(current, 'replicas');
  const before = (deployment['status'] ?? {}) as JsonObject;
  const minimum = (spec.replicas ?? 1) - bounds(spec).unavailable;
  const changed = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'].some(
    (name) =>
      ((before[name] as number | undefined) ?? 0) !==
      { replicas, updatedReplicas: updated, readyReplicas: sum('readyReplicas'), availableReplicas: available }[name],
  );
  const complete = updated === (spec.replicas ?? 1) && replicas === updated && available === updated;
  const progressing = progress({ complete, changed });
  const conditions = [
    available >= minimum
      ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
      : condition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'),
    ...(progressing === undefined ? [] : [progressing]),
    ...failure(),
  ];
  const status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...counters({
      replicas,
      updatedReplicas: updated,
      readyReplicas: sum('readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, Math.max(spec.replicas ?? 1, replicas) - available),
    }),
    terminatingReplicas: sum('terminatingReplicas'),
    ...(before['collisionCount'] === undefined ? {} : { collisionCount: before['collisionCount'] }),
    conditions: sameOrder(conditions, before['conditions'] as Condition[] | undefined),
  };
  if (canonical(before) !== canonical(status as unknown as JsonValue)) {
    await mirrors.updateStatus({ ...deployment, status: status as unknown as JsonObject });
  }
  return complete || spec.paused === true ? undefined : remaining(progressing);

  function condition(type: string, value: string, reason: string, message: string, touch = false): Condition {
    const old = conditionOf(deployment, type) as Condition | undefined;
    const time = timestamp(now());
    const same = old?.status === value && old.reason === reason && !touch;
    return {
      type,
      status: value,
      reason,
      message,
      lastUpdateTime: same ? old.lastUpdateTime : time,
      lastTransitionTime: old?.status === value ? old.lastTransitionTime : time,
    };
  }

  function progress({ complete, changed }: { complete: boolean; changed: boolean }): Condition | undefined {
    const old = conditionOf(deployment, 'Progressing') as Condition | undefined;
    if (spec.progressDeadlineSeconds === undefined) return undefined;
    if (spec.paused === true) {
      return old?.reason === 'DeploymentPaused'
        ? old
        : condition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused');
    }
    const name = `ReplicaSet "${current?.metadata.name}"`;
    if (complete)
      return condition('Progressing', 'True', 'NewReplicaSetAvailable', `${name} has successfully progressed.`);
    if (old === undefined)
      return condition(
        'Progressing',
        'True',
        'NewReplicaSetCreated',
        `Created new replica set "${current?.metadata.name}"`,
      );
    if (changed || old.reason === 'DeploymentPaused' || old.reason === 'NewReplicaSetAvailable') {
      return condition('Progressing', 'True', 'ReplicaSetUpdated', `${name} is progressing.`, true);
    }
    if (old.reason !== 'ProgressDeadlineExceeded' && (remaining(old) ?? 1) <= 0) {
      return condition('Progressing', 'False', 'ProgressDeadlineExceeded', `${name} has timed out progressing.`);
    }
    return old;
  }

  function failure(): Condition[] {
    const failed = sets
      .map((set) => conditionOf(set, 'ReplicaFailure') as Condition | undefined)
      .find((one) => one !== undefined);
    return failed === undefined ? [] : [condition('ReplicaFailure', 'True', failed.reason, failed.message)];
  }

  function remaining(progressing: Condition | undefined): number | undefined {
    if (progressing === undefined || progressing.status === 'False') return undefined;
    const deadline = (spec.progressDeadlineSeconds ?? 600) * 1000;
    return Date.parse(progressing.lastUpdateTime) + deadline - now().getTime();
  }
}

/** The real controller appends what is new and keeps the rest where it stood. */
function sameOrder(conditions: Condition[], before: readonly Condition[] = []): Condition[] {
  const place = (one: Condition) => {
    const index = before.findIndex((old) => old.type === one.type);
    return index < 0 ? before.length : index;
  };
  return [...conditions].sort((one, other) => place(one) - place(other));
}
