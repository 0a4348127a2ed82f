import { spawnSync } from 'node:child_process';

/** Runs whole processes by turns, so that a busy moment of the machine hits all of them alike. */
export function compare(
  runs: number,
  commands: Readonly<Record<string, readonly string[]>>,
  cwd: string,
): Record<string, number> {
  const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
  for (let round = -1; round < runs; round++) {
    for (const [name, [program, ...args]] of Object.entries(commands)) {
      const start = performance.now();
      const result = spawnSync(program as string, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 30 });
      const time = performance.now() - start;
      if (result.status !== 0) throw new Error(`${name} failed: ${result.stderr}`);
      // The first round warms the caches of both.
      if (round >= 0) times.get(name)?.push(time);
    }
  }
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list)]));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** One line: what was measured, its time, the peer's time, the ratio and what it should be at most. */
export function report(name: string, ours: number, peer: string, theirs: number, aim: number, print = ms): void {
  const ratio = ours / theirs;
  const verdict = ratio <= aim ? 'ok' : 'MISSED';
  console.log(
    `${name.padEnd(44)} ${print(ours)}   ${peer.padEnd(34)} ${print(theirs)}   ratio ${ratio.toFixed(2)} (aim ${aim}) ${verdict}`,
  );
}

function ms(value: number): string {
  return (value < 10_000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`).padStart(9);
}

/** For memory, from KiB. */
export function mebibytes(kibibytes: number): string {
  return `${(kibibytes / 1024).toFixed(0)} MiB`.padStart(9);
}
