import { addVariables } from '../pod-spec.ts';
import type { TrainingKind, Verdict } from './kind.ts';
import { placeName, portOf, sizeOf } from './spec.ts';

/** `jax.distributed.initialize` is given these by the script. */
export const jaxJob: TrainingKind = {
  kind: 'JAXJob',
  replicas: 'jaxReplicaSpecs',
  roles: ['Worker'],
  container: 'jax',
  port: { name: 'jaxjob-port', number: 6666 },
  restartPolicy: 'Never',
  hasSelector: true,
  isMaster: (_, __, index) => index === 0,
  furnish: (job, _, index, pod) => {
    for (const container of pod.containers)
      addVariables(container, {
        PYTHONUNBUFFERED: 1,
        COORDINATOR_PORT: portOf(job, 'Worker'),
        COORDINATOR_ADDRESS: placeName(job, 'Worker', 0),
        NUM_PROCESSES: sizeOf(job),
        PROCESS_ID: index,
      });
  },
  judge: (job, counts) =>
    job.roles.flatMap((role): Verdict[] => {
      const { active, succeeded, failed } = counts.of(role);
      const name = `JAXJob ${job.namespace}/${job.name}`;
      const verdicts: Verdict[] = [];
      if (succeeded === role.replicas)
        verdicts.push({ type: 'Succeeded', message: `${name} successfully completed.`, event: 'Normal' });
      else if (active > 0) verdicts.push({ type: 'Running', message: `${name} is running.` });
      if (failed === 0 || role.replicas <= succeeded + active) return verdicts;
      const why = `because ${failed} ${role.name} replica(s) failed.`;
      if (role.restartPolicy === 'Never')
        return [...verdicts, { type: 'Failed', message: `JAXJob ${job.name} is failed ${why}`, event: 'Normal' }];
      return [
        ...verdicts,
        { type: 'Restarting', message: `JAXJob ${job.name} is restarting ${why}`, event: 'Warning' },
      ];
    }),
};
