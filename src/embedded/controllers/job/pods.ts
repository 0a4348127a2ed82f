import type { JsonObject, Resource } from '../../../resource/index.ts';
import { podFrom } from '../pod.ts';
import { indexKey, indexOf, isIndexed, specOf, trackingFinalizer } from './spec.ts';

const failureCount = 'batch.kubernetes.io/job-index-failure-count';

/** A pod of a job; of an indexed one, with its index in name, host name, annotation, label and environment. */
export function jobPod(job: Resource, index: number | undefined, failures: number): Resource {
  const spec = specOf(job);
  const pod = podFrom(job, spec.template);
  pod.metadata.finalizers = [...new Set([...(pod.metadata.finalizers ?? []), trackingFinalizer])];
  const podSpec = pod['spec'] as JsonObject;
  if (index === undefined || !isIndexed(spec)) return pod;
  const own = { [indexKey]: String(index) };
  const counted = spec.backoffLimitPerIndex === undefined ? {} : { [failureCount]: String(failures) };
  pod.metadata['generateName'] = `${job.metadata.name.slice(0, 63 - 7 - String(index).length)}-${index}-`;
  pod.metadata.annotations = { ...pod.metadata.annotations, ...own, ...counted };
  pod.metadata.labels = { ...pod.metadata.labels, ...own };
  podSpec['hostname'] = `${job.metadata.name}-${index}`;
  for (const list of ['initContainers', 'containers'])
    for (const container of (podSpec[list] ?? []) as JsonObject[]) nameIndex(container);
  return pod;
}

function nameIndex(container: JsonObject): void {
  const env = (container['env'] ?? []) as JsonObject[];
  if (env.some(({ name }) => name === 'JOB_COMPLETION_INDEX')) return;
  const fieldRef = { fieldPath: `metadata.labels['${indexKey}']` };
  container['env'] = [...env, { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }];
}

/** How often an index has failed; what the failure policy ignores is not counted. */
export function failuresOfIndex(
  ended: readonly Resource[],
  index: number,
  ignored: (pod: Resource) => boolean,
): number {
  return ended
    .filter((pod) => indexOf(pod) === index)
    .reduce((most, pod) => {
      const before = Number(pod.metadata.annotations?.[failureCount] ?? 0);
      return Math.max(most, before + (ignored(pod) ? 0 : 1));
    }, 0);
}

const firstDelay = 10_000;
const longestDelay = 600_000;

/** Milliseconds that the next pod has to wait since the last failure: 10 s, doubled each time, at most 10 min. */
export function failureDelay(failures: number, last: number, now: Date): number {
  if (failures === 0) return 0;
  return Math.max(0, last + Math.min(firstDelay * 2 ** Math.min(failures - 1, 20), longestDelay) - now.getTime());
}

/** When the last container of a pod ended; where nobody says, when it was told to, or now. */
export function endOf(pod: Resource, now: Date): number {
  const status = (pod['status'] ?? {}) as {
    containerStatuses?: { state?: { terminated?: { finishedAt?: string } } }[];
  };
  const ends = (status.containerStatuses ?? []).flatMap((one) => one.state?.terminated?.finishedAt ?? []);
  const known = ends.length > 0 ? ends : [pod.metadata.deletionTimestamp ?? now.toISOString()];
  return Math.min(now.getTime(), Math.max(...known.map((time) => Date.parse(time))));
}
