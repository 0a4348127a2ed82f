import type { JsonObject, JsonValue, Resource } from '../../resource/index.ts';
import { type PodTemplate, portionOf } from './pod.ts';

export interface DeploymentSpec {
  replicas?: number;
  minReadySeconds?: number;
  paused?: boolean;
  progressDeadlineSeconds?: number;
  revisionHistoryLimit?: number;
  selector: JsonObject;
  strategy?: { type?: string; rollingUpdate?: { maxSurge?: JsonValue; maxUnavailable?: JsonValue } };
  template: PodTemplate;
}

export const specOf = (deployment: Resource) => deployment['spec'] as unknown as DeploymentSpec;
export const replicasOf = (set: Resource) => ((set['spec'] as JsonObject)['replicas'] as number | undefined) ?? 1;
export const statusCount = (set: Resource, name: string) =>
  ((set['status'] as JsonObject | undefined)?.[name] as number | undefined) ?? 0;

/** Absolute bounds of a rolling update; they are never both zero. */
export function bounds(spec: DeploymentSpec): { surge: number; unavailable: number } {
  if (spec.strategy?.type === 'Recreate') return { surge: 0, unavailable: spec.replicas ?? 1 };
  const replicas = spec.replicas ?? 1;
  const surge = portionOf(spec.strategy?.rollingUpdate?.maxSurge ?? '25%', replicas, 'up');
  const unavailable = portionOf(spec.strategy?.rollingUpdate?.maxUnavailable ?? '25%', replicas, 'down');
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas) };
}
