import type { Resource } from '../../resource/index.ts';
import { isFinished } from '../controllers/pod.ts';
import type { Host } from './host.ts';
import { PodRuntime } from './runtime.ts';
import type { Pod } from './spec.ts';
import type { Surroundings } from './surroundings.ts';
import { PodWorker } from './worker.ts';

/** All pods of this node, each with the worker that lives its life. */
export class Workers {
  readonly #around: Surroundings;
  readonly #host: Host;
  readonly #workers = new Map<string, PodWorker>();
  readonly #leaving = new Set<Promise<void>>();
  #isNetworkDirty = false;

  constructor(around: Surroundings, host: Host) {
    this.#around = around;
    this.#host = host;
  }

  /** One change of a pod. */
  follow(now: Resource | undefined, before: Resource | undefined): void {
    if (before !== undefined && before.metadata.uid !== now?.metadata.uid) this.#forget(before.metadata.uid ?? '');
    const pod = now as Pod | undefined;
    if (pod === undefined || pod.spec.nodeName !== this.#around.nodeName || this.#around.signal.aborted) return;
    const known = this.#workers.get(pod.metadata.uid ?? '');
    if (known !== undefined) {
      known.update(pod);
      return;
    }
    const worker = new PodWorker(pod, new PodRuntime(pod, this.#around, this.#host), this.#around);
    this.#workers.set(worker.uid, worker);
    if (pod.metadata.deletionTimestamp !== undefined) worker.update(pod);
    // A pod that is over stays as it is, with its logs, until somebody deletes it.
    else if (!isFinished(pod)) void worker.run();
  }

  find(namespace: string, name: string): PodWorker | undefined {
    return this.all().find(({ pod: { metadata } }) => metadata.name === name && metadata.namespace === namespace);
  }

  all(): PodWorker[] {
    return [...this.#workers.values()];
  }

  /** Names that pods know each other by have changed; many changes of one moment are one. */
  networkChanged(): void {
    if (this.#isNetworkDirty) return;
    this.#isNetworkDirty = true;
    setTimeout(() => {
      this.#isNetworkDirty = false;
      for (const worker of this.all())
        worker.runtime.files
          .networkChanged()
          .catch((error: unknown) => this.#around.onError(`pod ${worker.uid}`, error));
    }, 50).unref();
  }

  async shutDown(): Promise<void> {
    await Promise.all([...this.#leaving, ...this.all().map((worker) => worker.shutDown())]);
  }

  #forget(uid: string): void {
    const worker = this.#workers.get(uid);
    if (worker === undefined) return;
    this.#workers.delete(uid);
    const leaving: Promise<void> = worker
      .removed()
      .catch((error: unknown) => this.#around.onError(`pod ${uid}`, error))
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }
}
