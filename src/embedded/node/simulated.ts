import { randomUUID } from 'node:crypto';
import { type Clock, slept } from './clock.ts';
import type { Exit, Run } from './run.ts';
import { type ContainerSpec, isSidecar, type Pod } from './spec.ts';

/** Says on a pod that nothing runs behind it; names the containers where only some are played. */
export const simulatedAnnotation = 'slipway.dev/simulated';

/** Long enough for a watcher to see a pod that is not ready yet. */
const moment = 200;

/**
 * Stands for a program that cannot run here. A container that is meant to keep running does so until it is stopped; one
 * that is meant to end (an init container, a container of a pod that is not restarted) ends well after a moment.
 */
export async function simulate(pod: Pod, spec: ContainerSpec, clock: Clock, signal: AbortSignal): Promise<Run> {
  await clock.sleep(moment, signal);
  const stopping = new AbortController();
  const ends = isInit(pod, spec) ? !isSidecar(spec) : (pod.spec.restartPolicy ?? 'Always') !== 'Always';
  const exit = Promise.withResolvers<Exit>();
  if (ends)
    slept(clock, moment, stopping.signal).then(
      () => exit.resolve({ exitCode: 0 }),
      (error: unknown) => exit.reject(error),
    );
  return {
    id: `slipway://simulated-${randomUUID()}`,
    imageID: `slipway.dev/simulated/${spec.image}`,
    exited: exit.promise,
    kill: () => {
      stopping.abort();
      exit.resolve({ exitCode: 0 });
    },
  };
}

const isInit = (pod: Pod, spec: ContainerSpec) =>
  (pod.spec.initContainers ?? []).some(({ name }) => name === spec.name);
