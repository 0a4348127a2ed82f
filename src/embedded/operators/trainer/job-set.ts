import { canonical, type JsonObject, type JsonValue, type Resource } from '../../../resource/index.ts';
import { itself } from '../../controllers/controller.ts';
import { splitKey } from '../../controllers/mirror.ts';
import { controlledBy, controllerKeys } from '../../controllers/owner.ts';
import { conditionOf, timestamp } from '../../controllers/pod.ts';
import { ensure, remove } from '../children.ts';
import type { MakeOperator } from '../program.ts';
import { attemptOf, isJob, type JobSetSpec, type JobTemplate, jobFor, jobsOf, type ReplicatedJob } from './jobs.ts';

const apiVersion = 'jobset.x-k8s.io/v1alpha2';

interface Status extends JsonObject {
  restarts?: number;
  restartsCountTowardsMax?: number;
}

/** Several Jobs that are one: started in order, done together, started anew together (JobSet v0.11). */
export const jobSet: MakeOperator = ({ mirrors, recorder, now }) => {
  const sets = mirrors.of(apiVersion, 'JobSet');
  const jobs = mirrors.of('batch/v1', 'Job');
  const events = recorder('jobset');

  async function reconcile(key: string): Promise<number | undefined> {
    const { namespace, name } = splitKey(key);
    const set = sets.get(namespace, name);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
    const spec = set['spec'] as unknown as JobSetSpec;
    const status = structuredClone((set['status'] ?? {}) as Status);
    const owned = jobs.ownedBy(set.metadata.uid ?? '');
    if (status['terminalState'] !== undefined) return finish(set, spec, owned);
    const attempt = status.restarts ?? 0;
    const current = owned.filter((job) => attemptOf(job) === attempt);
    for (const job of owned.filter((one) => attemptOf(one) < attempt)) await remove(mirrors, job);
    decide(set, spec, status, current);
    if (status['terminalState'] === undefined && (status.restarts ?? 0) === attempt)
      await start(set, spec, attempt, owned);
    status['replicatedJobsStatus'] = spec.replicatedJobs.map((one) =>
      tally(one, spec, jobs.ownedBy(set.metadata.uid ?? '')),
    ) as JsonValue;
    await write(set, status);
    return undefined;
  }

  async function start(set: Resource, spec: JobSetSpec, attempt: number, owned: readonly Resource[]): Promise<void> {
    if (spec.network?.enableDNSHostnames !== false) await ensure(mirrors, set, serviceOf(set, spec));
    for (const replicated of spec.replicatedJobs) {
      if (!(replicated.dependsOn ?? []).every(({ name, status }) => isMet(name, status, spec, owned))) continue;
      for (let index = 0; index < (replicated.replicas ?? 1); index++) {
        const wanted = jobFor(set, spec, replicated, index, attempt);
        const found = jobs.get(set.metadata.namespace, wanted.metadata.name);
        if (found === undefined) {
          await mirrors.create({ ...wanted, metadata: { ...wanted.metadata, ownerReferences: [controlledBy(set)] } });
        } else if (attemptOf(found) === attempt && suspendOf(found) !== (spec.suspend ?? false)) {
          const changed = { ...(found['spec'] as JobTemplate['spec']), suspend: spec.suspend ?? false };
          await mirrors.update({ ...found, spec: changed });
        }
      }
    }
  }

  function isMet(name: string, wanted: string, spec: JobSetSpec, owned: readonly Resource[]): boolean {
    const replicated = spec.replicatedJobs.find((one) => one.name === name);
    if (replicated === undefined) return false;
    const { ready, succeeded } = tally(replicated, spec, owned);
    return (wanted === 'Complete' ? succeeded : ready + succeeded) >= (replicated.replicas ?? 1);
  }

  function decide(set: Resource, spec: JobSetSpec, status: Status, current: readonly Resource[]): void {
    const failed = current.find((job) => isJob(job, 'Failed'));
    if (failed !== undefined) {
      fail(set, spec, status, failed);
      return;
    }
    const targets = spec.successPolicy?.targetReplicatedJobs ?? [];
    const counted = spec.replicatedJobs.filter(({ name }) => targets.length === 0 || targets.includes(name));
    const done = (one: ReplicatedJob) => jobsOf(current, one.name).filter((job) => isJob(job, 'Complete')).length;
    const isDone =
      spec.successPolicy?.operator === 'Any'
        ? counted.some((one) => done(one) > 0)
        : counted.every((one) => done(one) >= (one.replicas ?? 1));
    if (isDone) {
      status['terminalState'] = 'Completed';
      condition(status, 'Completed', 'True', 'AllJobsCompleted', 'jobset completed successfully');
      events(set, 'Normal', 'AllJobsCompleted', 'jobset completed successfully');
    } else if (spec.suspend === true) {
      condition(status, 'Suspended', 'True', 'SuspendedJobs', 'jobset is suspended');
    } else if (conditionOf(set, 'Suspended')?.status === 'True') {
      condition(status, 'Suspended', 'False', 'ResumeJobs', 'jobset is resumed');
    }
  }

  function fail(set: Resource, spec: JobSetSpec, status: Status, job: Resource): void {
    const allowed = spec.failurePolicy?.maxRestarts ?? 0;
    const restarts = status.restarts ?? 0;
    if (restarts < allowed) {
      status.restarts = restarts + 1;
      status.restartsCountTowardsMax = restarts + 1;
      return;
    }
    status['terminalState'] = 'Failed';
    const [reason, message] =
      allowed > 0
        ? ['ReachedMaxRestarts', 'jobset failed due to reaching max number of restarts']
        : ['FailedJobs', `jobset failed due to one or more job failures (first failed job: ${job.metadata.name})`];
    condition(status, 'Failed', 'True', reason, message);
    events(set, 'Warning', reason, message);
  }

  function condition(status: Status, type: string, truth: string, reason: string, message: string): void {
    const before = ((status['conditions'] ?? []) as JsonObject[]).filter((one) => one['type'] !== type);
    const known = ((status['conditions'] ?? []) as JsonObject[]).find((one) => one['type'] === type);
    const lastTransitionTime = known?.['status'] === truth ? known['lastTransitionTime'] : timestamp(now());
    status['conditions'] = [...before, { type, status: truth, reason, message, lastTransitionTime }] as JsonValue;
  }

  /** Jobs that still run when the set has ended are deleted; the set itself when its time is over. */
  async function finish(set: Resource, spec: JobSetSpec, owned: readonly Resource[]): Promise<number | undefined> {
    for (const job of owned) if (!isJob(job, 'Complete') && !isJob(job, 'Failed')) await remove(mirrors, job);
    if (spec.ttlSecondsAfterFinished === undefined) return undefined;
    const ended = conditionOf(set, 'Completed') ?? conditionOf(set, 'Failed');
    const left = Date.parse(ended?.lastTransitionTime ?? '') + spec.ttlSecondsAfterFinished * 1000 - now().getTime();
    if (left > 0) return left;
    await remove(mirrors, set);
    return undefined;
  }

  async function write(set: Resource, status: Status): Promise<void> {
    if (canonical(set['status']) === canonical(status)) return;
    const fresh = sets.get(set.metadata.namespace, set.metadata.name);
    if (fresh?.metadata.uid === set.metadata.uid) await mirrors.updateStatus({ ...(fresh as Resource), status });
  }

  const owned = (now: Resource | undefined, before: Resource | undefined) => controllerKeys('JobSet', now, before);
  return {
    name: 'jobset',
    watches: [
      { apiVersion, kind: 'JobSet', keys: itself },
      { apiVersion: 'batch/v1', kind: 'Job', keys: owned },
      { apiVersion: 'v1', kind: 'Service', keys: owned },
    ],
    reconcile,
  };
};

