import { canonical, type JsonObject, type JsonValue, type Resource } from '../../../resource/index.ts';
import { itself } from '../../controllers/controller.ts';
import { keyOf, splitKey } from '../../controllers/mirror.ts';
import { controllerKeys } from '../../controllers/owner.ts';
import { conditionOf, timestamp } from '../../controllers/pod.ts';
import { ensure } from '../children.ts';
import type { MakeOperator } from '../program.ts';
import { jobSetOf, type Runtime, type TrainJobSpec } from './blueprint.ts';

const apiVersion = 'trainer.kubeflow.org/v1alpha1';
const jobSets = 'jobset.x-k8s.io/v1alpha2';

/** A run of a runtime's blueprint: one JobSet (Trainer v2.2). */
export const trainJob: MakeOperator = ({ mirrors, now }) => {
  const jobs = mirrors.of(apiVersion, 'TrainJob');

  async function reconcile(key: string): Promise<undefined> {
    const { namespace, name } = splitKey(key);
    const job = jobs.get(namespace, name);
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
    const spec = job['spec'] as unknown as TrainJobSpec;
    if ((spec.managedBy ?? 'trainer.kubeflow.org/trainjob-controller') !== 'trainer.kubeflow.org/trainjob-controller')
      return undefined;
    const isOver = ['Complete', 'Failed'].some((type) => conditionOf(job, type)?.status === 'True');
    if (isOver) return undefined;
    const { kind = 'ClusterTrainingRuntime', name: runtimeName } = spec.runtimeRef;
    const runtime = mirrors.of(apiVersion, kind).get(kind === 'TrainingRuntime' ? namespace : undefined, runtimeName);
    if (runtime === undefined) return write(job, [unsupported(kind, runtimeName)], undefined);
    const set = await ensure(mirrors, job, jobSetOf(job, spec, runtime['spec'] as unknown as Runtime));
    return write(job, conditionsOf(job, spec, set), set);
  }

  async function write(job: Resource, conditions: JsonObject[], set: Resource | undefined): Promise<undefined> {
    const time = timestamp(now());
    const counted = (set?.['status'] as { replicatedJobsStatus?: JsonValue } | undefined)?.replicatedJobsStatus;
    const status: JsonObject = {
      ...(job['status'] as JsonObject | undefined),
      ...(conditions.length === 0
        ? {}
        : {
            conditions: conditions.map((condition) => {
              const before = conditionOf(job, String(condition['type']));
              const isSame = before?.status === condition['status'];
              return { ...condition, lastTransitionTime: (isSame ? before?.lastTransitionTime : undefined) ?? time };
            }),
          }),
      ...(counted === undefined ? {} : { jobsStatus: counted }),
    };
    if (canonical(job['status'] ?? {}) === canonical(status)) return undefined;
    const fresh = jobs.get(job.metadata.namespace, job.metadata.name);
    if (fresh?.metadata.uid === job.metadata.uid) await mirrors.updateStatus({ ...(fresh as Resource), status });
    return undefined;
  }

  const owned = (now: Resource | undefined, before: Resource | undefined) => controllerKeys('TrainJob', now, before);
  const everything = () => jobs.all().map(keyOf);
  return {
    name: 'trainjob_controller',
    watches: [
      { apiVersion, kind: 'TrainJob', keys: itself },
      { apiVersion: jobSets, kind: 'JobSet', keys: owned },
      { apiVersion, kind: 'ClusterTrainingRuntime', keys: everything },
      { apiVersion, kind: 'TrainingRuntime', keys: everything },
    ],
    reconcile,
  };
};

function unsupported(kind: string, name: string): JsonObject {
  const message = `TrainingRuntime ${JSON.stringify(name)} of kind ${kind} is not found`;
  return { type: 'Failed', status: 'True', reason: 'TrainingRuntimeNotSupported', message };
}

/** Suspended is the job's own; Complete and Failed are the set's, with its reasons. There is no Running. */
function conditionsOf(job: Resource, { suspend }: TrainJobSpec, set: Resource): JsonObject[] {
  const wasSuspended = conditionOf(job, 'Suspended') !== undefined;
  const suspended: JsonObject[] =
    suspend === true
      ? [{ type: 'Suspended', status: 'True', reason: 'Suspended', message: 'TrainJob is suspended' }]
      : wasSuspended
        ? [{ type: 'Suspended', status: 'False', reason: 'Resumed', message: 'TrainJob is resumed' }]
        : [];
  const ends = [
    ['Completed', 'Complete'],
    ['Failed', 'Failed'],
  ].flatMap(([theirs = '', type = '']) => {
    const found = conditionOf(set, theirs) as JsonObject | undefined;
    if (found?.['status'] !== 'True') return [];
    return [{ type, status: 'True', reason: found['reason'] ?? '', message: found['message'] ?? '' }];
  });
  return [...suspended, ...ends];
}
