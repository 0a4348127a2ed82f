import { describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { conditionsOf, countsOf, hasCondition, shapeOf } from './shape.ts';
import { worlds } from './worlds.ts';

const podsOf = (job: string) => (pods: Resource[]) => pods.filter((pod) => pod.metadata.labels?.['job-name'] === job);
const container = `restartPolicy: Never, containers: [{ name: main, image: 'busybox:1' }]`;

describe.each(worlds)('Jobs of %s', (_, make) => {
  const world = make();

  test('runs so many pods at once until so many have succeeded', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: plain }
      spec: { completions: 3, parallelism: 2, template: { metadata: { labels: { app: x } }, spec: { ${container} } } }`);
    const job = await world.settled('batch/v1', 'Job', 'plain', hasCondition('Complete'));
    expect(conditionsOf(job)).toEqual([
      'SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods',
      'Complete=True CompletionsReached: Reached expected number of succeeded pods',
    ]);
    expect(countsOf(job)).toEqual({ ready: 0, succeeded: 3, terminating: 0, uncountedTerminatedPods: {} });
    const pods = await world.until('v1', 'Pod', (all) => {
      const mine = podsOf('plain')(all);
      return mine.every((pod) => pod.metadata.finalizers === undefined) ? mine : undefined;
    });
    expect(pods).toHaveLength(3);
    expect(pods[0]?.metadata.name).toMatch(/^plain-[a-z0-9]{5}$/);
    expect(shapeOf(pods[0] as Resource)).toEqual({
      labels: {
        app: 'x',
        'batch.kubernetes.io/controller-uid': 'UID',
        'batch.kubernetes.io/job-name': 'plain',
        'controller-uid': 'UID',
        'job-name': 'plain',
      },
      owners: ['Job plain controller blocks'],
      finalizers: [],
    });
    const events = await world.events('plain', 'Completed');
    expect(events.map((event) => event.replace(/plain-\w+$/, 'POD')).sort()).toEqual([
      'Normal Completed: Job completed',
      ...Array<string>(3).fill('Normal SuccessfulCreate: Created pod: POD'),
    ]);
  });

  test('gives each pod of an indexed job its index', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: indexed }
      spec: { completions: 4, parallelism: 4, completionMode: Indexed, template: { spec: { ${container} } } }`);
    const job = await world.settled('batch/v1', 'Job', 'indexed', hasCondition('Complete'));
    expect(countsOf(job)).toMatchObject({ succeeded: 4, completedIndexes: '0-3' });
    const pods = podsOf('indexed')(await world.until('v1', 'Pod', (all) => all));
    const third = pods.find((pod) => pod.metadata.name.startsWith('indexed-2-')) as Resource;
    expect(third.metadata.annotations).toMatchObject({ 'batch.kubernetes.io/job-completion-index': '2' });
    expect(third.metadata.labels).toMatchObject({ 'batch.kubernetes.io/job-completion-index': '2' });
    const spec = third['spec'] as { hostname: string; containers: JsonObject[] };
    expect(spec.hostname).toBe('indexed-2');
    expect(spec.containers[0]?.['env']).toEqual([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: {
          fieldRef: { apiVersion: 'v1', fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" },
        },
      },
    ]);
  });

  test('writes two indexes in a row as a pair', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: pair }
      spec: { completions: 2, parallelism: 2, completionMode: Indexed, template: { spec: { ${container} } } }`);
    const job = await world.settled('batch/v1', 'Job', 'pair', hasCondition('Complete'));
    expect(countsOf(job)).toMatchObject({ succeeded: 2, completedIndexes: '0,1' });
  });

  test('gives up when pods fail more often than backoffLimit', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: failing }
      spec:
        backoffLimit: 0
        template: { metadata: { annotations: { test/behaviour: fail } }, spec: { ${container} } }`);
    const job = await world.settled('batch/v1', 'Job', 'failing', hasCondition('Failed'));
    expect(conditionsOf(job)).toEqual([
      'FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit',
      'Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit',
    ]);
    expect(countsOf(job)).toEqual({ failed: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    expect(await world.events('failing', 'BackoffLimitExceeded')).toContain(
      'Warning BackoffLimitExceeded: Job has reached the specified backoff limit',
    );
  });

  test('gives up single indexes with backoffLimitPerIndex', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: per-index }
      spec:
        completions: 3
        parallelism: 3
        completionMode: Indexed
        backoffLimitPerIndex: 0
        template: { metadata: { annotations: { test/behaviour: fail } }, spec: { ${container} } }`);
    const job = await world.settled('batch/v1', 'Job', 'per-index', hasCondition('Failed'));
    expect(conditionsOf(job).at(-1)).toBe('Failed=True FailedIndexes: Job has failed indexes');
    expect(countsOf(job)).toMatchObject({ failed: 3, failedIndexes: '0-2' });
    const [pod] = podsOf('per-index')(await world.until('v1', 'Pod', (all) => all));
    expect(pod?.metadata.annotations).toMatchObject({ 'batch.kubernetes.io/job-index-failure-count': '0' });
  });

  test('ends a job by its failure policy', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: policy }
      spec:
        backoffLimit: 6
        podFailurePolicy:
          rules: [{ action: FailJob, onExitCodes: { containerName: main, operator: In, values: [3] } }]
        template: { metadata: { annotations: { test/behaviour: fail } }, spec: { ${container} } }`);
    const job = await world.settled('batch/v1', 'Job', 'policy', hasCondition('Failed'));
    const [pod] = podsOf('policy')(await world.until('v1', 'Pod', (all) => all));
    expect(conditionsOf(job).at(-1)).toBe(
      `Failed=True PodFailurePolicy: Container main for pod ${world.namespace}/${pod?.metadata.name} failed with exit code 3 matching FailJob rule at index 0`,
    );
  });

  test('succeeds early by its success policy', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: leader }
      spec:
        completions: 2
        parallelism: 1
        completionMode: Indexed
        successPolicy: { rules: [{ succeededIndexes: '0' }] }
        template: { spec: { ${container} } }`);
    const job = await world.settled('batch/v1', 'Job', 'leader', hasCondition('Complete'));
    expect(conditionsOf(job).at(-1)).toBe('Complete=True SuccessPolicy: Matched rules at index 0');
    expect(countsOf(job)).toMatchObject({ completedIndexes: '0', succeeded: 1 });
  });

  test('ends a job that takes longer than its deadline, and deletes its pods', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: late }
      spec:
        activeDeadlineSeconds: 1
        template: { metadata: { annotations: { test/behaviour: never-ready } }, spec: { ${container} } }`);
    const job = await world.settled('batch/v1', 'Job', 'late', hasCondition('Failed'));
    expect(conditionsOf(job).at(-1)).toBe(
      'Failed=True DeadlineExceeded: Job was active longer than specified deadline',
    );
    expect(countsOf(job)).toMatchObject({ failed: 1, ready: 0, terminating: 0 });
    await world.until('v1', 'Pod', (all) => (podsOf('late')(all).length === 0 ? true : undefined));
  });

  test('stops the pods of a suspended job and starts them again', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: pausing }
      spec:
        suspend: true
        parallelism: 2
        completions: 2
        template: { metadata: { annotations: { test/behaviour: never-ready } }, spec: { ${container} } }`);
    const suspended = await world.settled('batch/v1', 'Job', 'pausing', hasCondition('Suspended'));
    expect(conditionsOf(suspended)).toEqual(['Suspended=True JobSuspended: Job suspended']);
    expect((suspended['status'] as JsonObject)['startTime']).toBeUndefined();
    const ref = { apiVersion: 'batch/v1', kind: 'Job', name: 'pausing', namespace: world.namespace };
    await world.cluster.patch(ref, { type: 'merge', body: { spec: { suspend: false } } });
    const resumed = await world.settled('batch/v1', 'Job', 'pausing', (job) => countsOf(job)['active'] === 2);
    expect(conditionsOf(resumed)).toEqual(['Suspended=False JobResumed: Job resumed']);
    await world.cluster.patch(ref, { type: 'merge', body: { spec: { suspend: true } } });
    const again = await world.settled('batch/v1', 'Job', 'pausing', (job) => {
      const { active = 0, terminating = 0 } = countsOf(job);
      return hasCondition('Suspended')(job) && active === 0 && terminating === 0;
    });
    expect(countsOf(again)).toEqual({ ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    expect(
      (await world.events('pausing', 'Resumed')).filter((event) => /Suspended|Resumed/.test(event)).sort(),
    ).toContain('Normal Resumed: Job resumed');
  });

  test('removes a finished job after its time to live', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: short-lived }
      spec: { ttlSecondsAfterFinished: 0, template: { spec: { ${container} } } }`);
    await world.until('v1', 'Pod', (all) => (podsOf('short-lived')(all).length > 0 ? true : undefined));
    await world.gone('batch/v1', 'Job', 'short-lived');
    await world.until('v1', 'Pod', (all) => (podsOf('short-lived')(all).length === 0 ? true : undefined));
  });

  test('lets pods go with their job', async () => {
    await world.create(`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: cut-short }
      spec:
        parallelism: 2
        template: { metadata: { annotations: { test/behaviour: never-ready } }, spec: { ${container} } }`);
    await world.settled('batch/v1', 'Job', 'cut-short', (job) => countsOf(job)['active'] === 2);
    await world.remove('batch/v1', 'Job', 'cut-short');
    await world.gone('batch/v1', 'Job', 'cut-short');
    await world.until('v1', 'Pod', (all) => (podsOf('cut-short')(all).length === 0 ? true : undefined));
  });
});
