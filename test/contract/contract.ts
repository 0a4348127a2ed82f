import type { ApiRequest, Cluster } from '../../src/cluster/index.ts';
import type { JsonObject, JsonValue } from '../../src/resource/index.ts';

/** `GET /api/v1/namespaces/$ns/pods`, the body, and headers where they matter. `$ns` is a namespace of the case's own. */
export type Step = readonly [request: string, body?: unknown, options?: StepOptions | undefined];

export interface StepOptions {
  /** Media type of the body; JSON unless it is given. */
  type?: string;
  accept?: string;
  /** Whom the request is made for. */
  as?: string;
  /** The answer is not compared: the step only prepares. */
  quiet?: boolean;
}

/** One thing the API does, as requests whose answers have to be those of the real server. */
export interface Case {
  says: string;
  steps: readonly Step[];
  /** Why the embedded cluster answers otherwise; listed in `src/embedded/README.md`. */
  differs?: string;
}

/** One answer, without what differs from run to run. */
export interface Answer {
  status: number;
  warning?: string;
  body: JsonValue;
}

let count = 0;

/** Runs a case in a namespace of its own and takes everything away again. */
export async function answersOf(cluster: Cluster, { steps }: Case): Promise<Answer[]> {
  const namespace = `contract-${process.pid.toString(36)}-${(count++).toString(36)}`;
  const cleanup: string[] = [`/api/v1/namespaces/${namespace}`];
  await send(cluster, ['POST /api/v1/namespaces', { metadata: { name: namespace } }], namespace);
  try {
    const answers: Answer[] = [];
    for (const step of steps) {
      const { status, headers, text, path, method } = await send(cluster, step, namespace);
      if (method === 'POST' && status === 201 && !path.includes('/namespaces/')) cleanup.unshift(created(path, text));
      if (step[2]?.quiet !== true) answers.push(answer(status, headers, text, namespace));
    }
    return answers;
  } finally {
    for (const path of cleanup) await send(cluster, [`DELETE ${path}`], namespace);
  }
}

async function send(cluster: Cluster, [request, body, options = {}]: Step, namespace: string) {
  const [method = '', target = ''] = request.split(' ');
  const [path = '', query = ''] = substitute(target, namespace).split('?');
  const text =
    body === undefined ? undefined : substitute(typeof body === 'string' ? body : JSON.stringify(body), namespace);
  const sent: ApiRequest = {
    method: method as ApiRequest['method'],
    path,
    query: queryOf(query),
    headers: {
      'content-type': options.type ?? 'application/json',
      accept: options.accept ?? 'application/json',
      'user-agent': 'contract/1',
      ...(options.as === undefined ? {} : { 'impersonate-user': substitute(options.as, namespace) }),
    },
    ...(text === undefined ? {} : { body: text }),
  };
  // A new custom kind is served a moment after its definition is established.
  for (let attempt = 0; ; attempt++) {
    const response = await cluster.request(sent);
    const received = await readAll(response.body);
    if (response.status === 429 && received.includes('storage is (re)initializing') && attempt < 50)
      await new Promise((resolve) => setTimeout(resolve, 100));
    else return { status: response.status, headers: response.headers, text: received, path, method };
  }
}

const substitute = (text: string, namespace: string) => text.replaceAll('$ns', namespace);

function queryOf(text: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = query[name];
    query[name] = known === undefined ? value : [known, value].flat();
  }
  return query;
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

function created(path: string, text: string): string {
  const { metadata } = JSON.parse(text) as { metadata?: { name?: string } };
  return `${path.split('?')[0]}/${metadata?.name ?? ''}`;
}

function answer(status: number, headers: Record<string, string>, text: string, namespace: string): Answer {
  const warning = headers['warning'];
  return {
    status,
    ...(warning === undefined ? {} : { warning: plain(warning, namespace) }),
    body: bodyOf(text, namespace),
  };
}

/** A document, the events of a watch, or plain text. */
function bodyOf(text: string, namespace: string): JsonValue {
  try {
    const lines = text.startsWith('{"type":') ? text.trim().split('\n') : undefined;
    const value: JsonValue =
      lines === undefined ? JSON.parse(text) : lines.map((line) => JSON.parse(line) as JsonValue);
    return stable(value, namespace) ?? null;
  } catch {
    return plain(text, namespace);
  }
}

/** Fields whose values nobody can foretell, by name. */
const volatile: Record<string, string> = {
  resourceVersion: '<version>',
  uid: '<uid>',
  continue: '<token>',
  token: '<token>',
  nodePort: '<port>',
  storageVersionHash: '<hash>',
};

function stable(value: JsonValue | undefined, namespace: string, key = ''): JsonValue | undefined {
  if (typeof value === 'string') return value !== '' && key in volatile ? volatile[key] : plain(value, namespace);
  if (typeof value === 'number' && key in volatile) return volatile[key];
  if (Array.isArray(value)) {
    const items = value.map((item) => stable(item, namespace) ?? null);
    // Some kinds check their metadata twice, and say so twice.
    return key === 'causes' ? distinct(items) : key === 'managedFields' ? items.sort(byManager) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const result: JsonObject = {};
  for (const [name, item] of Object.entries(value)) {
    // What columns are for is prose.
    if (name === 'description' && key === '' && 'priority' in value) continue;
    result[plain(name, namespace)] = stable(item as JsonValue, namespace, name);
  }
  if (typeof result['generateName'] === 'string') result['name'] = `${result['generateName']}<suffix>`;
  return result;
}

/** Without repeats, in one order: that of the fields of an object is not told. */
function distinct(items: readonly JsonValue[]): JsonValue[] {
  const byText = new Map(items.map((item) => [JSON.stringify(item), item]));
  return [...byText.keys()].sort().map((text) => byText.get(text) as JsonValue);
}

/** Managers of the same second stand in one order. */
function byManager(a: JsonValue, b: JsonValue): number {
  const rank = (value: JsonValue) => {
    const { operation, manager, apiVersion, subresource } = value as Record<string, string>;
    return [operation, manager, apiVersion, subresource].join(' ');
  };
  return rank(a) < rank(b) ? -1 : 1;
}

function plain(text: string, namespace: string): string {
  return (
    text
      .replaceAll(namespace, '$ns')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
      .replaceAll(/\b10\.96\.\d+\.\d+/g, '<address>')
      .replaceAll(/\b3[0-2]\d{3}\b/g, '<port>')
      .replaceAll(/"resourceVersion\\*":\\*"\d+/g, (match) => match.replace(/\d+$/, '<version>'))
      .replaceAll(/ResourceVersion in record \(\d+\)/g, 'ResourceVersion in record (<version>)')
      .replaceAll(/^\d+m?s$/g, '<age>')
      // Several causes are compared one by one.
      .replace(/ is invalid: \[.*\]$/s, ' is invalid: <causes>')
  );
}
