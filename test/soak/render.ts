/**
 * Random changes of real kustomizations, rendered by us and by the real kubectl:
 * `node test/soak/render.ts --rounds 500 [--seed 1] [--keep DIR]`. Kustomizations come from the shared folders; kubectl
 * from `$KUBEBUILDER_ASSETS` or the cache of the shared control plane. Every difference is kept with its input.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { diskFiles } from '../../src/files.ts';
import { buildYaml } from '../../src/kustomize/index.ts';
import { casesFolder, INPUT } from '../support/kustomize-cases.ts';
import { randomChanges } from './render-changes.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    keep: { type: 'string', default: path.join(tmpdir(), 'slipway-soak-render') },
    only: { type: 'string', default: '' },
  },
});

function findKubectl(): string {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  const cache = path.join(homedir(), '.cache');
  const folders = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('kube-')) : [];
  const candidates = [...(assets ? [assets] : []), ...folders.map((name) => path.join(cache, name))];
  const found = candidates.map((folder) => path.join(folder, 'kubectl')).find((file) => existsSync(file));
  if (found === undefined) throw new Error('no kubectl: set KUBEBUILDER_ASSETS');
  return found;
}

interface Outcome {
  output: string | undefined;
  problem: string;
}

function kubectl(program: string, directory: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 1 << 28, encoding: 'utf8' as const, timeout: 60_000 };
    execFile(program, ['kustomize', directory], options, (error, stdout, stderr) => {
      resolve({ output: error === null ? stdout : undefined, problem: stderr });
    });
  });
}

async function slipway(directory: string): Promise<Outcome> {
  try {
    return { output: (await buildYaml(diskFiles('/'), directory)).yaml, problem: '' };
  } catch (error) {
    const crash = (error as Error).name !== 'UserError';
    return { output: undefined, problem: crash ? `CRASH ${(error as Error).stack}` : (error as Error).message };
  }
}

/** A generator of numbers in [0, 1) that a seed repeats. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const program = findKubectl();
const names = readdirSync(casesFolder)
  .filter((name) => name.includes(values.only))
  .sort();
const work = mkdtempSync(path.join(tmpdir(), 'slipway-soak-'));
const rounds = Number(values.rounds);
const tally = { same: 0, bothFail: 0, different: 0 };
process.once('SIGINT', () => {
  rmSync(work, { recursive: true, force: true });
  process.exit(130);
});

for (let round = 0; round < rounds; round++) {
  const seed = Number(values.seed) + round;
  const random = randomFrom(seed);
  const name = names[Math.floor(random() * names.length)] as string;
  const source = path.join(casesFolder, name);
  const input = path.join(work, 'in');
  rmSync(input, { recursive: true, force: true });
  cpSync(path.join(source, 'in'), input, { recursive: true });
  for (const file of readdirSync(input, { recursive: true, encoding: 'utf8' })) {
    const at = path.join(input, file);
    if (statSync(at).isFile()) writeFileSync(at, readFileSync(at, 'latin1').replaceAll(INPUT, input), 'latin1');
  }
  const run = readFileSync(path.join(source, 'run'), 'utf8').trim();
  const directory = path.normalize(path.join(input, run));
  if (!existsSync(directory)) continue;
  const what = randomChanges(input, directory, random);
  const [theirs, ours] = await Promise.all([kubectl(program, what.directory), slipway(what.directory)]);
  const crashed = ours.problem.startsWith('CRASH');
  if (theirs.output === ours.output && !crashed) {
    if (ours.output === undefined) tally.bothFail++;
    else tally.same++;
    continue;
  }
  tally.different++;
  const kept = path.join(values.keep, `${seed}-${name}`);
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  cpSync(input, path.join(kept, 'in'), { recursive: true });
  writeFileSync(path.join(kept, 'run'), `${path.relative(input, what.directory)}\n`);
  writeFileSync(path.join(kept, 'changes.txt'), `${what.changes.join('\n')}\n`);
  writeFileSync(path.join(kept, 'theirs.txt'), theirs.output ?? `ERROR\n${theirs.problem}`);
  writeFileSync(path.join(kept, 'ours.txt'), ours.output ?? `ERROR\n${ours.problem}`);
  process.stderr.write(`different: ${kept} (${what.changes.join(', ')})\n`);
}
rmSync(work, { recursive: true, force: true });
process.stdout.write(
  `${rounds} rounds from seed ${values.seed}: ${tally.same} equal, ${tally.bothFail} fail on both sides, ${tally.different} different\n`,
);
process.exitCode = tally.different > 0 ? 1 : 0;
