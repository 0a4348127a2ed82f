import type { Cluster } from '../../cluster/index.ts';
import type { Controller } from '../controllers/controller.ts';
import { recordEvents } from '../controllers/events.ts';
import { Mirrors } from '../controllers/mirror.ts';
import { Queue } from '../controllers/queue.ts';
import type { MakeOperator } from './program.ts';

export interface RunOptions {
  signal: AbortSignal;
  now: () => Date;
  /** Told of failures that will be tried again. */
  onError: (operator: string, key: string, error: unknown) => void;
}

/** Runs control loops over mirrors of their own; `ready` when all they look at was seen once, `done` when they stopped. */
export function runProgram(
  cluster: Cluster,
  makers: readonly MakeOperator[],
  { signal, now, onError }: RunOptions,
): { ready: Promise<void>; done: Promise<void> } {
  const mirrors = new Mirrors(cluster);
  const recorder = (component: string) => recordEvents(cluster, component, now);
  const loops = makers.map((make) => {
    const controller = make({ mirrors, now, recorder });
    return { controller, queue: enqueue(mirrors, controller) };
  });
  const ready = mirrors.follow(signal, (error) => onError('watch', '', error));
  const done = ready.then(async () => {
    await Promise.all(
      loops.map(({ controller, queue }) =>
        queue.run((key) => controller.reconcile(key), {
          signal,
          concurrency: controller.concurrency ?? 4,
          onError: (key, error) => onError(controller.name, key, error),
        }),
      ),
    );
  });
  return { ready, done };
}

function enqueue(mirrors: Mirrors, controller: Controller): Queue {
  const queue = new Queue();
  for (const { apiVersion, kind, keys } of controller.watches) {
    mirrors.of(apiVersion, kind).onChange((now, before) => {
      for (const key of keys(now, before)) queue.add(key);
    });
  }
  return queue;
}
