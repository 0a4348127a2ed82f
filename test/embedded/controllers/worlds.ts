import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { type Cluster, clusterOver, type Target } from '../../../src/cluster/index.ts';
import { openCluster, serve, startControllers } from '../../../src/embedded/index.ts';
import { parseYaml, type Resource } from '../../../src/resource/index.ts';
import { execaRun, type RunResult } from '../../../src/run.ts';
import { controlPlaneAvailable, sharedControlPlane } from '../../support/control-plane.ts';
import { playNodes } from './played-nodes.ts';

/** A cluster whose controllers run and whose pods are played. */
export interface World {
  readonly cluster: Cluster;
  /** A namespace of its own for each test file and world. */
  readonly namespace: string;
  kubectl(...args: string[]): Promise<RunResult>;
  /** Creates the objects of a YAML text, in the world's namespace unless they name one. */
  create(yaml: string): Promise<Resource[]>;
  get(apiVersion: string, kind: string, name: string): Promise<Resource>;
  /** Waits, by a watch, until the objects of a kind in the namespace answer with something. */
  until<T>(apiVersion: string, kind: string, answer: (objects: Resource[]) => T | undefined): Promise<T>;
  /** Waits until one object is as wished, and answers it. */
  settled(apiVersion: string, kind: string, name: string, wish: (object: Resource) => boolean): Promise<Resource>;
  /** As `kubectl delete --cascade` does, without waiting. */
  remove(
    apiVersion: string,
    kind: string,
    name: string,
    propagation?: 'Background' | 'Foreground' | 'Orphan',
  ): Promise<void>;
  gone(apiVersion: string, kind: string, name: string): Promise<void>;
  /** `Type Reason: message` of all events about an object, in the order in which they came, when all reasons are there. */
  events(name: string, ...reasons: string[]): Promise<string[]>;
}

/** The same scenarios are held against our controllers and, where there is one, a real controller manager. */
export const worlds: readonly (readonly [string, () => World])[] = [
  ['the embedded cluster', () => useWorld(embeddedParts)],
  ...(controlPlaneAvailable ? [['a real controller manager', () => useWorld(realParts)] as const] : []),
];

interface Parts {
  cluster: Cluster;
  kubectl: (args: readonly string[]) => Promise<RunResult>;
  close: () => Promise<void>;
}

let count = 0;

function useWorld(open: () => Promise<Parts>): World {
  let parts: Parts;
  const namespace = `controllers-${process.pid}-${count++}`;
  const stopping = new AbortController();
  beforeAll(async () => {
    parts = await open();
    await parts.cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await world.settled('v1', 'ServiceAccount', 'default', () => true);
  });
  afterAll(async () => {
    stopping.abort();
    await parts?.cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await parts?.close();
  });
  const world: World = {
    get cluster() {
      return parts.cluster;
    },
    namespace,
    kubectl: (...args) => parts.kubectl(['--namespace', namespace, ...args]),
    create: async (yaml) => {
      const made: Resource[] = [];
      for (const object of parseYaml(yaml) as Resource[]) {
        const type = await parts.cluster.typeOf(object);
        if (type?.namespaced === true) object.metadata.namespace ??= namespace;
        made.push(await parts.cluster.create(object));
      }
      return made;
    },
    get: (apiVersion, kind, name) => parts.cluster.get({ apiVersion, kind, name, namespace }),
    until: (apiVersion, kind, answer) => watched(parts.cluster, { apiVersion, kind, namespace }, answer),
    settled: (apiVersion, kind, name, wish) =>
      world.until(apiVersion, kind, (objects) => objects.find((one) => one.metadata.name === name && wish(one))),
    remove: async (apiVersion, kind, name, propagation = 'Background') => {
      await parts.cluster.delete({ apiVersion, kind, name, namespace }, { propagation });
    },
    gone: async (apiVersion, kind, name) => {
      await world.until(apiVersion, kind, (objects) =>
        objects.some((one) => one.metadata.name === name) ? undefined : true,
      );
    },
    events: (name, ...reasons) =>
      world.until('v1', 'Event', (all) => {
        const about = all.filter((event) => (event['involvedObject'] as { name?: string }).name === name);
        if (!reasons.every((reason) => about.some((event) => event['reason'] === reason))) return undefined;
        return about.map((event) => `${event['type']} ${event['reason']}: ${event['message']}`);
      }),
  };
  return world;
}

/** Milliseconds: less than a test may take, so that what was there is told. */
const patience = 30_000;
vi.setConfig({ testTimeout: 40_000 });

async function watched<T>(
  cluster: Cluster,
  collection: Target & { namespace: string },
  answer: (objects: Resource[]) => T | undefined,
): Promise<T> {
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(patience)]);
  const objects = new Map<string, Resource>();
  // Nodes, volumes and roles are in no namespace.
  const type = await cluster.typeOf(collection);
  const { namespace, ...target } = collection;
  try {
    for await (const event of cluster.watch(type?.namespaced === false ? target : { ...target, namespace }, {
      signal,
    })) {
      if (event.type === 'RELISTED') {
        objects.clear();
        for (const item of event.items) objects.set(item.metadata.name, { ...item, ...target });
      } else if (event.type === 'DELETED') objects.delete(event.object.metadata.name);
      else if (event.type !== 'BOOKMARK') objects.set(event.object.metadata.name, event.object);
      const found = answer([...objects.values()]);
      if (found !== undefined) return found;
    }
  } finally {
    controller.abort();
  }
  throw new Error(
    `Waited in vain for ${collection.kind}: ${JSON.stringify([...objects.values()].map(essence)).slice(0, 3000)}`,
  );
}

const essence = ({ metadata, status }: Resource) => ({
  name: metadata.name,
  ...(metadata.deletionTimestamp === undefined ? {} : { finalizers: metadata.finalizers ?? [], deleting: true }),
  status,
});

async function embeddedParts(): Promise<Parts> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-controllers-'));
  const embedded = await openCluster();
  const cluster = clusterOver(embedded.transport);
  const served = await serve(embedded);
  const kubeconfig = path.join(directory, 'kubeconfig');
  await writeFile(kubeconfig, served.kubeconfig, { mode: 0o600 });
  const stopping = new AbortController();
  const { signal } = stopping;
  const controllers = startControllers(cluster, {
    signal,
    directory: path.join(directory, 'volumes'),
    certificate: embedded.identity.authority.certificate,
    onError: (controller, key, error) => {
      if (process.env['SLIPWAY_TEST_VERBOSE'] !== undefined)
        process.stderr.write(`${controller} ${key}: ${String(error)}\n`);
    },
  });
  await controllers.ready;
  const nodes = playNodes(cluster, ['node-0', 'node-1'], signal);
  return {
    cluster,
    kubectl: (args) => execaRun()(kubectlProgram, ['--kubeconfig', kubeconfig, ...args]),
    close: async () => {
      stopping.abort();
      await Promise.all([controllers.done, nodes]);
      await served.close();
      await embedded.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const kubectlProgram = path.join(
  process.env['KUBEBUILDER_ASSETS'] ??
    path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'kube-1.36.3'),
  'kubectl',
);

/** False where nobody has unpacked or named one: what only kubectl does is skipped there (`test.skipIf`). */
export const kubectlAvailable: boolean = existsSync(kubectlProgram);

async function realParts(): Promise<Parts> {
  const plane = await sharedControlPlane();
  return { cluster: await plane.cluster(), kubectl: (args) => plane.kubectl(args), close: () => plane.down() };
}