const suspendOf = (job: Resource) => (job['spec'] as { suspend?: boolean }).suspend ?? false;

/** Pods are found as `SET-JOB-INDEX-POD.SET`. */
function serviceOf(set: Resource, { network }: JobSetSpec): Resource {
  const { name, namespace = '' } = set.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: network?.subdomain ?? name, namespace },
    spec: {
      clusterIP: 'None',
      selector: { 'jobset.sigs.k8s.io/jobset-name': name },
      publishNotReadyAddresses: network?.publishNotReadyAddresses ?? true,
    },
  };
}

function tally(replicated: ReplicatedJob, { suspend }: JobSetSpec, owned: readonly Resource[]) {
  const own = jobsOf(owned, replicated.name);
  const status = (job: Resource) => (job['status'] ?? {}) as { ready?: number; succeeded?: number; active?: number };
  const pods = (job: Resource) => Number((job['spec'] as { parallelism?: number }).parallelism ?? 1);
  const going = own.filter((job) => !isJob(job, 'Complete') && !isJob(job, 'Failed'));
  const ready = going.filter((job) => (status(job).ready ?? 0) + (status(job).succeeded ?? 0) >= pods(job));
  return {
    name: replicated.name,
    ready: ready.length,
    succeeded: own.filter((job) => isJob(job, 'Complete')).length,
    failed: own.filter((job) => isJob(job, 'Failed')).length,
    active: going.filter((job) => (status(job).active ?? 0) > 0).length,
    suspended: suspend === true ? going.length : 0,
  };
}
