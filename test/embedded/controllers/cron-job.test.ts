import { describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { hasCondition, shapeOf } from './shape.ts';
import { kubectlAvailable, worlds } from './worlds.ts';

const ownedBy = (name: string) => (jobs: Resource[]) =>
  jobs.filter((job) => job.metadata.ownerReferences?.some((owner) => owner.name === name));

describe.each(worlds)('CronJobs of %s', (_, make) => {
  const world = make();

  test('start a job when it is time, and remember it', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: CronJob
      metadata: { name: often }
      spec:
        schedule: '@every 1s'
        concurrencyPolicy: Forbid
        successfulJobsHistoryLimit: 1
        jobTemplate:
          metadata: { labels: { app: often }, annotations: { note: hello } }
          spec: { template: { spec: { restartPolicy: Never, containers: [{ name: main, image: 'busybox:1' }] } } }`);
    const job = await world.until('batch/v1', 'Job', (all) => ownedBy('often')(all).find(hasCondition('Complete')));
    expect(job.metadata.name).toMatch(/^often-\d{8}$/);
    expect(shapeOf(job).labels).toMatchObject({ app: 'often' });
    expect(shapeOf(job).owners).toEqual(['CronJob often controller blocks']);
    expect(job.metadata.annotations).toMatchObject({
      note: 'hello',
      'batch.kubernetes.io/cronjob-scheduled-timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const found = await world.settled('batch/v1', 'CronJob', 'often', (one) => {
      const { lastScheduleTime, lastSuccessfulTime, active } = (one['status'] ?? {}) as JsonObject;
      return lastScheduleTime !== undefined && lastSuccessfulTime !== undefined && active === undefined;
    });
    expect(found['status']).toBeDefined();
    const said = await world.events('often', 'SuccessfulCreate', 'SawCompletedJob');
    expect(said).toContain(`Normal SuccessfulCreate: Created job ${job.metadata.name}`);
    expect(said).toContain(`Normal SawCompletedJob: Saw completed job: ${job.metadata.name}, condition: Complete`);
    await world.remove('batch/v1', 'CronJob', 'often');
    await world.until('batch/v1', 'Job', (all) => (ownedBy('often')(all).length === 0 ? true : undefined));
  });

  test.skipIf(!kubectlAvailable)('start nothing while they are suspended, but a job by hand', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: CronJob
      metadata: { name: sleeping }
      spec:
        schedule: '* * * * *'
        suspend: true
        jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: main, image: 'busybox:1' }] } } } }`);
    const made = await world.kubectl('create', 'job', 'by-hand', '--from=cronjob/sleeping');
    expect(made).toMatchObject({ exitCode: 0, stdout: 'job.batch/by-hand created' });
    await world.settled('batch/v1', 'Job', 'by-hand', hasCondition('Complete'));
    expect(ownedBy('sleeping')(await world.until('batch/v1', 'Job', (all) => all))).toHaveLength(1);
  });
});
