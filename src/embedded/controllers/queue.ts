/** How long a key waits after it has failed N times in a row, in milliseconds. */
const backOff = (failures: number) => Math.min(5 * 2 ** (failures - 1), 60_000);

/**
 * Keys to be worked on, each once however often it was added, never two workers on one key (client-go's workqueue).
 * A key that fails comes back with growing delay; one that asks for it comes back after the time it names.
 */
export class Queue {
  readonly #ready = new Set<string>();
  readonly #busy = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  #wake: (() => void) | undefined;

  add(key: string): void {
    this.#ready.add(key);
    this.#wake?.();
  }

  addAfter(key: string, milliseconds: number): void {
    const at = Date.now() + milliseconds;
    const waiting = this.#timers.get(key);
    if (waiting !== undefined && waiting.at <= at) return;
    clearTimeout(waiting?.timer);
    const timer = setTimeout(
      () => {
        this.#timers.delete(key);
        this.add(key);
      },
      Math.min(Math.max(milliseconds, 0), 2 ** 31 - 1),
    );
    timer.unref();
    this.#timers.set(key, { at, timer });
  }

  /** Works until the signal is aborted, with so many keys at once. `work` answers milliseconds to come back after. */
  async run(
    work: (key: string) => Promise<number | undefined>,
    options: { signal: AbortSignal; concurrency: number; onError: (key: string, error: unknown) => void },
  ): Promise<void> {
    const { signal, concurrency } = options;
    const running = new Set<Promise<void>>();
    const stop = () => this.#wake?.();
    signal.addEventListener('abort', stop);
    while (!signal.aborted) {
      const key = running.size < concurrency ? this.#next() : undefined;
      if (key === undefined) {
        const woken = Promise.withResolvers<void>();
        this.#wake = woken.resolve;
        await woken.promise;
        continue;
      }
      const one: Promise<void> = this.#one(key, work, options.onError).finally(() => {
        running.delete(one);
        this.#busy.delete(key);
        this.#wake?.();
      });
      running.add(one);
    }
    signal.removeEventListener('abort', stop);
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(running);
  }

  #next(): string | undefined {
    for (const key of this.#ready) {
      if (this.#busy.has(key)) continue;
      this.#ready.delete(key);
      this.#busy.add(key);
      return key;
    }
    return undefined;
  }

  async #one(
    key: string,
    work: (key: string) => Promise<number | undefined>,
    onError: (key: string, error: unknown) => void,
  ): Promise<void> {
    try {
      const again = await work(key);
      this.#failures.delete(key);
      if (again !== undefined) this.addAfter(key, again);
    } catch (error) {
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      this.addAfter(key, backOff(failures));
      onError(key, error);
    }
  }
}
