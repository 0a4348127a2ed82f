import { createHash } from 'node:crypto';
import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { controlledBy } from './owner.ts';

/** The `spec.template` of a workload. */
export type PodTemplate = JsonObject & {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string>; finalizers?: string[] };
  spec: JsonObject;
};

interface Condition {
  type: string;
  status: string;
  lastTransitionTime?: string;
}

/** A pod as its controller creates it; the server completes the name. */
export function podFrom(owner: Resource, template: PodTemplate): Resource {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${owner.metadata.name.slice(0, 57)}-`,
      namespace: owner.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
      ownerReferences: [controlledBy(owner)],
    },
    spec: structuredClone(template.spec),
  };
}

export function phaseOf(pod: Resource): string {
  return String((pod['status'] as JsonObject | undefined)?.['phase'] ?? 'Pending');
}

export function isFinished(pod: Resource): boolean {
  return phaseOf(pod) === 'Succeeded' || phaseOf(pod) === 'Failed';
}

/** Neither finished nor on its way out. */
export function isActive(pod: Resource): boolean {
  return !isFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function conditionOf(object: Resource, type: string): Condition | undefined {
  const conditions = (object['status'] as { conditions?: Condition[] } | undefined)?.conditions;
  return conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Resource): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

/** Milliseconds until a ready pod has been ready for `minReadySeconds`; undefined if it is not ready. */
export function availableIn(pod: Resource, minReadySeconds: number, now: Date): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  return Math.max(0, Date.parse(ready.lastTransitionTime ?? '') + minReadySeconds * 1000 - now.getTime());
}

/** A short stable name for a template, safe in labels and names (the real server's is another hash of the same idea). */
export function templateHash(template: JsonValue): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const digest = createHash('sha256').update(canonical(template)).digest();
  return [...digest.subarray(0, 10)].map((byte) => letters[byte % letters.length]).join('');
}

/** A whole number of `total`, from a number or a percentage, rounded up or down. */
export function portionOf(value: JsonValue | undefined, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const percent = Number.parseInt(String(value ?? '0'), 10);
  return round === 'up' ? Math.ceil((percent * total) / 100) : Math.floor((percent * total) / 100);
}

/** Without the counters that are zero: the API leaves them out (`omitempty`). */
export function counters(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));
}

/** RFC 3339 to the second, as the API has times. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
