/** Runs at most `limit` pieces of work at once, first come first served. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

export function makeLimit(limit: number): Limit {
  let free = limit;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** The results of `work` for each item, in order, at most `limit` at once; the first error ends it. */
export function mapLimited<T, R>(items: readonly T[], limit: Limit, work: (item: T) => Promise<R>): Promise<R[]> {
  return Promise.all(items.map((item) => limit(() => work(item))));
}
