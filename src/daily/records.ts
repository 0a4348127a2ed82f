import type { Call, Cluster } from '../cluster/index.ts';
import { isJsonObject, type JsonObject, type Resource } from '../resource/index.ts';
import { own } from './make.ts';
import { refOf } from './objects.ts';

/** What was run, with what, by whom and when: kept in a ConfigMap beside it. */
export interface RunRecord {
  id: string;
  verb: 'notebook' | 'train' | 'serve';
  name: string;
  namespace: string;
  /** The object that was made. */
  target: { apiVersion: string; kind: string };
  /** The spec as it was read; enough to make the same again. */
  spec: JsonObject;
  images: string[];
  by: string;
  at: string;
  /** `sha256:…` of what was shipped, and the ConfigMap that holds it. */
  codeHash?: string;
  code?: string;
  commit?: string;
  result?: { phase: string; reason?: string; at: string; metrics?: Record<string, number> };
}

const label = 'slipway.dev/record';
/** The newest so many are kept in a namespace. */
const kept = 200;

/** Writes the record; the code of the run lives as long as the record does. */
export async function writeRecord(
  cluster: Cluster,
  record: RunRecord,
  code: Resource | undefined,
  call: Call,
): Promise<void> {
  const made = await cluster.create(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: `slipway-run-${record.id}`,
        namespace: record.namespace,
        labels: { [label]: record.verb, 'slipway.dev/name': record.name, 'app.kubernetes.io/managed-by': 'slipway' },
      },
      data: { record: JSON.stringify(record) },
    },
    call,
  );
  if (code !== undefined) {
    const now = await cluster.get(refOf(code), call);
    await own(
      cluster,
      { ...now, apiVersion: 'v1', kind: 'ConfigMap' },
      { ...made, apiVersion: 'v1', kind: 'ConfigMap' },
      call,
    );
  }
  const all = await readRecords(cluster, record.namespace, call);
  await Promise.all(
    all
      .slice(kept)
      .map(({ id }) =>
        cluster.delete(
          { apiVersion: 'v1', kind: 'ConfigMap', namespace: record.namespace, name: `slipway-run-${id}` },
          call,
        ),
      ),
  );
}

/** The records of a namespace, newest first. What cannot be read is left out: anybody may write a ConfigMap. */
export async function readRecords(cluster: Cluster, namespace: string, call: Call): Promise<RunRecord[]> {
  const { items } = await cluster.list(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace },
    { ...call, labelSelector: label },
  );
  return items
    .flatMap((item) => parse(item) ?? [])
    .sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1));
}

function parse({ data }: Resource): RunRecord | undefined {
  try {
    const value: unknown = JSON.parse(String(isJsonObject(data) ? data['record'] : ''));
    return isJsonObject(value) && typeof value['id'] === 'string' && typeof value['at'] === 'string'
      ? (value as unknown as RunRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Adds what became of a run. */
export async function finishRecord(
  cluster: Cluster,
  record: RunRecord,
  result: NonNullable<RunRecord['result']>,
  call: Call,
): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: record.namespace, name: `slipway-run-${record.id}` };
  const data = { record: JSON.stringify({ ...record, result }) };
  await cluster.patch(ref, { type: 'merge', body: { data } }, call);
}

/** The user as the server knows them. */
export async function whoAmI(cluster: Cluster, call: Call): Promise<string> {
  const response = await cluster.request({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  if (response.status !== 201 && response.status !== 200) return 'unknown';
  const answer = JSON.parse(Buffer.concat(chunks).toString()) as { status?: { userInfo?: { username?: string } } };
  return answer.status?.userInfo?.username ?? 'unknown';
}

const line = /(?:^|\s)([A-Za-z][\w.-]*)=(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?=\s|$)/g;

/** `name=value` in a line of a log, as Katib reads metrics. */
export function metricsIn(text: string): [string, number][] {
  return [...text.matchAll(line)].map(([, name, value]) => [name as string, Number(value)]);
}
