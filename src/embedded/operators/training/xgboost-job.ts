import { addVariables } from '../pod-spec.ts';
import type { TrainingKind, Verdict } from './kind.ts';
import { placeName, portOf, roleOf, sizeOf } from './spec.ts';

/** Rabit's tracker runs in the master; these variables tell its clients where. */
export const xgboostJob: TrainingKind = {
  kind: 'XGBoostJob',
  replicas: 'xgbReplicaSpecs',
  roles: ['Master', 'Worker'],
  container: 'xgboost',
  port: { name: 'xgboostjob-port', number: 9999 },
  restartPolicy: 'Never',
  isMaster: (_, role) => role.name === 'Master',
  furnish: (job, role, index, pod) => {
    const masters = roleOf(job, 'Master')?.replicas ?? 0;
    const workers = roleOf(job, 'Worker')?.replicas ?? 0;
    const values = {
      MASTER_PORT: portOf(job, 'Master'),
      MASTER_ADDR: placeName(job, 'Master', 0),
      WORLD_SIZE: sizeOf(job),
      RANK: role.name === 'Worker' ? index + masters : index,
      PYTHONUNBUFFERED: 1,
      ...(sizeOf(job) > 1
        ? {
            WORKER_PORT: portOf(job, 'Worker'),
            WORKER_ADDRS: Array.from({ length: workers }, (_, worker) => placeName(job, 'Worker', worker)).join(','),
          }
        : {}),
    };
    for (const container of pod.containers) addVariables(container, values);
  },
  judge: (job, counts) => {
    const verdicts: Verdict[] = [];
    for (const role of job.roles) {
      const { active, succeeded, failed } = counts.of(role);
      if (role.name === 'Master') {
        if (active > 0) verdicts.push({ type: 'Running', message: `XGBoostJob ${job.name} is running.` });
        if (succeeded === role.replicas) {
          const message = `XGBoostJob ${job.name} is successfully completed.`;
          return [...verdicts, { type: 'Succeeded', message, event: 'Normal' }];
        }
      }
      if (failed === 0) continue;
      const why = `because ${failed} ${role.name} replica(s) failed.`;
      if (role.restartPolicy === 'ExitCode')
        verdicts.push({ type: 'Restarting', message: `XGBoostJob ${job.name} is restarting ${why}`, event: 'Warning' });
      else {
        const message = `XGBoostJob ${job.name} is failed ${why}`;
        return [...verdicts, { type: 'Failed', message, event: 'Normal' }];
      }
    }
    return verdicts;
  },
};
