import { canonical, type JsonObject, type JsonValue, type Resource } from '../../../resource/index.ts';
import { itself } from '../../controllers/controller.ts';
import { splitKey } from '../../controllers/mirror.ts';
import { controllerKeys } from '../../controllers/owner.ts';
import { phaseOf, timestamp } from '../../controllers/pod.ts';
import { remove } from '../children.ts';
import type { MakeOperator } from '../program.ts';
import { isFinished, isTrue, type JobStatus, setCondition, statusOf } from './conditions.ts';
import { countPods } from './counts.ts';
import type { TrainingKind, Verdict } from './kind.ts';
import { componentOf, selectorOf } from './labels.ts';
import { deadlineIn, exceeded, removalIn } from './limits.ts';
import { type Places, placesOf } from './places.ts';
import { problemOf, readJob, type TrainingJob } from './spec.ts';

const apiVersion = 'kubeflow.org/v1';

/** Runs one kind of training job as training-operator 1.9 does (`pkg/controller.v1/common`). */
export function trainingJob(kind: TrainingKind): MakeOperator {
  return (surroundings) => {
    const { mirrors, recorder, now } = surroundings;
    const jobs = mirrors.of(apiVersion, kind.kind);
    const component = componentOf(kind.kind);
    const events = recorder(component);

    async function reconcile(key: string): Promise<number | undefined> {
      const { namespace, name } = splitKey(key);
      const resource = jobs.get(namespace, name);
      if (resource === undefined || resource.metadata.deletionTimestamp !== undefined) return undefined;
      const job = readJob(kind, resource);
      if (job.policy.managedBy !== undefined && job.policy.managedBy !== 'kubeflow.org/training-operator')
        return undefined;
      const places = placesOf(mirrors, events, job);
      const status = statusOf(resource);
      if (status.conditions === undefined) say(status, 'Created', `${kind.kind} ${name} is created.`);
      const again = await act(job, status, places);
      if (mirrors.of(apiVersion, kind.kind).get(namespace, name) !== undefined) await write(job, status);
      return again;
    }

    async function act(job: TrainingJob, status: JobStatus, places: Places): Promise<number | undefined> {
      const pods = job.roles.flatMap((role) => places.podsOf(role));
      if (isFinished(status)) return finish(job, status, places, pods);
      const problem = problemOf(job);
      if (problem !== undefined) {
        const message = `${kind.kind} failed validation because ${problem}`;
        events(job.resource, 'Warning', `${kind.kind}FailedValidation`, message);
        conclude(status, 'Failed', 'FailedValidation', message);
        return undefined;
      }
      if (job.policy.suspend) return suspend(job, status, places, pods);
      if (isTrue(status, 'Suspended')) resume(job, status);
      const excess = exceeded(job, status, pods, now());
      if (excess !== undefined) {
        await Promise.all(pods.map((pod) => places.delete(pod)));
        events(job.resource, 'Normal', `${kind.kind}Failed`, excess);
        conclude(status, 'Failed', 'Failed', excess);
        return undefined;
      }
      return run(job, status, places);
    }

    async function run(job: TrainingJob, status: JobStatus, places: Places): Promise<number | undefined> {
      await kind.extras?.make(surroundings, job);
      // Counted before pods that failed are made anew: that is how a restart shows.
      const before = job.roles.map((role) => [role, places.podsOf(role)] as const);
      const counts = countPods((role) => before.find(([one]) => one === role)?.[1] ?? []);
      for (const role of job.roles) {
        const verdict = await places.sync(role);
        if (verdict === undefined) continue;
        events(job.resource, 'Warning', `${kind.kind}${verdict.type}`, verdict.message);
        say(status, verdict.type, verdict.message);
      }
      status.replicaStatuses = Object.fromEntries(
        job.roles.map((role) => {
          const shown = Object.entries(counts.of(role)).filter(([, count]) => count > 0);
          const selector = kind.hasSelector === true ? { selector: selectorOf(job, role.name) } : {};
          return [role.name, { ...Object.fromEntries(shown), ...selector }];
        }),
      );
      status.startTime ??= timestamp(now());
      for (const verdict of kind.judge(job, counts)) apply(job, status, verdict);
      if (!isFinished(status)) return deadlineIn(job, status, now());
      for (const role of kind.uncounted ?? []) if (role in status.replicaStatuses) status.replicaStatuses[role] = {};
      return 0;
    }

    function apply(job: TrainingJob, status: JobStatus, { type, message, event, reason = type }: Verdict): void {
      if (event !== undefined) events(job.resource, event, `${kind.kind}${type}`, message);
      if (isFinished(status)) return;
      if (type === 'Succeeded' || type === 'Failed') conclude(status, type, reason, message);
      else say(status, type, message);
    }

    function conclude(status: JobStatus, type: 'Succeeded' | 'Failed', reason: string, message: string): void {
      status.completionTime ??= timestamp(now());
      say(status, type, message, { reason });
    }

    function say(
      status: JobStatus,
      type: Parameters<typeof setCondition>[1]['type'],
      message: string,
      { truth = 'True', reason = type }: { truth?: 'True' | 'False'; reason?: string } = {},
    ): void {
      const time = timestamp(now());
      setCondition(status, { type, status: truth, reason: `${kind.kind}${reason}`, message }, time);
    }

    /** Cleans up by the policy, and removes the job when its time is over. */
    async function finish(
      job: TrainingJob,
      status: JobStatus,
      places: Places,
      pods: readonly Resource[],
    ): Promise<number | undefined> {
      const { cleanPodPolicy } = job.policy;
      const doomed = pods.filter(
        (pod) => cleanPodPolicy === 'All' || (cleanPodPolicy === 'Running' && isUnderWay(pod)),
      );
      await Promise.all(doomed.map((pod) => places.delete(pod)));
      if (isTrue(status, 'Succeeded'))
        for (const counted of Object.values(status.replicaStatuses ?? {})) {
          const succeeded = (counted.succeeded ?? 0) + (counted.active ?? 0);
          delete counted.active;
          if (succeeded > 0) counted.succeeded = succeeded;
        }
      const left = removalIn(job, status, now());
      if (left === undefined || left > 0) return left;
      await remove(mirrors, job.resource);
      return undefined;
    }

    async function suspend(
      job: TrainingJob,
      status: JobStatus,
      places: Places,
      pods: readonly Resource[],
    ): Promise<undefined> {
      await Promise.all(pods.map((pod) => places.delete(pod)));
      for (const counted of Object.values(status.replicaStatuses ?? {})) delete counted.active;
      const message = `${kind.kind} ${job.name} is suspended.`;
      if (isTrue(status, 'Running')) say(status, 'Running', message, { truth: 'False', reason: 'Suspended' });
      if (isTrue(status, 'Suspended')) return undefined;
      say(status, 'Suspended', message);
      events(job.resource, 'Normal', `${kind.kind}Suspended`, message);
      return undefined;
    }

    function resume(job: TrainingJob, status: JobStatus): void {
      const message = `${kind.kind} ${job.name} is resumed.`;
      say(status, 'Suspended', message, { truth: 'False', reason: 'Resumed' });
      status.startTime = timestamp(now());
      events(job.resource, 'Normal', `${kind.kind}Resumed`, message);
    }

    async function write(job: TrainingJob, status: JobStatus): Promise<void> {
      const wanted = status as unknown as JsonObject;
      if (canonical(job.resource['status']) === canonical(wanted as JsonValue)) return;
      const fresh = jobs.get(job.namespace, job.name);
      if (fresh?.metadata.uid !== job.resource.metadata.uid) return;
      await mirrors.updateStatus({ ...(fresh as Resource), status: wanted });
    }

    const kinds = [
      { apiVersion: 'v1', kind: 'Pod' },
      { apiVersion: 'v1', kind: 'Service' },
      ...(kind.extras?.kinds ?? []),
    ];
    const children = kinds.map((child) => ({
      ...child,
      keys: (after: Resource | undefined, before: Resource | undefined) => controllerKeys(kind.kind, after, before),
    }));
    return {
      name: component,
      watches: [{ apiVersion, kind: kind.kind, keys: itself }, ...children],
      reconcile,
    };
  };
}

/** A pod that waits would run as soon as it can. */
const isUnderWay = (pod: Resource) => phaseOf(pod) === 'Running' || phaseOf(pod) === 'Pending';
