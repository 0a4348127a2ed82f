import type { Cluster } from '../../cluster/index.ts';
import { canonical, type JsonObject, type Resource } from '../../resource/index.ts';
import { isGone, refOf } from '../controllers/mirror.ts';
import { type Clock, slept } from './clock.ts';
import type { Pod } from './spec.ts';

/** Brings one pod's status to the server: the latest, never twice the same, again where the server was away. */
export class StatusPublisher {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #status: () => JsonObject;
  readonly #pod: () => Pod;
  readonly #published: (pod: Resource) => void;
  #last = '';
  #isDirty = false;
  #running: Promise<void> | undefined;

  constructor(options: {
    cluster: Cluster;
    clock: Clock;
    signal: AbortSignal;
    pod: () => Pod;
    status: () => JsonObject;
    /** Told of the pod as the server has it after a write. */
    published: (pod: Resource) => void;
  }) {
    this.#cluster = options.cluster;
    this.#clock = options.clock;
    this.#signal = options.signal;
    this.#pod = options.pod;
    this.#status = options.status;
    this.#published = options.published;
  }

  /** There may be something new. */
  changed(): void {
    this.#isDirty = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when the server has been told everything, or cannot be told any more. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Several changes of one moment make one write.
    await Promise.resolve();
    let failures = 0;
    while (this.#isDirty && !this.#signal.aborted) {
      this.#isDirty = false;
      try {
        await this.#write();
        failures = 0;
      } catch (error) {
        if (this.#signal.aborted || isGone(error)) return;
        failures += 1;
        this.#isDirty = true;
        await slept(this.#clock, Math.min(100 * 2 ** failures, 10_000), this.#signal);
      }
    }
  }

  async #write(): Promise<void> {
    const status = this.#status();
    const text = canonical(withoutTimes(status));
    if (text === this.#last) return;
    const pod = this.#pod();
    const body = { metadata: { uid: pod.metadata.uid ?? '' }, status };
    const call = { subresource: 'status', fieldManager: 'kubelet', signal: this.#signal };
    const answer = await this.#cluster.patch(refOf(pod), { type: 'strategic', body }, call);
    this.#last = text;
    this.#published(answer);
  }
}

/** A condition's time follows from its status; a fresh one alone is no news. */
function withoutTimes(status: JsonObject): JsonObject {
  const conditions = (status['conditions'] ?? []) as JsonObject[];
  return { ...status, conditions: conditions.map(({ lastTransitionTime: _, ...rest }) => rest) };
}
