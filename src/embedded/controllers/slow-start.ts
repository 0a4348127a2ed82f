/**
 * Does many creations at once, in batches that double, so that a quota or a webhook that refuses one is not asked five
 * hundred times. Stops after the first batch with a failure, and answers that failure.
 */
export async function startPods(creations: readonly (() => Promise<unknown>)[]): Promise<Error | undefined> {
  for (let done = 0, batch = 1; done < creations.length; done += batch, batch *= 2) {
    const results = await Promise.allSettled(creations.slice(done, done + batch).map((create) => create()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) return failed.reason as Error;
  }
  return undefined;
}
