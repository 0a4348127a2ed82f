import type { Cluster } from '../../cluster/index.ts';
import type { Resource } from '../../resource/index.ts';
import type { Controller } from '../controllers/controller.ts';
import { conditionOf, isReady } from '../controllers/pod.ts';
import { simulatedAnnotation } from '../node/simulated.ts';
import type { OperatorSurroundings, Program } from './program.ts';
import { type RunOptions, runProgram } from './run-program.ts';

interface Running {
  kinds: readonly string[];
  stop: AbortController;
  done: Promise<void>;
}

/**
 * Runs each program while a pod of its image is ready and only played, for those of its kinds whose definition is
 * established; it is started anew when they change. A program that really runs is left to do its own work.
 */
export function presence(
  { mirrors }: OperatorSurroundings,
  cluster: Cluster,
  programs: readonly Program[],
  options: RunOptions,
): Controller {
  const definitions = mirrors.of('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
  const pods = mirrors.of('v1', 'Pod');
  const running = new Map<string, Running>();
  options.signal.addEventListener('abort', () => {
    for (const { stop } of running.values()) stop.abort();
  });

  async function reconcile(name: string): Promise<undefined> {
    const program = programs.find((one) => one.name === name);
    if (program === undefined) return undefined;
    const kinds = pods.all().some((pod) => plays(pod, program)) ? establishedKinds(program) : [];
    const before = running.get(name);
    if (options.signal.aborted || String(kinds) === String(before?.kinds ?? [])) return undefined;
    before?.stop.abort();
    running.delete(name);
    await before?.done;
    if (kinds.length === 0) return undefined;
    const stop = new AbortController();
    const makers = kinds.flatMap((kind) => program.kinds[kind] ?? []);
    const { ready, done } = runProgram(cluster, makers, {
      ...options,
      signal: AbortSignal.any([options.signal, stop.signal]),
    });
    running.set(name, { kinds, stop, done });
    await ready;
    return undefined;
  }

  function establishedKinds({ kinds, needs = [] }: Program): string[] {
    return needs.every(isEstablished) ? Object.keys(kinds).filter(isEstablished) : [];
  }

  function isEstablished(name: string): boolean {
    const definition = definitions.get(undefined, name);
    return (
      definition !== undefined &&
      definition.metadata.deletionTimestamp === undefined &&
      conditionOf(definition, 'Established')?.status === 'True'
    );
  }

  const affected = (choose: (program: Program) => boolean) => programs.filter(choose).map(({ name }) => name);
  return {
    name: 'operators',
    watches: [
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        keys: (now, before) => {
          const name = (now ?? before)?.metadata.name ?? '';
          return affected(({ kinds, needs }) => name in kinds || needs?.includes(name) === true);
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        keys: (now, before) => affected((program) => isOf((now ?? before) as Resource, program)),
      },
    ],
    reconcile,
    concurrency: programs.length,
  };
}

function plays(pod: Resource, program: Program): boolean {
  return (
    isOf(pod, program) &&
    isReady(pod) &&
    pod.metadata.deletionTimestamp === undefined &&
    pod.metadata.annotations?.[simulatedAnnotation] === 'true'
  );
}

function isOf(pod: Resource, { image }: Program): boolean {
  const { containers = [] } = pod['spec'] as { containers?: { image?: string }[] };
  return containers.some((container) => image.test(container.image ?? ''));
}
