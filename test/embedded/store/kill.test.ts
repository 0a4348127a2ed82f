import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Store } from '../../../src/embedded/store/store.ts';

const rounds = 8;

test('a killed process has lost nothing that it acknowledged', { timeout: 120_000 }, async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-kill-'));
  const acknowledged = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const writer = fork(path.join(import.meta.dirname, '../../soak/store-writer.ts'), [directory], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const enough = acknowledged.size + 20 + round * 3;
    await new Promise<void>((resolve) =>
      writer.on('message', (name: string) => {
        acknowledged.add(name);
        if (acknowledged.size >= enough) resolve();
      }),
    );
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const store = new Store({ directory });
    const kept = new Map([...store.list('/configmaps')].map((entry) => [entry.name, entry.object]));
    await store.close();
    expect([...acknowledged].filter((name) => !kept.has(name))).toEqual([]);
    expect([...kept.values()].every(({ data }) => (data as { filler: string }).filler.length === 2000)).toBe(true);
    // What was written and not heard of is as good as acknowledged from now on.
    for (const name of kept.keys()) acknowledged.add(name);
  }
  await rm(directory, { recursive: true });
});
