import type { JsonObject, Resource } from '../../../resource/index.ts';
import { conditionOf } from '../../controllers/pod.ts';
import type { PodSpec } from '../pod-spec.ts';

const prefix = 'jobset.sigs.k8s.io';

export type JobTemplate = JsonObject & {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: JsonObject & {
    parallelism?: number;
    completions?: number;
    template: JsonObject & {
      metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
      spec: PodSpec;
    };
  };
};

export interface ReplicatedJob {
  name: string;
  replicas?: number;
  groupName?: string;
  template: JobTemplate;
  dependsOn?: { name: string; status: string }[];
}

export interface JobSetSpec {
  replicatedJobs: ReplicatedJob[];
  suspend?: boolean;
  ttlSecondsAfterFinished?: number;
  network?: { enableDNSHostnames?: boolean; subdomain?: string; publishNotReadyAddresses?: boolean };
  successPolicy?: { operator: 'All' | 'Any'; targetReplicatedJobs?: string[] };
  failurePolicy?: { maxRestarts?: number };
}

export function isJob(job: Resource, type: 'Complete' | 'Failed'): boolean {
  return conditionOf(job, type)?.status === 'True';
}

export function jobsOf(jobs: readonly Resource[], replicated: string): Resource[] {
  return jobs.filter(({ metadata }) => metadata.labels?.[`${prefix}/replicatedjob-name`] === replicated);
}

/** How often the set had been started anew when this job was made. */
export function attemptOf(job: Resource): number {
  return Number(job.metadata.labels?.[`${prefix}/restart-attempt`] ?? 0);
}

/** One Job of a set, with the marks that it and its pods carry. */
export function jobFor(
  set: Resource,
  spec: JobSetSpec,
  replicated: ReplicatedJob,
  index: number,
  attempt: number,
): Resource {
  const { name: setName, namespace = '' } = set.metadata;
  const { template: pod, ...job } = structuredClone(replicated.template.spec);
  const marks = {
    [`${prefix}/jobset-name`]: setName,
    [`${prefix}/jobset-uid`]: set.metadata.uid ?? '',
    [`${prefix}/replicatedjob-name`]: replicated.name,
    [`${prefix}/replicatedjob-replicas`]: String(replicated.replicas ?? 1),
    [`${prefix}/job-index`]: String(index),
    [`${prefix}/restart-attempt`]: String(attempt),
    [`${prefix}/group-name`]: replicated.groupName ?? 'default',
  };
  const hasNames = spec.network?.enableDNSHostnames !== false;
  const { labels, annotations } = replicated.template.metadata ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${setName}-${replicated.name}-${index}`,
      namespace,
      labels: { ...labels, ...marks },
      annotations: { ...annotations, ...marks },
    },
    spec: {
      completionMode: 'Indexed',
      ...job,
      suspend: spec.suspend ?? false,
      template: {
        ...pod,
        metadata: {
          ...pod.metadata,
          labels: { ...pod.metadata?.labels, ...marks },
          annotations: { ...pod.metadata?.annotations, ...marks },
        },
        spec: {
          restartPolicy: 'OnFailure',
          ...pod.spec,
          ...(hasNames ? { subdomain: spec.network?.subdomain ?? setName } : {}),
        },
      },
    },
  };
}
