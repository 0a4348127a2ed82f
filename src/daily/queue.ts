/** Joins what several sources push into one stream; ends when it is closed and empty. */
export class Queue<Item> implements AsyncIterable<Item> {
  readonly #items: Item[] = [];
  #wake = Promise.withResolvers<void>();
  #closed = false;
  #failure: { error: unknown } | undefined;

  push(item: Item): void {
    this.#items.push(item);
    this.#wake.resolve();
  }

  close(): void {
    this.#closed = true;
    this.#wake.resolve();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    for (;;) {
      while (this.#items.length > 0) yield this.#items.shift() as Item;
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#closed) return;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
  }
}
