import { type Cluster, ClusterError } from '../cluster/index.ts';
import type { Resource } from '../resource/index.ts';
import { podRule } from '../workloads/index.ts';
import { child, objects } from './objects.ts';

export interface LogOptions {
  signal: AbortSignal;
  follow?: boolean;
  /** Lines from the end. */
  tail?: number;
  previous?: boolean;
  sinceSeconds?: number;
  container?: string | undefined;
}

/** The lines of one container, as they come. Throws `ClusterError` where the server has no log of it. */
export async function* readLog(cluster: Cluster, pod: Resource, options: LogOptions): AsyncGenerator<string> {
  const { namespace = 'default', name } = pod.metadata;
  const response = await cluster.request({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`,
    query: {
      container: options.container,
      follow: options.follow === true ? true : undefined,
      previous: options.previous === true ? true : undefined,
      tailLines: options.tail,
      sinceSeconds: options.sinceSeconds,
    },
    signal: options.signal,
  });
  if (response.status !== 200) {
    const said = await textOf(response.body);
    throw new ClusterError(
      'NO_LOG',
      `Cannot read the log of pod ${namespace}/${name}: ${messageOf(said) ?? `the server answered ${response.status}`}`,
      { status: response.status, reason: 'NoLog' },
    );
  }
  yield* lines(response.body);
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const found: string[] = [];
  for await (const line of lines(body)) found.push(line);
  return found.join('\n');
}

function messageOf(text: string): string | undefined {
  try {
    const status = JSON.parse(text) as { message?: string };
    return status.message;
  } catch {
    return text === '' ? undefined : text;
  }
}

/** Text by lines; the last one may have no line feed. */
async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() as string;
    yield* parts;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

/** The pods of a workload, oldest first. */
export async function podsOf(cluster: Cluster, object: Resource, signal: AbortSignal): Promise<Resource[]> {
  const collection = {
    apiVersion: 'v1',
    kind: 'Pod',
    ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
  };
  const { items } = await cluster.list(collection, { signal, labelSelector: podRule(object).selector });
  const age = ({ metadata }: Resource) => `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return items.sort((a, b) => (age(a) < age(b) ? -1 : 1));
}

/** The container whose log is meant: the workload's own, else the first. */
export function mainContainer(pod: Resource, wanted: string | undefined): string | undefined {
  const names = objects(child(pod['spec'])['containers']).map(({ name }) => String(name));
  return names.find((name) => name === wanted) ?? names[0];
}

export interface ContainerState {
  name: string;
  restarts: number;
  hasStarted: boolean;
  isRunning: boolean;
  exitCode?: number;
  reason?: string;
  message?: string;
}

/** What a pod's status says about one of its containers. */
export function containerState(pod: Resource, name: string | undefined): ContainerState | undefined {
  const status = objects(child(pod['status'])['containerStatuses']).find((one) => one['name'] === name);
  if (status === undefined) return undefined;
  const now = child(status, 'state');
  const last = child(status, 'lastState', 'terminated');
  const ended = now['terminated'] === undefined ? last : child(now, 'terminated');
  return {
    name: String(status['name']),
    restarts: Number(status['restartCount'] ?? 0),
    hasStarted: now['running'] !== undefined || now['terminated'] !== undefined || Object.keys(last).length > 0,
    isRunning: now['running'] !== undefined,
    ...(ended['exitCode'] === undefined ? {} : { exitCode: Number(ended['exitCode']) }),
    ...(ended['reason'] === undefined ? {} : { reason: String(ended['reason']) }),
    ...(ended['message'] === undefined ? {} : { message: String(ended['message']) }),
  };
}
