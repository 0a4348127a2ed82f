import type { ProbeOutcome } from './probes.ts';
import type { Run } from './run.ts';
import { simulate } from './simulated.ts';
import type { ActionSpec, ContainerSpec, Pod } from './spec.ts';
import type { Surroundings } from './surroundings.ts';

/** How one pod's containers run on this machine. */
export class PodRuntime {
  /** Names of the containers that are only played. */
  readonly simulated: readonly string[];
  readonly #around: Surroundings;
  #pod: Pod;
  #address: string | undefined;

  constructor(pod: Pod, around: Surroundings) {
    this.#pod = pod;
    this.#around = around;
    this.simulated = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(({ name }) => name);
  }

  get address(): string | undefined {
    return this.#address;
  }

  update(pod: Pod): void {
    this.#pod = pod;
  }

  async prepare(_signal: AbortSignal): Promise<void> {
    this.#address = '127.0.0.1';
  }

  start(spec: ContainerSpec, _restartCount: number, signal: AbortSignal): Promise<Run> {
    return simulate(this.#pod, spec, this.#around.clock, signal);
  }

  async act(_spec: ContainerSpec, _action: ActionSpec, _run: Run, _signal: AbortSignal): Promise<ProbeOutcome> {
    return { ok: true, message: '' };
  }

  async remove(): Promise<void> {}
}
