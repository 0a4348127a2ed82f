import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hasKubeflow, unpackKubeflow } from '../support/kubeflow.ts';
import { compare, report } from './measure.ts';
import { findKubectl } from './package.ts';

const child = path.join(import.meta.dirname, 'render-child.mjs');

/** How long rendering takes, and how much memory, against `kubectl kustomize`; and where the time goes. */
export async function run(): Promise<void> {
  const dist = buildLibrary();
  const overlays = smallOverlays(1000);
  const platform = hasKubeflow ? unpackKubeflow() : undefined;
  try {
    small(dist, overlays);
    if (platform === undefined) console.log('the full platform: skipped, the shared folder is missing');
    else await full(dist, platform.root);
  } finally {
    rmSync(overlays, { recursive: true, force: true });
    if (platform !== undefined) rmSync(platform.folder, { recursive: true, force: true });
    rmSync(dist, { recursive: true, force: true });
  }
}

/** The render engine as JavaScript, without its types, in a new folder. */
function buildLibrary(): string {
  const source = path.resolve(import.meta.dirname, '../../src');
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-library-'));
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!/^(?:(?:resource|kustomize)\/.*|errors|files)\.ts$/.test(file)) continue;
    const target = path.join(folder, file.replace(/ts$/, 'js'));
    mkdirSync(path.dirname(target), { recursive: true });
    const text = stripTypeScriptTypes(readFileSync(path.join(source, file), 'utf8'));
    writeFileSync(target, text.replace(/(from\s+'\.[^']*)\.ts'/g, "$1.js'"));
  }
  writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}');
  return folder;
}

const ours = (dist: string, root: string, directory: string, ...more: string[]) => [
  process.execPath,
  child,
  dist,
  root,
  directory,
  ...more,
];

/** Overlays of a deployment, a service and a generated ConfigMap; the folders are called 0, 1, … */
function smallOverlays(count: number): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-overlays-'));
  const write = (file: string, text: string) => {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  write('base/kustomization.yaml', 'resources: [web.yaml, service.yaml]\n');
  write('base/service.yaml', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n');
  write(
    'base/web.yaml',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        image: nginx:1\n        envFrom:\n        - configMapRef:\n            name: settings\n',
  );
  for (let i = 0; i < count; i++) {
    const fields = `resources: [../base]\nnamePrefix: o${i}-\nnamespace: team-${i}\nreplicas: [{name: web, count: 3}]\n`;
    const more = `images: [{name: nginx, newTag: "${i}"}]\nconfigMapGenerator: [{name: settings, literals: [n=${i}]}]\n`;
    write(`${i}/kustomization.yaml`, fields + more);
  }
  return folder;
}

function small(dist: string, overlays: string): void {
  const kubectl = findKubectl();
  const times = compare(
    9,
    { ours: ours(dist, overlays, '0'), kubectl: [kubectl, 'kustomize', '0'], node: [process.execPath, '-e', '0'] },
    overlays,
  );
  report('a small overlay, cold', times['ours']!, 'kubectl kustomize', times['kubectl']!, 1);
  report('of which Node itself', times['node']!, 'kubectl kustomize', times['kubectl']!, 1);
  const [program, ...args] = ours(dist, overlays, '.', '1000');
  const result = spawnSync(program as string, args, { encoding: 'utf8' });
  report('1,000 small overlays in one process', Number(result.stdout), '1,000 calls', times['kubectl']! * 1000, 0.02);
}

async function full(dist: string, root: string): Promise<void> {
  const kubectl = findKubectl();
  const commands = {
    ours: ours(dist, root, 'example'),
    kubectl: [kubectl, 'kustomize', path.join(root, 'example')],
  };
  const times = compare(3, commands, root);
  report('the full platform, 683 objects', times['ours']!, 'kubectl kustomize', times['kubectl']!, 0.1);
  const [mine, theirs] = [await peakMemory(commands.ours), await peakMemory(commands.kubectl)];
  console.log(
    `  memory at its peak: ${mega(mine)} (${(mine / 683 / 1024).toFixed(0)} kB an object), kubectl ${mega(theirs)}, ratio ${(mine / theirs).toFixed(2)}`,
  );
  console.log(`  where the time goes: ${whereTimeGoes(commands.ours)}`);
}

const mega = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(0)} MB`;

/** The most memory that a program had, in bytes, as the kernel counted it. */
async function peakMemory([program, ...args]: readonly string[]): Promise<number> {
  const running = spawn(program as string, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${running.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has just ended.
    }
  }, 10);
  await new Promise((resolve) => running.once('exit', resolve));
  clearInterval(timer);
  return peak;
}

const parts: [string, RegExp][] = [
  [
    'parse',
    /\/resource\/yaml-(?:parser|text|canonical|transcode|lines|scalar|expand|raw|node)\.|\/resource\/yaml\.|read-items|decode/,
  ],
  ['print', /\/resource\/yaml-(?:print|write|order|number|value|fold)\./],
  ['transform', /\/kustomize\//],
  ['files', /\/files\.|node:(?:internal\/)?fs/],
];

/** Shares of a CPU profile: parse, transform, print, files, garbage collection, Node's own start. */
function whereTimeGoes([program, ...args]: readonly string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-profile-'));
  try {
    const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
    spawnSync(program as string, [...flags, ...args], { maxBuffer: 1 << 30 });
    const [file] = readdirSync(folder);
    const profile = JSON.parse(readFileSync(path.join(folder, file as string), 'utf8')) as {
      nodes: { id: number; callFrame: { functionName: string; url: string } }[];
      samples: number[];
      timeDeltas: number[];
    };
    const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
    const shares = new Map<string, number>();
    for (const [i, id] of profile.samples.entries()) {
      const frame = frames.get(id);
      if (frame === undefined || frame.functionName === '(idle)') continue;
      const name =
        frame.functionName === '(garbage collector)'
          ? 'garbage collection'
          : (parts.find(([, pattern]) => pattern.test(frame.url))?.[0] ?? 'Node');
      shares.set(name, (shares.get(name) ?? 0) + (profile.timeDeltas[i] as number));
    }
    const total = [...shares.values()].reduce((sum, each) => sum + each, 0);
    const sorted = [...shares].sort((a, b) => b[1] - a[1]);
    return sorted.map(([name, time]) => `${name} ${((time / total) * 100).toFixed(0)}%`).join(', ');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
