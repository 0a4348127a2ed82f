import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import { groupOf, parseYaml, type Resource } from '../../src/resource/index.ts';
import { mebibytes, report } from './measure.ts';
import { findKubectl, installPackage } from './package.ts';

const kube = path.resolve(import.meta.dirname, '../../../shared/kube/kube');
const platform = path.resolve(import.meta.dirname, '../../../shared/kubeflow/kubeflow.tar.xz');

interface Side {
  start: number;
  memory: number;
  platform: number;
  create: number;
  list: number;
  watches: number;
}

/** The embedded cluster against a real kube-apiserver with etcd on this machine: the same client, the same requests. */
export async function run(): Promise<void> {
  findKubectl();
  const work = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const objects = renderPlatform(work);
  const theirs = await measureReal(path.join(work, 'kube'), objects);
  const ours = await measureEmbedded(path.join(work, 'data'), objects);
  rmSync(work, { recursive: true, force: true });
  const peer = 'kube-apiserver and etcd';
  report('a ready empty cluster', ours.start, peer, theirs.start, 0.3);
  report('memory at rest', ours.memory, peer, theirs.memory, 0.3, mebibytes);
  report(`${objects.length} objects of the platform`, ours.platform, peer, theirs.platform, 0.25);
  report('creates: 2,000 ConfigMaps, 32 at once', ours.create, peer, theirs.create, 1);
  report('a list of 2,000 objects, five times', ours.list, peer, theirs.list, 1);
  report('1,000 watches, one change seen by all', ours.watches, peer, theirs.watches, 1);
}

function renderPlatform(work: string): Resource[] {
  spawnSync('tar', ['-xJf', platform, '-C', work]);
  const printed = spawnSync(findKubectl(), ['kustomize', path.join(work, 'kubeflow/example')], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const objects = parseYaml(printed.stdout, { file: 'platform.yaml' }) as Resource[];
  return objects.filter((object) => !object.kind.endsWith('WebhookConfiguration'));
}

async function measureReal(dir: string, objects: readonly Resource[]): Promise<Side> {
  const start = performance.now();
  const up = spawnSync(kube, ['up', dir], { encoding: 'utf8' });
  const started = performance.now() - start;
  if (up.status !== 0) throw new Error(up.stderr);
  const pids = readdirSync(path.join(dir, 'run'))
    .filter((file) => file.endsWith('.pid'))
    .map((file) => readFileSync(path.join(dir, 'run', file), 'utf8').trim());
  try {
    return { start: started, ...(await measure(path.join(dir, 'kubeconfig'), pids, objects)) };
  } finally {
    spawnSync(kube, ['down', dir]);
  }
}

async function measureEmbedded(data: string, objects: readonly Resource[]): Promise<Side> {
  const installed = installPackage();
  const env = { ...process.env, XDG_DATA_HOME: data };
  const slipway = (...words: string[]) =>
    spawnSync(process.execPath, [installed.program, ...words], { env, encoding: 'utf8' });
  const start = performance.now();
  const up = slipway('cluster', 'up', '-o', 'json');
  const started = performance.now() - start;
  if (up.status !== 0) throw new Error(up.stderr);
  const { kubeconfig, pid } = JSON.parse(up.stdout) as { kubeconfig: string; pid: number };
  try {
    return { start: started, ...(await measure(kubeconfig, [String(pid)], objects)) };
  } finally {
    slipway('cluster', 'delete', '--yes');
    installed.remove();
  }
}

async function measure(
  kubeconfig: string,
  pids: readonly string[],
  objects: readonly Resource[],
): Promise<Omit<Side, 'start'>> {
  const cluster = await connect({ kubeconfig });
  const memory = pids.reduce((sum, pid) => sum + residentOf(pid), 0);
  const applied = await timed(() => applyPlatform(cluster, objects));
  const maps = Array.from({ length: 2_000 }, (_, index) => map(index));
  const create = await timed(() => each(maps, 32, (object) => cluster.create(object)));
  const list = await timed(async () => {
    for (let round = 0; round < 5; round++)
      await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' });
  });
  // A server takes so many streams on one connection, so the watches come over several.
  const watchers = await Promise.all(Array.from({ length: 10 }, () => connect({ kubeconfig })));
  const watches = await timed(() => watchMany(cluster, watchers, 1_000));
  await Promise.all([cluster, ...watchers].map((one) => one.close()));
  return { memory, platform: applied, create, list, watches };
}

async function applyPlatform(cluster: Cluster, objects: readonly Resource[]): Promise<void> {
  const first = objects.filter(({ kind }) => kind === 'Namespace' || kind === 'CustomResourceDefinition');
  const apply = async (object: Resource): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      try {
        await cluster.apply(object, { fieldManager: 'bench', force: true });
        return;
      } catch (error) {
        // A definition that is not served yet; everything else is a failure of the benchmark.
        if (attempt > 200 || groupOf(object.apiVersion) === '') throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  await each(first, 16, apply);
  await each(
    objects.filter((object) => !first.includes(object)),
    16,
    apply,
  );
}

/** Opens so many watches, waits until each has its list, changes one object and waits until each has seen it. */
async function watchMany(cluster: Cluster, watchers: readonly Cluster[], count: number): Promise<void> {
  const stop = new AbortController();
  const listed: Promise<void>[] = [];
  const seen: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    const [list, change] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    listed.push(list.promise);
    seen.push(change.promise);
    const follow = async () => {
      const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-public' };
      for await (const event of watchers[index % watchers.length]!.watch(target, { signal: stop.signal })) {
        if (event.type === 'RELISTED') list.resolve();
        else if (event.type !== 'BOOKMARK' && event.object.metadata.name === 'news') change.resolve();
      }
    };
    follow().catch(change.reject);
  }
  await Promise.all(listed);
  await cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'news', namespace: 'kube-public' } });
  await Promise.all(seen);
  stop.abort();
}

function map(index: number): Resource {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `map-${index}`, namespace: 'default' },
    data: { text: 'x'.repeat(500) },
  };
}

async function each<T>(items: readonly T[], concurrency: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** KiB of memory that a process has in RAM. */
function residentOf(pid: string): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
