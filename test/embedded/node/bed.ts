import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, clusterOver } from '../../../src/cluster/index.ts';
import {
  type NodeHandle,
  type NodeOptions,
  openCluster,
  startControllers,
  startNode,
} from '../../../src/embedded/index.ts';
import { parseYaml, type Resource } from '../../../src/resource/index.ts';

/** A node on an embedded cluster in this process. */
export interface Bed extends AsyncDisposable {
  cluster: Cluster;
  node: NodeHandle;
  directory: string;
  /** What the node said went wrong. */
  errors: string[];
  /** Creates the objects of a YAML text in `default`; pods are bound to the node. */
  create(yaml: string): Promise<Resource[]>;
  pod(name: string): Promise<PodView>;
  /** The pod as soon as it fulfils the condition. */
  podWhen(name: string, condition: (pod: PodView) => boolean): Promise<PodView>;
  gone(name: string): Promise<void>;
  logs(pod: string, container?: string, options?: Parameters<NodeHandle['logs']>[2]): Promise<string>;
  /** `Reason: message` of the events about a pod, as they came. */
  events(pod: string): Promise<string[]>;
  /** Stops the node and starts it again on the same cluster. */
  restart(): Promise<void>;
}

export type PodView = Resource & {
  status: {
    phase: string;
    podIP?: string;
    reason?: string;
    conditions: { type: string; status: string; reason?: string; message?: string }[];
    containerStatuses: ContainerView[];
    initContainerStatuses: ContainerView[];
  };
};

interface ContainerView {
  name: string;
  ready: boolean;
  started: boolean;
  restartCount: number;
  state: StateView;
  lastState: StateView;
}

interface StateView {
  waiting?: { reason: string; message?: string };
  running?: { startedAt: string };
  terminated?: { exitCode: number; signal?: number; reason: string; message?: string };
}

export async function makeBed(options: Partial<NodeOptions> & { controllers?: boolean } = {}): Promise<Bed> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-node-'));
  const embedded = await openCluster({});
  const cluster = clusterOver(embedded.transport);
  const stopping = new AbortController();
  const errors: string[] = [];
  const { controllers = false, ...given } = options;
  const loops = controllers
    ? startControllers(cluster, {
        signal: stopping.signal,
        directory: `${directory}/volumes`,
        certificate: 'CERTIFICATE',
      })
    : undefined;
  if (loops === undefined) await makeAccount(cluster);
  let stop = new AbortController();
  const start = () =>
    startNode(cluster, {
      directory,
      signal: stop.signal,
      name: 'here',
      env: process.env,
      onError: (what, error) => errors.push(`${what}: ${(error as Error).message}`),
      ...given,
    });
  let node = await start();
  const ref = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name });
  const view = async (name: string) => (await cluster.get(ref(name))) as PodView;
  return {
    cluster,
    get node() {
      return node;
    },
    directory,
    errors,
    create: async (yaml) => {
      const made = [];
      for (const text of yaml.split(/^---$/m)) {
        const object = parseYaml(text)[0] as Resource;
        const namespaced = { ...object, metadata: { namespace: 'default', ...object.metadata } } as Resource;
        if (object.kind === 'Pod' && !controllers)
          namespaced['spec'] = { nodeName: 'here', ...(object['spec'] as object) };
        made.push(await cluster.create(namespaced));
      }
      return made;
    },
    pod: view,
    podWhen: async (name, condition) => {
      const watching = new AbortController();
      let last: PodView | undefined;
      try {
        const late = AbortSignal.any([watching.signal, AbortSignal.timeout(50_000)]);
        for await (const event of cluster.watch({ apiVersion: 'v1', kind: 'Pod' }, { signal: late })) {
          const found = event.type === 'RELISTED' ? event.items : event.type === 'BOOKMARK' ? [] : [event.object];
          for (const pod of found as PodView[]) {
            if (pod.metadata.name !== name) continue;
            last = pod;
            if (pod.status?.containerStatuses !== undefined && condition(pod)) return pod;
          }
        }
      } finally {
        watching.abort();
      }
      throw new Error(`Pod ${name} did not get there: ${JSON.stringify(last?.status)} ${errors.join('; ')}`);
    },
    gone: async (name) => {
      for (;;) {
        const found = await cluster.get(ref(name)).catch((error: { status?: number }) => {
          if (error.status === 404) return undefined;
          throw error;
        });
        if (found === undefined) return;
        await sleep(20);
      }
    },
    logs: async (pod, container = 'main', logOptions) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of node.logs({ metadata: { namespace: 'default', name: pod } }, container, logOptions))
        chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    },
    events: async (pod) => {
      const { items } = await cluster.list({ apiVersion: 'v1', kind: 'Event' });
      return items
        .filter((event) => (event['involvedObject'] as { name: string }).name === pod)
        .sort((one, other) => Number(one.metadata.resourceVersion) - Number(other.metadata.resourceVersion))
        .map((event) => `${event['reason']}: ${event['message']}`);
    },
    restart: async () => {
      stop.abort();
      await node.done;
      stop = new AbortController();
      node = await start();
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await node.done;
      stopping.abort();
      await loops?.done;
      await embedded.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What controllers would make in each namespace. */
async function makeAccount(cluster: Cluster): Promise<void> {
  const metadata = { namespace: 'default' };
  await cluster.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, name: 'default' } });
  await cluster.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, name: 'kube-root-ca.crt' },
    data: { 'ca.crt': 'CERTIFICATE' },
  });
}
