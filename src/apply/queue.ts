/** Values that one side pushes and the other iterates over, in order, until the queue is closed or fails. */
export interface Queue<T> extends AsyncIterable<T> {
  push(value: T): void;
  close(): void;
  fail(error: unknown): void;
}

export function makeQueue<T>(): Queue<T> {
  const values: T[] = [];
  let ended = false;
  let failure: { error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  const ring = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  return {
    push(value) {
      values.push(value);
      ring();
    },
    close() {
      ended = true;
      ring();
    },
    fail(error) {
      failure = { error };
      ended = true;
      ring();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const waiting = wake.promise;
        while (values.length > 0) yield values.shift() as T;
        if (ended && values.length === 0) {
          if (failure !== undefined) throw failure.error;
          return;
        }
        await waiting;
      }
    },
  };
}
