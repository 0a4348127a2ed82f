import type { Resource } from '../../../resource/index.ts';
import { itself, type MakeController } from '../controller.ts';
import { splitKey } from '../mirror.ts';
import { finishOf, specOf } from './spec.ts';

/** Removes finished jobs with `ttlSecondsAfterFinished` (https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/). */
export const jobTimeToLive: MakeController = ({ mirrors, now }) => {
  const jobs = mirrors.of('batch/v1', 'Job');
  return {
    name: 'ttl-after-finished-controller',
    watches: [{ apiVersion: 'batch/v1', kind: 'Job', keys: itself }],
    async reconcile(key) {
      const { namespace, name } = splitKey(key);
      const job = jobs.get(namespace, name);
      const end = job === undefined ? undefined : expiryOf(job);
      if (job === undefined || end === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
      const left = end - now().getTime();
      if (left > 0) return left;
      await mirrors.delete(job, { propagation: 'Foreground' });
      return undefined;
    },
  };
};

function expiryOf(job: Resource): number | undefined {
  const finish = finishOf(job) as { lastTransitionTime?: string } | undefined;
  const { ttlSecondsAfterFinished } = specOf(job);
  if (finish === undefined || ttlSecondsAfterFinished === undefined) return undefined;
  return Date.parse(finish.lastTransitionTime ?? '') + ttlSecondsAfterFinished * 1000;
}
