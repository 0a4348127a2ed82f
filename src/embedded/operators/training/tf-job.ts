import { addVariables, type PodSpec } from '../pod-spec.ts';
import type { TrainingKind, Verdict } from './kind.ts';
import { mainContainer, placeName, portOf, type Role, roleOf, sizeOf, type TrainingJob } from './spec.ts';

const isChief = ({ name }: Role) => name === 'Chief' || name === 'Master';

/** TensorFlow's distribution strategies read TF_CONFIG alone. */
export const tfJob: TrainingKind = {
  kind: 'TFJob',
  replicas: 'tfReplicaSpecs',
  roles: ['Chief', 'Evaluator', 'Master', 'PS', 'Worker'],
  container: 'tensorflow',
  port: { name: 'tfjob-port', number: 2222 },
  restartPolicy: 'Never',
  isMaster: (job, role, index) => (job.roles.some(isChief) ? isChief(role) : role.name === 'Worker' && index === 0),
  furnish: (job, role, index, pod: PodSpec) => {
    const main = mainContainer(job.kind, pod);
    if (main === undefined || sizeOf(job) === 1) return;
    const config = job.spec['enableDynamicWorker'] === true ? sparse(job, role, index) : complete(job, role, index);
    addVariables(main, { TF_CONFIG: JSON.stringify(config) });
  },
  judge,
};

const addressOf = (job: TrainingJob, role: string, index: number) =>
  `${placeName(job, role, index)}.${job.namespace}.svc:${portOf(job, role)}`;

const addressesOf = (job: TrainingJob, { name, replicas }: Role) =>
  Array.from({ length: replicas }, (_, index) => addressOf(job, name, index));

function complete(job: TrainingJob, role: Role, index: number) {
  // Evaluators watch a training; they are no part of it.
  const members = job.roles.filter(({ name }) => name !== 'Evaluator');
  const cluster = Object.fromEntries(members.map((one) => [one.name.toLowerCase(), addressesOf(job, one)]).sort());
  return { cluster, task: { type: role.name.toLowerCase(), index }, environment: 'cloud' };
}

/** What a worker needs to know that others may come and go around it: the parameter servers and itself. */
function sparse(job: TrainingJob, role: Role, index: number) {
  const servers = roleOf(job, 'PS');
  const worker = role.name === 'Worker' ? { [index]: addressOf(job, 'Worker', index) } : {};
  const ps =
    role.name === 'PS'
      ? [addressOf(job, 'PS', index)]
      : role.name === 'Worker' && servers !== undefined
        ? addressesOf(job, servers)
        : [];
  return { cluster: { worker, ps }, task: { type: role.name.toLowerCase(), index } };
}

function judge(job: TrainingJob, counts: Parameters<TrainingKind['judge']>[1]): Verdict[] {
  const name = `TFJob ${job.namespace}/${job.name}`;
  const hasChief = job.roles.some(isChief);
  const verdicts: Verdict[] = [];
  const succeed = () =>
    verdicts.push({ type: 'Succeeded', message: `${name} successfully completed.`, event: 'Normal' });
  const run = () => verdicts.push({ type: 'Running', message: `${name} is running.` });
  for (const role of job.roles) {
    const { active, succeeded, failed } = counts.of(role);
    const isDone = succeeded === role.replicas;
    if (hasChief && isChief(role)) {
      if (active > 0) run();
      if (isDone) succeed();
    } else if (!hasChief && role.name === 'Worker') {
      if (isDone || (job.spec['successPolicy'] !== 'AllWorkers' && counts.isDone(role, 0))) succeed();
      else if (active > 0) run();
    }
    // What another policy makes of a failure was decided where the pod was looked at.
    if (failed === 0 || role.restartPolicy !== 'Never') continue;
    if (job.spec['enableDynamicWorker'] === true && role.name === 'Worker') continue;
    const message = `${name} has failed because ${failed} ${role.name} replica(s) failed.`;
    verdicts.push({ type: 'Failed', message, event: 'Normal' });
  }
  return verdicts;
}
