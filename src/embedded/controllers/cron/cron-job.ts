import { canonical, type JsonObject, type JsonValue, type Resource } from '../../../resource/index.ts';
import { itself, type MakeController } from '../controller.ts';
import { wordsOf } from '../events.ts';
import { finishOf } from '../job/spec.ts';
import { splitKey } from '../mirror.ts';
import { controlledBy, controllerKeys, isControlledBy } from '../owner.ts';
import { timestamp } from '../pod.ts';
import { latestMissed } from './missed.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

interface Spec {
  schedule: string;
  timeZone?: string;
  suspend?: boolean;
  concurrencyPolicy?: string;
  startingDeadlineSeconds?: number;
  successfulJobsHistoryLimit?: number;
  failedJobsHistoryLimit?: number;
  jobTemplate: {
    metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
    spec: JsonObject;
  };
}
interface Reference extends JsonObject {
  name?: string;
  uid?: string;
}
interface Status {
  active?: Reference[];
  lastScheduleTime?: string;
  lastSuccessfulTime?: string;
}

const scheduledTime = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const specOf = (cronJob: Resource) => cronJob['spec'] as unknown as Spec;
const statusOf = (cronJob: Resource) => (cronJob['status'] ?? {}) as unknown as Status;

/** Starts jobs by the clock (https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/). */
export const cronJob: MakeController = ({ mirrors, recorder, now }) => {
  const cronJobs = mirrors.of('batch/v1', 'CronJob');
  const jobs = mirrors.of('batch/v1', 'Job');
  const events = recorder('cronjob-controller');

  async function reconcile(key: string): Promise<number | undefined> {
    const { namespace, name } = splitKey(key);
    const found = cronJobs.get(namespace, name);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
    const owned = jobs.ownedBy(found.metadata.uid ?? '').filter((job) => isControlledBy(job, found));
    await forgetOld(found, owned);
    const status = settle(found, owned);
    const started = await startDue(found, owned, status);
    await writeStatus(found, started.status);
    return started.again;
  }

  /** Takes note of jobs that have finished or vanished since the last look. */
  function settle(found: Resource, owned: readonly Resource[]): Status {
    const status: Status = { ...statusOf(found) };
    const active: Reference[] = [];
    for (const reference of status.active ?? []) {
      const job = owned.find(({ metadata }) => metadata.uid === reference.uid);
      if (job === undefined) {
        const text = `Active job went missing: ${reference.name}`;
        events(found, 'Normal', 'MissingJob', text);
      } else if (finishOf(job) === undefined) active.push(reference);
      else {
        const condition = finishOf(job)?.type;
        events(found, 'Normal', 'SawCompletedJob', `Saw completed job: ${reference.name}, condition: ${condition}`);
      }
    }
    for (const job of owned) {
      const { completionTime } = (job['status'] ?? {}) as { completionTime?: string };
      if (
        finishOf(job)?.type === 'Complete' &&
        completionTime !== undefined &&
        completionTime > (status.lastSuccessfulTime ?? '')
      )
        status.lastSuccessfulTime = completionTime;
    }
    const { active: _before, ...rest } = status;
    return active.length === 0 ? rest : { ...rest, active };
  }

  async function startDue(
    found: Resource,
    owned: readonly Resource[],
    status: Status,
  ): Promise<{ status: Status; again: number | undefined }> {
    const spec = specOf(found);
    const schedule = readSchedule(found, spec);
    if (schedule === undefined || spec.suspend === true) return { status, again: undefined };
    const time = now().getTime();
    const began = Date.parse(status.lastScheduleTime ?? found.metadata.creationTimestamp ?? timestamp(now()));
    const deadline = spec.startingDeadlineSeconds === undefined ? undefined : spec.startingDeadlineSeconds * 1000;
    const earliest = deadline === undefined ? began : Math.max(began, time - deadline);
    const { due, isMany } = latestMissed(schedule, earliest, time);
    const next = schedule.next(time);
    // A little late, so that the clock has surely passed the time when it is looked at.
    const again = next === undefined ? undefined : next - time + 100;
    if (isMany) {
      events(
        found,
        'Warning',
        'TooManyMissedTimes',
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
      );
    }
    if (due === undefined) return { status, again };
    const name = `${found.metadata.name}-${Math.floor(due / 60_000)}`;
    if (owned.some((job) => job.metadata.name === name)) return { status: noted(status, due), again };
    if (spec.concurrencyPolicy === 'Forbid' && (status.active ?? []).length > 0) {
      const why = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      events(found, 'Normal', 'JobAlreadyActive', why);
      return { status, again };
    }
    if (spec.concurrencyPolicy === 'Replace') await removeActive(found, owned, status);
    const made = await start(found, spec, name, due);
    const active = [...(spec.concurrencyPolicy === 'Replace' ? [] : (status.active ?? [])), ...made];
    return { status: { ...noted(status, due), ...(active.length === 0 ? {} : { active }) }, again };
  }

  const noted = (status: Status, due: number): Status => ({ ...status, lastScheduleTime: timestamp(new Date(due)) });

  function readSchedule(found: Resource, { schedule, timeZone }: Spec): Schedule | undefined {
    try {
      return parseSchedule(schedule, timeZone);
    } catch (error) {
      events(
        found,
        'Warning',
        'UnparseableSchedule',
        `unparseable schedule: ${schedule} : ${(error as Error).message}`,
      );
      return undefined;
    }
  }

  async function start(found: Resource, spec: Spec, name: string, due: number): Promise<Reference[]> {
    const { labels, annotations } = spec.jobTemplate.metadata ?? {};
    try {
      const job = await mirrors.create({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          name,
          namespace: found.metadata.namespace ?? '',
          ...(labels === undefined ? {} : { labels: { ...labels } }),
          annotations: { ...annotations, [scheduledTime]: timestamp(new Date(due)) },
          ownerReferences: [controlledBy(found)],
        },
        spec: spec.jobTemplate.spec,
      });
      events(found, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
      return [referenceTo(job)];
    } catch (error) {
      if ((error as { status?: number }).status === 409) return [];
      events(found, 'Warning', 'FailedCreate', `Error creating job: ${wordsOf(error as Error)}`);
      throw error;
    }
  }

  async function removeActive(found: Resource, owned: readonly Resource[], status: Status): Promise<void> {
    for (const { uid } of status.active ?? []) {
      const job = owned.find(({ metadata }) => metadata.uid === uid);
      if (job !== undefined) await remove(found, job);
    }
  }

  async function remove(found: Resource, job: Resource): Promise<void> {
    await mirrors.delete(job, { propagation: 'Background' });
    events(found, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
  }

  async function forgetOld(found: Resource, owned: readonly Resource[]): Promise<void> {
    const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = specOf(found);
    const limits = { Complete: successfulJobsHistoryLimit, Failed: failedJobsHistoryLimit };
    for (const [type, limit] of Object.entries(limits)) {
      const finished = owned
        .filter((job) => finishOf(job)?.type === type && job.metadata.deletionTimestamp === undefined)
        .sort((one, other) => beginOf(one) - beginOf(other));
      for (const job of finished.slice(0, Math.max(0, finished.length - limit))) await remove(found, job);
    }
  }

  async function writeStatus(found: Resource, status: Status): Promise<void> {
    const fresh = cronJobs.get(found.metadata.namespace, found.metadata.name) ?? found;
    if (canonical(fresh['status'] ?? {}) === canonical(status as JsonValue)) return;
    await mirrors.updateStatus({ ...fresh, status: status as unknown as JsonObject });
  }

  return {
    name: 'cronjob-controller',
    watches: [
      { apiVersion: 'batch/v1', kind: 'CronJob', keys: itself },
      { apiVersion: 'batch/v1', kind: 'Job', keys: (now, before) => controllerKeys('CronJob', now, before) },
    ],
    reconcile,
  };
};

function referenceTo({ apiVersion, kind, metadata }: Resource): Reference {
  const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
  return { apiVersion, kind, name, namespace, uid, resourceVersion };
}

const beginOf = (job: Resource) =>
  Date.parse((job['status'] as { startTime?: string } | undefined)?.startTime ?? job.metadata.creationTimestamp ?? '');
