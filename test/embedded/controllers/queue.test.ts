import { expect, onTestFinished, test } from 'vitest';
import { Queue } from '../../../src/embedded/controllers/queue.ts';

/** Runs a queue with this work until the test is over; answers failures as they are told. */
function run(queue: Queue, work: (key: string) => Promise<number | undefined>, concurrency = 2): string[] {
  const failures: string[] = [];
  const stopping = new AbortController();
  const done = queue.run(work, {
    signal: stopping.signal,
    concurrency,
    onError: (key, error) => failures.push(`${key}: ${(error as Error).message}`),
  });
  onTestFinished(async () => {
    stopping.abort();
    await done;
  });
  return failures;
}

test('a key that is added many times is worked on once', async () => {
  const queue = new Queue();
  const worked: string[] = [];
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
  const last = Promise.withResolvers<void>();
  run(queue, async (key) => {
    worked.push(key);
    if (key === 'end') last.resolve();
    return undefined;
  });
  queue.add('end');
  await last.promise;
  expect(worked).toEqual(['a', 'b', 'end']);
});

test('a key that is added while it is worked on is worked on again, never by two at once', async () => {
  const queue = new Queue();
  const again = Promise.withResolvers<void>();
  let [active, most, rounds] = [0, 0, 0];
  run(queue, async () => {
    active += 1;
    most = Math.max(most, active);
    rounds += 1;
    if (rounds === 1) queue.add('a');
    await new Promise((resolve) => setImmediate(resolve));
    active -= 1;
    if (rounds === 2) again.resolve();
    return undefined;
  });
  queue.add('a');
  await again.promise;
  expect({ most, rounds }).toEqual({ most: 1, rounds: 2 });
});

test('a key that fails comes back, and its failures are told', async () => {
  const queue = new Queue();
  const well = Promise.withResolvers<void>();
  let rounds = 0;
  const failures = run(queue, async () => {
    rounds += 1;
    if (rounds < 3) throw new Error(`round ${rounds}`);
    well.resolve();
    return undefined;
  });
  queue.add('a');
  await well.promise;
  expect(failures).toEqual(['a: round 1', 'a: round 2']);
});

test('a key that wants to come back comes back at the earliest time it named', async () => {
  const queue = new Queue();
  const back = Promise.withResolvers<void>();
  let rounds = 0;
  run(queue, async () => {
    rounds += 1;
    if (rounds === 1) {
      queue.addAfter('a', 600_000);
      return 10;
    }
    back.resolve();
    return undefined;
  });
  queue.add('a');
  await back.promise;
  expect(rounds).toBe(2);
});
