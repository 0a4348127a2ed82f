import type { Call, Cluster } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import { isJsonObject, type JsonValue } from '../resource/index.ts';
import { type RunRecord, readRecords } from './records.ts';

/** The record that a word means: an id, the start of one, or a name (its newest run). Throws `NOT_FOUND`. */
export async function requireRecord(cluster: Cluster, namespace: string, word: string, call: Call): Promise<RunRecord> {
  const records = await readRecords(cluster, namespace, call);
  const found =
    records.find(({ id }) => id === word) ??
    records.find(({ name }) => name === word) ??
    records.find(({ id }) => id.startsWith(word));
  if (found !== undefined) return found;
  throw new UserError('NOT_FOUND', `Cannot find the run ${word}: namespace ${namespace} has no record of it`, {
    exit: 2,
    suggestions: [`see what there is: slipway runs list -n ${namespace}`],
  });
}

export interface Difference {
  field: string;
  before: string | undefined;
  after: string | undefined;
}

/** In what two runs differ: code, images, spec and metrics, by field. */
export function differences(before: RunRecord, after: RunRecord): Difference[] {
  const [a, b] = [flat(telling(before)), flat(telling(after))];
  const fields = [...new Set([...a.keys(), ...b.keys()])].sort();
  return fields
    .filter((field) => a.get(field) !== b.get(field))
    .map((field) => ({ field, before: a.get(field), after: b.get(field) }));
}

/** What says something about the run itself; its name, id and time are different every time. */
function telling({ spec, images, codeHash, commit, result }: RunRecord): JsonValue {
  const { name: _name, ...rest } = spec;
  return JSON.parse(
    JSON.stringify({
      spec: rest,
      images,
      codeHash,
      commit,
      result: { phase: result?.phase, metrics: result?.metrics },
    }),
  ) as JsonValue;
}

function flat(value: JsonValue | undefined, path = ''): Map<string, string> {
  if (!isJsonObject(value))
    return new Map(value === undefined ? [] : [[path, typeof value === 'string' ? value : JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, item]) => [...flat(item, path === '' ? key : `${path}.${key}`)]));
}

/** The runs whose output a run reads: a claim that one mounts or serves, and another one wrote. */
export function ancestors(record: RunRecord, all: readonly RunRecord[]): RunRecord[] {
  const used = new Set(claimsRead(record));
  const earlier = all.filter(({ at, id }) => at <= record.at && id !== record.id);
  return [...used].flatMap((claim) => earlier.find((one) => claimWritten(one) === claim) ?? []);
}

function claimWritten({ spec }: RunRecord): string | undefined {
  const output = spec['output'];
  return isJsonObject(output) ? String(output['claim']) : undefined;
}

function claimsRead({ spec }: RunRecord): string[] {
  const volumes = Array.isArray(spec['volumes']) ? spec['volumes'].filter(isJsonObject) : [];
  const served = /^pvc:\/\/([^/]+)/.exec(String(spec['model'] ?? ''))?.[1];
  return [...volumes.map(({ claim }) => String(claim)), ...(served === undefined ? [] : [served])];
}
