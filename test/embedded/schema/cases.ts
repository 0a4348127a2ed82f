import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import type { Cluster } from '../../../src/cluster/index.ts';
import { builtinTypes, type Cause, customTypes, type TypeSchema } from '../../../src/embedded/schema/index.ts';
import { isJsonObject, type JsonObject, type JsonValue, type Resource } from '../../../src/resource/index.ts';

/** One object sent to a server. `change` makes it an update: of the object before the change. */
export interface Case {
  says: string;
  file: string;
  object: Resource;
  change?: JsonObject;
  subresource?: string;
}

/** What a server said, as far as types and their checks decide it. */
export interface Answer {
  code: number;
  /** For 400: what could not be decoded. */
  message?: string;
  /** For 422: sorted by field. */
  causes?: Cause[];
  warnings?: string[];
}

interface CaseFile {
  definitions?: Resource[];
  bases: Record<string, Resource>;
  cases: { says: string; base: string; with?: JsonObject; change?: JsonObject; subresource?: string }[];
}

const directory = path.join(import.meta.dirname, 'cases');
const files = readdirSync(directory).sort();
const readFile = (file: string) => load(readFileSync(path.join(directory, file), 'utf8')) as unknown as CaseFile;

/** The CustomResourceDefinitions that cases need, by file order. */
export const definitions: Resource[] = files.flatMap((file) => readFile(file).definitions ?? []);

export const cases: Case[] = files.flatMap((file) => {
  const { bases, cases: rows } = readFile(file);
  return rows.map((row) => {
    const base = bases[row.base];
    if (base === undefined) throw new Error(`${file}: there is no base "${row.base}"`);
    const named = merge({ metadata: { name: 'probe' } }, base) as Resource;
    return {
      says: row.says,
      file,
      object: merge(named, row.with ?? {}) as Resource,
      ...(row.change === undefined ? {} : { change: row.change }),
      ...(row.subresource === undefined ? {} : { subresource: row.subresource }),
    };
  });
});

/** A JSON merge patch (RFC 7386). */
function merge(target: JsonValue | undefined, patch: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(patch)) return structuredClone(patch);
  const result: JsonObject = isJsonObject(target) ? structuredClone(target) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

const types: readonly TypeSchema[] = [...builtinTypes(), ...definitions.flatMap(customTypes)];

function typeOf(object: Resource): TypeSchema {
  const found = types.find(
    (type) =>
      (type.group === '' ? type.version : `${type.group}/${type.version}`) === object.apiVersion &&
      type.kind === object.kind,
  );
  if (found === undefined) throw new Error(`there is no type ${object.apiVersion} ${object.kind}`);
  return found;
}

/**
 * A message without what only a Go program can print: the difference of two structs after its first line, and large
 * structs in the names of internal types.
 */
function essence(message: string): string {
  const line = message.split('\n')[0] ?? '';
  return !/"containers":/i.test(line) && line.length < 700
    ? line
    : line.replace(/^([A-Z][a-z ]+): [[{].*[\]}]: /, '$1: …: ');
}

const sorted = (causes: Cause[]) =>
  causes
    .map(({ reason, message, field }) => ({ reason, message: essence(message), field }))
    .sort((a, b) => (`${a.field} ${a.message}` < `${b.field} ${b.message}` ? -1 : 1));

/** What our types say. */
export function answerOf(one: Case): Answer {
  const type = typeOf(one.object);
  const ready = (object: Resource) => {
    const namespace = type.namespaced ? { namespace: 'default' } : {};
    object.metadata = { ...namespace, ...object.metadata };
    const decoded = type.decode(object);
    if (decoded.typeError === undefined) type.setDefaults(object);
    return decoded;
  };
  const old = structuredClone(one.object);
  let decoded = ready(old);
  let object = old;
  if (one.change !== undefined) {
    Object.assign(old.metadata, { uid: 'u', resourceVersion: '1' });
    object = merge(old, one.change) as Resource;
    decoded = ready(object);
  }
  if (decoded.typeError !== undefined) return { code: 400, message: decoded.typeError };
  const causes = type.validate(
    object,
    one.change === undefined ? undefined : old,
    one.subresource === undefined ? {} : { subresource: one.subresource },
  );
  const words = [...decoded.unknown, ...(type.warnings?.(object, one.change === undefined ? undefined : old) ?? [])];
  const warnings = words.length === 0 ? {} : { warnings: words.sort() };
  return causes.length === 0 ? { code: 200, ...warnings } : { code: 422, causes: sorted(causes) };
}

/** What a real server says, in a dry run; an object that a case updates is made and taken away again. */
export async function askServer(cluster: Cluster, one: Case): Promise<Answer> {
  const type = typeOf(one.object);
  const base = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const collection = type.namespaced ? `${base}/namespaces/default/${type.resource}` : `${base}/${type.resource}`;
  const send = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    at: string,
    body: JsonValue | undefined,
    dryRun: boolean,
  ) => {
    const response = await cluster.request({
      method,
      path: at,
      query: dryRun ? { dryRun: 'All' } : {},
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    return { ...response, json: JSON.parse(Buffer.concat(chunks).toString()) as JsonObject };
  };
  if (one.change === undefined) return readAnswer(await send('POST', collection, one.object, true));
  const made = await send('POST', collection, one.object, false);
  if (made.status !== 201) throw new Error(`${one.file}: "${one.says}": ${made.json['message']}`);
  const at = `${collection}/${one.object.metadata.name}`;
  const changed = merge(made.json, one.change) ?? null;
  const answer = readAnswer(
    await send('PUT', one.subresource === undefined ? at : `${at}/${one.subresource}`, changed, true),
  );
  const last = await send('GET', at, undefined, false);
  if (isJsonObject(last.json['metadata'])) delete last.json['metadata']['finalizers'];
  await send('PUT', at, last.json, false);
  await send('DELETE', at, { gracePeriodSeconds: 0, propagationPolicy: 'Background' }, false);
  return answer;
}

function readAnswer({
  status,
  headers,
  json,
}: {
  status: number;
  headers: Record<string, string>;
  json: JsonObject;
}): Answer {
  if (status < 300) {
    const warnings = [...(headers['warning'] ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)]
      .map((match) => (match[1] ?? '').replace(/\\(.)/g, '$1'))
      .sort();

    return { code: 200, ...(warnings.length === 0 ? {} : { warnings }) };
  }
  const message = String(json['message']);
  if (status === 400) return { code: 400, message: message.replace(/^.*cannot be handled as an? \w+: /, '') };
  const details = isJsonObject(json['details']) ? json['details'] : {};
  const causes = (Array.isArray(details['causes']) ? details['causes'] : []) as unknown as Cause[];
  return causes.length === 0 ? { code: status, message } : { code: status, causes: sorted(causes) };
}
