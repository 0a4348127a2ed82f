import type { JsonObject, Resource } from '../../../src/resource/index.ts';

/** What of an object does not differ from run to run: labels, owners, finalizers, without generated hashes and UIDs. */
export function shapeOf({ metadata }: Resource) {
  const uid = /^[0-9a-f]{8}-[0-9a-f]{4}-/;
  const hashes = new Set(['pod-template-hash', 'controller-revision-hash', 'controller.kubernetes.io/hash']);
  return {
    labels: Object.fromEntries(
      Object.entries(metadata.labels ?? {})
        .sort()
        .map(([name, value]) => [
          name,
          hashes.has(name) ? value.replace(/[a-z0-9]+$/, 'HASH') : value.replace(uid, 'UID').replace(/^UID.*/, 'UID'),
        ]),
    ),
    owners: (metadata.ownerReferences ?? []).map(
      ({ kind, name, controller = false, blockOwnerDeletion = false }) =>
        `${kind} ${name}${controller ? ' controller' : ''}${blockOwnerDeletion ? ' blocks' : ''}`,
    ),
    finalizers: metadata.finalizers ?? [],
  };
}

/** `Type=Status Reason: message`, as `kubectl describe` would show them, in their order. */
export function conditionsOf(object: Resource): string[] {
  const conditions = ((object['status'] as JsonObject | undefined)?.['conditions'] ?? []) as Record<string, string>[];
  return conditions.map(({ type, status, reason, message = '' }) => `${type}=${status} ${reason}: ${message}`);
}

/** The status without conditions and times. */
export function countsOf(object: Resource): JsonObject {
  const { conditions: _, ...status } = (object['status'] ?? {}) as JsonObject;
  return Object.fromEntries(Object.entries(status).filter(([name]) => !/Time$/.test(name)));
}

export const hasCondition =
  (type: string, status = 'True') =>
  (object: Resource) =>
    (((object['status'] as JsonObject | undefined)?.['conditions'] ?? []) as Record<string, string>[]).some(
      (condition) => condition['type'] === type && condition['status'] === status,
    );
