import { canonical, type JsonObject, type JsonValue, type Resource } from '../../../resource/index.ts';
import { adopt } from '../adoption.ts';
import { itself, type MakeController } from '../controller.ts';
import { wordsOf } from '../events.ts';
import { refOf, splitKey } from '../mirror.ts';
import { controllerKeys, controllerOf } from '../owner.ts';
import { timestamp } from '../pod.ts';
import { startPods } from '../slow-start.ts';
import { verdictOn } from './failure-policy.ts';
import { formatIndexes } from './indexes.ts';
import { deadlineIn, type Outcome, outcomeOf } from './outcome.ts';
import { endOf, failureDelay, failuresOfIndex, jobPod } from './pods.ts';
import { excessPods, indexesToStart, wantedActive } from './size.ts';
import { finishOf, hasFailed, indexOf, isIndexed, type JobSpec, specOf, statusOf, trackingFinalizer } from './spec.ts';
import { jobStatus } from './status.ts';
import { type Tally, tallyOf } from './tally.ts';

/** How often a job's pods failed since one of them succeeded, and when they last did. */
interface Failures {
  count: number;
  last: number;
}

/** Runs pods until enough of them have succeeded (https://kubernetes.io/docs/concepts/workloads/controllers/job/). */
export const job: MakeController = ({ mirrors, recorder, now }) => {
  const jobs = mirrors.of('batch/v1', 'Job');
  const pods = mirrors.of('v1', 'Pod');
  const events = recorder('job-controller');
  const failures = new Map<string, Failures>();

  async function reconcile(key: string): Promise<number | undefined> {
    const { namespace, name } = splitKey(key);
    const found = jobs.get(namespace, name);
    if (found === undefined) return releaseOrphans(key);
    const spec = specOf(found);
    if (spec.managedBy !== undefined && spec.managedBy !== 'kubernetes.io/job-controller') return undefined;
    const uid = found.metadata.uid ?? '';
    if (finishOf(found) !== undefined) {
      failures.delete(uid);
      await Promise.all(pods.ownedBy(uid).map(release));
      return undefined;
    }
    const owned = await adopt(mirrors, found, spec.selector, pods.inNamespace(namespace));
    const tally = tallyOf(found, spec, owned);
    const outcome = outcomeOf(found, spec, tally, now());
    await count(found, spec, owned, tally);
    const failure = await act(found, spec, owned, tally, outcome);
    await writeStatus(found, spec, tally, outcome);
    if (failure instanceof Error) throw failure;
    const deadline = outcome === undefined ? deadlineIn(found, spec, now()) : undefined;
    // A deadline that has passed since the outcome was asked for is looked at again at once.
    const waits = [failure, deadline === undefined ? undefined : Math.max(1, deadline)];
    const pending = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
    return pending.length === 0 ? undefined : Math.min(...pending);
  }

  /** Ended pods are noted in the status before their finalizer goes, so that each is counted once whatever happens. */
  async function count(found: Resource, spec: JobSpec, owned: readonly Resource[], tally: Tally) {
    remember(found, tally);
    const uids = (list: readonly Resource[]) => list.map((pod) => pod.metadata.uid ?? '');
    const noted = statusOf(found).uncountedTerminatedPods ?? {};
    const succeeded = isIndexed(spec) ? [] : [...(noted.succeeded ?? []), ...uids(tally.newlySucceeded)];
    const failed = [...(noted.failed ?? []), ...uids(tally.newlyFailed)];
    if (tally.newlySucceeded.length + tally.newlyFailed.length > 0) {
      const status = {
        ...(found['status'] as JsonObject | undefined),
        uncountedTerminatedPods: {
          ...(succeeded.length === 0 ? {} : { succeeded }),
          ...(failed.length === 0 ? {} : { failed }),
        },
        ...(isIndexed(spec)
          ? { succeeded: tally.succeeded, completedIndexes: formatIndexes(tally.succeededIndexes) }
          : {}),
      };
      await mirrors.updateStatus({ ...found, status });
    }
    const counted = new Set([...succeeded, ...failed, ...uids(tally.newlySucceeded), ...uids(tally.ignored)]);
    const isDeleting = found.metadata.deletionTimestamp !== undefined;
    await Promise.all(owned.filter((pod) => isDeleting || counted.has(pod.metadata.uid ?? '')).map(release));
  }

  function remember(found: Resource, tally: Tally): void {
    const uid = found.metadata.uid ?? '';
    const before = tally.newlySucceeded.length > 0 ? 0 : (failures.get(uid)?.count ?? 0);
    if (tally.newlyFailed.length === 0) {
      if (tally.newlySucceeded.length > 0) failures.delete(uid);
      return;
    }
    const last = Math.max(...tally.newlyFailed.map((pod) => endOf(pod, now())));
    failures.set(uid, { count: before + tally.newlyFailed.length, last });
  }

  /** Starts or stops pods. Answers milliseconds until more may start, or why some could not be started. */
  async function act(
    found: Resource,
    spec: JobSpec,
    owned: readonly Resource[],
    tally: Tally,
    outcome: Outcome | undefined,
  ): Promise<number | Error | undefined> {
    if (found.metadata.deletionTimestamp !== undefined) return undefined;
    if (outcome !== undefined) {
      await Promise.all(tally.active.map((pod) => stop(found, pod)));
      return undefined;
    }
    const surplus = spec.suspend === true ? tally.active : excessPods(spec, tally);
    // Without the finalizer a pod that we stop ourselves is not taken for a failure.
    await Promise.all(
      surplus.map(async (pod) => {
        await release(pod);
        await stop(found, pod);
      }),
    );
    if (spec.suspend === true || surplus.length > 0) return undefined;
    const missing = wantedActive(spec, tally) - tally.active.length;
    return missing > 0 ? start(found, spec, owned, tally, missing) : undefined;
  }

  async function start(
    found: Resource,
    spec: JobSpec,
    owned: readonly Resource[],
    tally: Tally,
    missing: number,
  ): Promise<number | Error | undefined> {
    const ended = owned.filter((pod) => hasFailed(pod, spec));
    const ignored = (pod: Resource) => verdictOn(pod, spec).action === 'Ignore';
    const failuresOf = (index: number | undefined) =>
      index === undefined ? 0 : failuresOfIndex(ended, index, ignored);
    const wait = (index: number | undefined) => {
      const known = failures.get(found.metadata.uid ?? '');
      if (spec.backoffLimitPerIndex === undefined) return failureDelay(known?.count ?? 0, known?.last ?? 0, now());
      const last = Math.max(0, ...ended.filter((pod) => indexOf(pod) === index).map((pod) => endOf(pod, now())));
      return failureDelay(failuresOf(index), last, now());
    };
    const places = isIndexed(spec) ? indexesToStart(spec, tally) : Array.from({ length: missing }, () => undefined);
    const due = places.filter((index) => wait(index) === 0).slice(0, missing);
    const made = await startPods(
      due.map((index) => async () => {
        const pod = await mirrors.create(jobPod(found, index, failuresOf(index)));
        events(found, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
      }),
    );
    if (made !== undefined) {
      events(found, 'Warning', 'FailedCreate', `Error creating: ${wordsOf(made)}`);
      return made;
    }
    const waits = places.map(wait).filter((milliseconds) => milliseconds > 0);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  async function stop(found: Resource, pod: Resource): Promise<void> {
    await mirrors.delete(pod);
    events(found, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  }

  async function writeStatus(
    found: Resource,
    spec: JobSpec,
    tally: Tally,
    outcome: Outcome | undefined,
  ): Promise<void> {
    const fresh = jobs.get(found.metadata.namespace, found.metadata.name);
    if (fresh === undefined || fresh.metadata.uid !== found.metadata.uid) return;
    const live = tallyOf(fresh, spec, pods.ownedBy(found.metadata.uid ?? ''));
    const status = jobStatus(fresh, spec, { before: tally, now: live }, outcome, timestamp(now()));
    if (canonical(fresh['status']) === canonical(status as unknown as JsonValue)) return;
    const suspended = (object: Resource) =>
      statusOf(object).conditions?.find(({ type }) => type === 'Suspended')?.status === 'True';
    const written = await mirrors.updateStatus({ ...fresh, status: status as unknown as JsonObject });
    if (suspended(written) !== suspended(fresh) && outcome === undefined) {
      if (spec.suspend === true) events(found, 'Normal', 'Suspended', 'Job suspended');
      else events(found, 'Normal', 'Resumed', 'Job resumed');
    }
    const finish = finishOf(written);
    if (finish?.type === 'Complete') events(found, 'Normal', 'Completed', 'Job completed');
    else if (finish !== undefined) events(found, 'Warning', finish.reason ?? '', finish.message ?? '');
  }

  async function release(pod: Resource): Promise<void> {
    const fresh = pods.get(pod.metadata.namespace, pod.metadata.name) ?? pod;
    if (fresh.metadata.uid !== pod.metadata.uid || !fresh.metadata.finalizers?.includes(trackingFinalizer)) return;
    const finalizers = fresh.metadata.finalizers.filter((one) => one !== trackingFinalizer);
    const { uid = '', resourceVersion = '' } = fresh.metadata;
    await mirrors
      .patch(refOf(fresh), { type: 'merge', body: { metadata: { uid, resourceVersion, finalizers } } })
      .catch((error: { status?: number }) => {
        if (error.status !== 404) throw error;
      });
  }

  /** The job is gone: nobody will count its pods any more. */
  async function releaseOrphans(key: string): Promise<undefined> {
    const { namespace, name } = splitKey(key);
    const left = pods.inNamespace(namespace).filter((pod) => {
      const owner = controllerOf(pod);
      return owner?.kind === 'Job' && owner.name === name;
    });
    await Promise.all(left.map(release));
    return undefined;
  }

  return {
    name: 'job-controller',
    watches: [
      { apiVersion: 'batch/v1', kind: 'Job', keys: itself },
      { apiVersion: 'v1', kind: 'Pod', keys: (pod, before) => controllerKeys('Job', pod, before) },
    ],
    reconcile,
  };
};
