import { isJsonObject } from '../../../resource/index.ts';
import { at, each, isEmpty } from '../access.ts';
import type { Rule } from './rules.ts';
import { into, set } from './set.ts';

const deployment: Rule = (value) => {
  const spec = into(value, 'spec');
  set({ replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })(spec);
  const strategy = into(spec, 'strategy');
  set({ type: 'RollingUpdate' })(strategy);
  if (strategy['type'] === 'RollingUpdate')
    set({ maxUnavailable: '25%', maxSurge: '25%' })(into(strategy, 'rollingUpdate'));
};

const daemonSet: Rule = (value) => {
  const spec = into(value, 'spec');
  set({ revisionHistoryLimit: 10 })(spec);
  const strategy = into(spec, 'updateStrategy');
  set({ type: 'RollingUpdate' })(strategy);
  if (strategy['type'] === 'RollingUpdate') set({ maxUnavailable: 1, maxSurge: 0 })(into(strategy, 'rollingUpdate'));
};

const statefulSet: Rule = (value) => {
  const spec = into(value, 'spec');
  set({ podManagementPolicy: 'OrderedReady', replicas: 1, revisionHistoryLimit: 10 })(spec);
  const strategy = into(spec, 'updateStrategy');
  if (strategy['type'] === undefined) {
    strategy['type'] = 'RollingUpdate';
    into(strategy, 'rollingUpdate');
  }
  const rollingUpdate = strategy['rollingUpdate'];
  if (strategy['type'] === 'RollingUpdate' && isJsonObject(rollingUpdate)) set({ partition: 0 })(rollingUpdate);
  set({ whenDeleted: 'Retain', whenScaled: 'Retain' })(into(spec, 'persistentVolumeClaimRetentionPolicy'));
  for (const claim of each(spec['volumeClaimTemplates']))
    set({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' })(claim);
};

const job: Rule = (value) => {
  const spec = into(value, 'spec');
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  const perIndex = spec['backoffLimitPerIndex'] !== undefined;
  set({
    parallelism: 1,
    backoffLimit: perIndex ? 2 ** 31 - 1 : 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  })(spec);
  const labels = at(at(at(spec, 'template'), 'metadata'), 'labels');
  const metadata = into(value, 'metadata');
  if (!isEmpty(labels) && isEmpty(metadata['labels'])) metadata['labels'] = { ...labels };
};

export const appRules: Readonly<Record<string, Rule>> = {
  'apps.v1.DaemonSet': daemonSet,
  'apps.v1.Deployment': deployment,
  'apps.v1.ReplicaSet': (value) => set({ replicas: 1 })(into(value, 'spec')),
  'apps.v1.StatefulSet': statefulSet,
  'batch.v1.CronJobSpec': set({
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  }),
  'batch.v1.Job': job,
  'batch.v1.PodFailurePolicyOnPodConditionsPattern': set({ status: 'True' }),
};
