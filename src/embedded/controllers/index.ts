/**
 * The control loops of the embedded cluster. They speak to the API through the `Cluster` port alone, so they run the
 * same beside any API server that has none. Left out: HorizontalPodAutoscalers (nothing measures pods here),
 * ReplicationControllers, and the signing of certificates.
 */
import type { Cluster } from '../../cluster/index.ts';
import { clusterRole } from './cluster-role.ts';
import type { Controller, MakeController } from './controller.ts';
import { cronJob } from './cron/cron-job.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { disruptionBudget } from './disruption-budget.ts';
import { endpoints } from './endpoints.ts';
import { recordEvents } from './events.ts';
import { collectGarbage } from './garbage-collector.ts';
import { job } from './job/job.ts';
import { jobTimeToLive } from './job/time-to-live.ts';
import { Mirrors } from './mirror.ts';
import { namespace } from './namespace.ts';
import { nodeTaints } from './node-taints.ts';
import { podGarbage } from './pod-garbage.ts';
import { Queue } from './queue.ts';
import { replicaSet } from './replica-set.ts';
import { resourceQuota } from './resource-quota.ts';
import { scheduler } from './scheduler.ts';
import { rootCertificate, serviceAccount } from './service-account.ts';
import { statefulSet } from './stateful-set.ts';
import { makeStorageClass } from './storage-class.ts';
import { volume } from './volume.ts';
import { volumeClaim } from './volume-claim.ts';
import { claimProtection, volumeProtection } from './volume-protection.ts';

const all: readonly MakeController[] = [
  serviceAccount,
  rootCertificate,
  namespace,
  endpoints,
  scheduler,
  replicaSet,
  deployment,
  statefulSet,
  daemonSet,
  job,
  jobTimeToLive,
  cronJob,
  volumeClaim,
  volume,
  claimProtection,
  volumeProtection,
  resourceQuota,
  disruptionBudget,
  clusterRole,
  podGarbage,
  nodeTaints,
];

export interface ControllersOptions {
  /** Stops everything. */
  signal: AbortSignal;
  /** Where provisioned volumes live. */
  directory: string;
  /** The cluster's authority, PEM, for `kube-root-ca.crt`. */
  certificate: string;
  now?: () => Date;
  /** Told of failures that will be tried again. */
  onError?: (controller: string, key: string, error: unknown) => void;
}

/** Starts every controller; `ready` when each has seen the whole state once, `done` when all have stopped. */
export function startControllers(
  cluster: Cluster,
  options: ControllersOptions,
): { ready: Promise<void>; done: Promise<void> } {
  const now = options.now ?? (() => new Date());
  const onError = options.onError ?? (() => undefined);
  const mirrors = new Mirrors(cluster);
  const loops = all.map((make) => {
    const controller = make({
      mirrors,
      now,
      directory: options.directory,
      certificate: options.certificate,
      recorder: (component) => recordEvents(cluster, component, now),
    });
    return { controller, queue: enqueue(mirrors, controller) };
  });
  const { signal } = options;
  const collecting = Promise.withResolvers<void>();
  const collector = collectGarbage(cluster, {
    signal,
    ready: collecting.resolve,
    onError: (key, error) => onError('garbage-collector', key, error),
  });
  const made = makeStorageClass(cluster, signal).catch((error: unknown) => {
    if (!signal.aborted) onError('storage-class', '', error);
  });
  const followed = mirrors.follow(signal, (error) => onError('watch', '', error));
  const done = followed.then(async () => {
    await Promise.all([
      collector,
      ...loops.map(({ controller, queue }) =>
        queue.run((key) => controller.reconcile(key), {
          signal,
          concurrency: controller.concurrency ?? 4,
          onError: (key, error) => onError(controller.name, key, error),
        }),
      ),
    ]);
  });
  return { ready: Promise.all([followed, collecting.promise, made]).then(() => undefined), done };
}

function enqueue(mirrors: Mirrors, controller: Controller): Queue {
  const queue = new Queue();
  for (const watch of controller.watches) {
    mirrors.of(watch.apiVersion, watch.kind).onChange((now, before) => {
      for (const key of watch.keys(now, before)) queue.add(key);
    });
  }
  return queue;
}
