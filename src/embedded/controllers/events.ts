import { createHash } from 'node:crypto';
import type { Cluster } from '../../cluster/index.ts';
import type { Resource } from '../../resource/index.ts';

/** What the API server said, as the real controllers repeat it in events and conditions. */
export function wordsOf(error: Error): string {
  return (error as { said?: string }).said || error.message;
}

/** Says what happened to an object, as an Event that `kubectl describe` shows. Repeats are counted, not repeated. */
export type Recorder = (about: Resource, type: 'Normal' | 'Warning', reason: string, message: string) => void;

/**
 * Events are best effort: one that cannot be written is dropped, as in the real controllers. `component` is the
 * `source` of the event.
 */
export function recordEvents(cluster: Cluster, component: string, now: () => Date): Recorder {
  const counts = new Map<string, { count: number; first: string }>();
  return (about, type, reason, message) => {
    const namespace = about.metadata.namespace ?? 'default';
    const text = `${about.metadata.uid}/${type}/${reason}/${message}`;
    const time = now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    const { count, first } = counts.get(text) ?? { count: 0, first: time };
    counts.set(text, { count: count + 1, first });
    if (counts.size > 4096) counts.delete(counts.keys().next().value as string);
    const name = `${about.metadata.name}.${createHash('sha256').update(`${component}/${text}`).digest('hex').slice(0, 16)}`;
    const event: Resource = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name: about.metadata.name,
        ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
        ...(about.metadata.uid === undefined ? {} : { uid: about.metadata.uid }),
        ...(about.metadata.resourceVersion === undefined ? {} : { resourceVersion: about.metadata.resourceVersion }),
      },
      type,
      reason,
      message,
      count: count + 1,
      firstTimestamp: first,
      lastTimestamp: time,
      source: { component },
      reportingComponent: component,
      reportingInstance: '',
    };
    const write =
      count === 0
        ? cluster.create(event)
        : cluster.patch(
            { apiVersion: 'v1', kind: 'Event', namespace, name },
            { type: 'merge', body: { count: count + 1, lastTimestamp: time } },
          );
    write.catch(() => undefined);
  };
}
