import type { JsonObject, Resource } from '../../resource/index.ts';
import { itself, type MakeController } from './controller.ts';
import { conditionOf, timestamp } from './pod.ts';

interface Condition extends JsonObject {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime: string;
}

/** Nobody tells when the last object of a namespace is gone: it is looked for, ever more seldom, in milliseconds. */
const firstWait = 125;
const longestWait = 4000;

/** Kinds whose objects go first or need no visit: events are made by the deletion itself. */
const skipped = new Set(['/bindings', 'events.k8s.io/events']);

/**
 * Empties a namespace that is being deleted, kind by kind, and then lets it go; says in its conditions what is left and
 * which finalizers hold it (https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/).
 */
export const namespace: MakeController = ({ mirrors, now }) => {
  const { cluster } = mirrors;
  const namespaces = mirrors.of('v1', 'Namespace');
  const waits = new Map<string, number>();

  async function reconcile(name: string): Promise<number | undefined> {
    const found = namespaces.get(undefined, name);
    if (found === undefined || found.metadata.deletionTimestamp === undefined) return undefined;
    const finalizers = ((found['spec'] as JsonObject | undefined)?.['finalizers'] ?? []) as string[];
    if (!finalizers.includes('kubernetes')) return undefined;
    const { left, failures } = await empty(name);
    const status = conditionsOf(found, left, failures);
    if (left.length > 0 || failures.length > 0) {
      await mirrors.updateStatus({ ...found, status: { phase: 'Terminating', conditions: status } });
      const wait = Math.min((waits.get(name) ?? firstWait / 2) * 2, longestWait);
      waits.set(name, wait);
      return wait;
    }
    waits.delete(name);
    await finalize(found, finalizers, status);
    return undefined;
  }

  /** Deletes everything in the namespace; answers what is still there because a finalizer or a grace period holds it. */
  async function empty(name: string): Promise<{ left: Resource[]; failures: string[] }> {
    const types = (await cluster.types({ refresh: true })).filter(
      (type) =>
        type.namespaced &&
        type.verbs.includes('list') &&
        type.verbs.includes('delete') &&
        type.preferred &&
        !skipped.has(`${type.group}/${type.resource}`),
    );
    const failures: string[] = [];
    const left = await Promise.all(
      types.map(async (type) => {
        const target = {
          apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
          kind: type.kind,
        };
        try {
          const { items } = await cluster.list({ ...target, namespace: name }, { metadataOnly: true });
          const objects = items.map((item) => ({ ...item, ...target }));
          await Promise.all(
            objects
              .filter((object) => object.metadata.deletionTimestamp === undefined)
              .map((object) => mirrors.delete(object, { propagation: 'Background' })),
          );
          return objects.length === 0
            ? []
            : (await cluster.list({ ...target, namespace: name }, { metadataOnly: true })).items.map((item) => ({
                ...item,
                ...target,
              }));
        } catch (error) {
          if ((error as { status?: number }).status === 404) return [];
          failures.push(`${target.apiVersion} ${type.kind}: ${(error as Error).message}`);
          return [];
        }
      }),
    );
    return { left: left.flat(), failures };
  }

  async function finalize(found: Resource, finalizers: readonly string[], conditions: Condition[]): Promise<void> {
    const rest = finalizers.filter((finalizer) => finalizer !== 'kubernetes');
    const path = `/api/v1/namespaces/${found.metadata.name}/finalize`;
    const body = {
      ...found,
      spec: { ...(found['spec'] as JsonObject), finalizers: rest },
      status: { phase: 'Terminating', conditions },
    };
    const answer = await cluster.request({
      method: 'PUT',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    for await (const _chunk of answer.body);
    if (answer.status >= 300 && answer.status !== 404) throw new Error(`finalize answered ${answer.status}`);
  }

  function conditionsOf(found: Resource, left: readonly Resource[], failures: readonly string[]): Condition[] {
    const held = left.filter((object) => (object.metadata.finalizers ?? []).length > 0);
    const rows: [string, boolean, string, string, string, string][] = [
      [
        'NamespaceDeletionDiscoveryFailure',
        false,
        'ResourcesDiscovered',
        'All resources successfully discovered',
        '',
        '',
      ],
      [
        'NamespaceDeletionGroupVersionParsingFailure',
        false,
        'ParsedGroupVersions',
        'All legacy kube types successfully parsed',
        '',
        '',
      ],
      [
        'NamespaceDeletionContentFailure',
        failures.length > 0,
        'ContentDeleted',
        'All content successfully deleted, may be waiting on finalization',
        'ContentDeletionFailed',
        `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
      ],
      [
        'NamespaceContentRemaining',
        left.length > 0,
        'ContentRemoved',
        'All content successfully removed',
        'SomeResourcesRemain',
        `Some resources are remaining: ${countByKind(left)}`,
      ],
      [
        'NamespaceFinalizersRemaining',
        held.length > 0,
        'ContentHasNoFinalizers',
        'All content-preserving finalizers finished',
        'SomeFinalizersRemain',
        `Some content in the namespace has finalizers remaining: ${countFinalizers(held)}`,
      ],
    ];
    return rows.map(([type, bad, reason, message, badReason, badMessage]) => {
      const old = conditionOf(found, type);
      const status = bad ? 'True' : 'False';
      return {
        type,
        status,
        reason: bad ? badReason : reason,
        message: bad ? badMessage : message,
        lastTransitionTime: old?.status === status ? (old.lastTransitionTime ?? timestamp(now())) : timestamp(now()),
      };
    });
  }

  return {
    name: 'namespace-controller',
    watches: [{ apiVersion: 'v1', kind: 'Namespace', keys: itself }],
    reconcile,
  };
};

/** `pods. has 2 resource instances`, as the real controller says it. */
function countByKind(objects: readonly Resource[]): string {
  const counts = tally(
    objects.map(
      (object) =>
        `${object.kind.toLowerCase()}s.${object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : ''}`,
    ),
  );
  return counts.map(([kind, count]) => `${kind} has ${count} resource instances`).join(', ');
}

function countFinalizers(objects: readonly Resource[]): string {
  const counts = tally(objects.flatMap((object) => object.metadata.finalizers ?? []));
  return counts.map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).join(', ');
}

function tally(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
}
