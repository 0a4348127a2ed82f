import { type Clock, slept } from './clock.ts';
import type { ContainerSpec, ProbeSpec } from './spec.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

export interface ProbeOutcome {
  ok: boolean;
  /** Why not, as the kubelet words it; for `exec` the output. */
  message: string;
}

export interface ProberHost {
  clock: Clock;
  /** One attempt; resolves whatever happens, within the signal. */
  probe(probe: ProbeSpec, signal: AbortSignal): Promise<ProbeOutcome>;
  unhealthy(message: string): void;
  /** `isStarted` or `isReady` may have changed. */
  changed(): void;
  /** The container must be ended; `graceSeconds` where the probe sets its own. */
  failed(kind: ProbeKind, graceSeconds: number | undefined): void;
}

/**
 * The probes of one run (https://kubernetes.io/docs/concepts/workloads/pods/probes/): until the startup probe has
 * passed, the others wait.
 */
export class Prober {
  isStarted = false;
  isReady = false;
  readonly #spec: ContainerSpec;
  readonly #host: ProberHost;
  readonly #stopping = new AbortController();
  readonly #loops: Promise<void>[] = [];

  constructor(spec: ContainerSpec, host: ProberHost) {
    this.#spec = spec;
    this.#host = host;
  }

  start(): void {
    if (this.#stopping.signal.aborted) return;
    const { startupProbe } = this.#spec;
    if (startupProbe === undefined) this.#begin();
    else this.#loops.push(this.#watch('startup', startupProbe, (ok) => ok && this.#begin()));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  #begin(): void {
    const { livenessProbe, readinessProbe } = this.#spec;
    this.isStarted = true;
    this.isReady = readinessProbe === undefined;
    if (livenessProbe !== undefined) this.#loops.push(this.#watch('liveness', livenessProbe, () => undefined));
    if (readinessProbe !== undefined)
      this.#loops.push(
        this.#watch('readiness', readinessProbe, (ok) => {
          if (this.isReady === ok) return;
          this.isReady = ok;
          this.#host.changed();
        }),
      );
    this.#host.changed();
  }

  /** Tries again and again; `decided` is told each time enough successes or failures stand in a row. */
  async #watch(kind: ProbeKind, probe: ProbeSpec, decided: (ok: boolean) => void): Promise<void> {
    const { signal } = this.#stopping;
    const { initialDelaySeconds = 0, periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = probe;
    let [wins, losses] = [0, 0];
    if (initialDelaySeconds > 0 && !(await slept(this.#host.clock, initialDelaySeconds * 1000, signal))) return;
    while (!signal.aborted) {
      const { ok, message } = await this.#host.probe(probe, signal);
      if (signal.aborted) return;
      [wins, losses] = ok ? [wins + 1, 0] : [0, losses + 1];
      if (!ok) this.#host.unhealthy(`${kind[0]?.toUpperCase()}${kind.slice(1)} probe failed: ${message}`);
      if (ok && wins >= successThreshold) {
        decided(true);
        if (kind === 'startup') return;
      }
      if (!ok && losses >= failureThreshold) {
        decided(false);
        if (kind !== 'readiness') {
          this.#host.failed(kind, probe.terminationGracePeriodSeconds);
          return;
        }
      }
      if (!(await slept(this.#host.clock, periodSeconds * 1000, signal))) return;
    }
  }
}
