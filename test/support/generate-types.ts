/**
 * Writes `src/embedded/schema/builtin.generated.json`: every built-in type of a real API server, as one compact table.
 *
 *     node test/support/generate-types.ts [path of the program that starts a control plane]
 *
 * Three sources, all of them the running server: aggregated discovery (rows), OpenAPI v3 (structure), and what it makes
 * of probe objects. A mutating webhook sees every probe after decoding and defaulting but before validation, so it can
 * show for each field what an empty struct is filled with, and whether a zero value survives (a Go pointer) or is
 * dropped (`omitempty`). Wrongly typed probes name the Go types that decode errors mention.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request, createServer as serveHttps } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Dict = { [key: string]: Json };
interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  default?: Json;
  enum?: string[];
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  [extension: string]: unknown;
}
interface Kind {
  group: string;
  version: string;
  kind: string;
  listKind: string;
  resource: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  verbs: string[];
  subresources: { name: string; verbs: string[]; kind: string; group: string; version: string }[];
  definition: string;
}

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const target = path.join(root, 'src/embedded/schema/builtin.generated.json');
const program = process.argv[2] ?? path.resolve(root, '../shared/kube/kube');

interface Server {
  send(method: string, at: string, body?: Json, accept?: string): Promise<{ status: number; body: Dict }>;
}

async function connect(kubeconfig: string): Promise<Server> {
  const text = await readFile(kubeconfig, 'utf8');
  const pick = (key: string) => text.match(new RegExp(`${key}: "?([^"\\s}]+)`))?.[1] ?? '';
  const decode = (key: string) => Buffer.from(pick(key), 'base64');
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 8,
    ca: decode('certificate-authority-data'),
    cert: decode('client-certificate-data'),
    key: decode('client-key-data'),
  });
  const address = pick('server');
  return {
    send: (method, at, body, accept = 'application/json') =>
      new Promise((resolve, reject) => {
        const headers = { accept, 'content-type': 'application/json' };
        const call = request(new URL(at, address), { method, agent, headers }, async (answer) => {
          const chunks: Buffer[] = [];
          for await (const chunk of answer) chunks.push(chunk as Buffer);
          resolve({ status: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) as Dict });
        });
        call.on('error', reject);
        call.end(body === undefined ? undefined : JSON.stringify(body));
      }),
  };
}

/** Discovery, as the rows of the table; `definition` is filled in from the OpenAPI document. */
async function readKinds(server: Server): Promise<Kind[]> {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const kinds: Kind[] = [];
  for (const at of ['/api', '/apis']) {
    const { body } = await server.send('GET', at, undefined, accept);
    for (const group of body.items as Dict[]) {
      const name = ((group.metadata as Dict).name ?? '') as string;
      for (const version of group.versions as Dict[])
        for (const row of version.resources as Dict[]) {
          const made = row.responseKind as Record<string, string>;
          kinds.push({
            group: name,
            version: version.version as string,
            kind: made.kind as string,
            listKind: `${made.kind}List`,
            resource: row.resource as string,
            singular: (row.singularResource ?? '') as string,
            shortNames: (row.shortNames ?? []) as string[],
            categories: (row.categories ?? []) as string[],
            namespaced: row.scope === 'Namespaced',
            verbs: row.verbs as string[],
            subresources: ((row.subresources ?? []) as Dict[]).map((sub) => {
              const kind = sub.responseKind as Record<string, string>;
              return {
                name: sub.subresource as string,
                verbs: sub.verbs as string[],
                kind: kind.kind as string,
                group: kind.group === '' && kind.version === '' ? name : (kind.group as string),
                version: kind.version === '' ? (version.version as string) : (kind.version as string),
              };
            }),
            definition: '',
          });
        }
    }
  }
  return kinds;
}

/** `allOf: [{ $ref }]` is how v3 says "this type, with a default": one `$ref` beside the rest says the same. */
function simplify(schema: Schema): Schema {
  const out: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'allOf') out.$ref = (value as { $ref: string }[])[0]?.$ref.replace('#/components/schemas/', '') ?? '';
    else if (key === '$ref') out.$ref = String(value).replace('#/components/schemas/', '');
    else if (key === 'items' || key === 'additionalProperties') out[key] = simplify(value as Schema);
    else if (key === 'properties')
      out.properties = Object.fromEntries(
        Object.entries(value as Record<string, Schema>).map(([name, field]) => [name, simplify(field)]),
      );
    else out[key] = value;
  }
  return out;
}

async function readDefinitions(server: Server): Promise<Record<string, Schema>> {
  const { body } = await server.send('GET', '/openapi/v3');
  const definitions: Record<string, Schema> = {};
  for (const [at, entry] of Object.entries(body.paths as Record<string, Dict>)) {
    if (!/^apis?\/.*v\d/.test(at)) continue;
    const document = (await server.send('GET', entry.serverRelativeURL as string)).body;
    const schemas = (document.components as { schemas: Record<string, Schema> }).schemas;
    for (const [name, schema] of Object.entries(schemas)) definitions[name] ??= simplify(schema);
  }
  return Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A server that refuses every object with the object itself as the message. */
async function startMirror(directory: string): Promise<{ url: string; ca: string; close(): void }> {
  const [key, cert] = [path.join(directory, 'mirror.key'), path.join(directory, 'mirror.crt')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await run('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', cert, ...subject]);
  const server = serveHttps({ key: await readFile(key), cert: await readFile(cert) }, async (call, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of call) chunks.push(chunk as Buffer);
    const review = JSON.parse(Buffer.concat(chunks).toString()) as { request: { uid: string; object: Json } };
    answer.setHeader('content-type', 'application/json');
    const response = {
      uid: review.request.uid,
      allowed: false,
      status: { code: 418, message: JSON.stringify(review.request.object) },
    };
    answer.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { url: `https://127.0.0.1:${port}/`, ca: await readFile(cert, 'base64'), close: () => server.close() };
}

async function installMirror(server: Server, mirror: { url: string; ca: string }): Promise<void> {
  const rule = { apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['CREATE'], scope: '*' };
  const made = await server.send('POST', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'mirror' },
    webhooks: [
      {
        name: 'mirror.slipway.dev',
        clientConfig: { url: mirror.url, caBundle: mirror.ca },
        rules: [rule],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        failurePolicy: 'Fail',
      },
    ],
  });
  if (made.status !== 201) throw new Error(`the mirror was not installed: ${JSON.stringify(made.body)}`);
}

type Step = string | number;
/** Where a definition stands inside a kind: the steps from the object's root, `k` in maps and 0 in lists. */
interface Place {
  kind: Kind;
  steps: Step[];
}

/** Up to `limit` places a definition can be reached at; shallow ones first, templates before the kinds made of them. */
function findPlaces(kinds: Kind[], definitions: Record<string, Schema>, limit: number): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  const creatable = kinds.filter((kind) => kind.verbs.includes('create') && definitions[kind.definition] !== undefined);
  const ordered = creatable.sort((a, b) => Number(a.kind === 'Pod') - Number(b.kind === 'Pod'));
  let level = ordered.map((kind) => ({ kind, steps: [] as Step[], name: kind.definition, seen: [] as string[] }));
  while (level.length > 0) {
    const next: typeof level = [];
    for (const { kind, steps, name, seen } of level) {
      const known = places.get(name) ?? [];
      if (known.length >= limit || seen.includes(name)) continue;
      places.set(name, [...known, { kind, steps }]);
      for (const [property, field] of Object.entries(definitions[name]?.properties ?? {})) {
        const below = refBelow(field, [...steps, property]);
        if (below !== undefined) next.push({ kind, steps: below.steps, name: below.name, seen: [...seen, name] });
      }
    }
    level = next;
  }
  return places;
}

function refBelow(field: Schema, steps: Step[]): { name: string; steps: Step[] } | undefined {
  if (field.$ref !== undefined) return { name: field.$ref, steps };
  if (field.items !== undefined) return refBelow(field.items, [...steps, 0]);
  if (field.additionalProperties !== undefined) return refBelow(field.additionalProperties, [...steps, 'k']);
  return undefined;
}

function bodyAt(place: Place, value: Json): Dict {
  const { kind, steps } = place;
  let body: Json = value;
  for (const step of steps.toReversed()) body = typeof step === 'number' ? [body] : { [step]: body };
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  const object = body as Dict;
  return { ...object, apiVersion, kind: kind.kind, metadata: { name: 'probe', ...(object.metadata as Dict) } };
}

function pathOf(kind: Kind): string {
  const base = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  return kind.namespaced ? `${base}/namespaces/default/${kind.resource}` : `${base}/${kind.resource}`;
}

const read = (value: Json | undefined, steps: Step[]): Json | undefined =>
  steps.reduce<Json | undefined>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Dict)[step as string] : undefined),
    value,
  );

/** What the server makes of a value at a place, after defaulting; undefined if it could not be seen. */
async function reflect(server: Server, place: Place, value: Json): Promise<Json | undefined> {
  const { status, body } = await server.send('POST', `${pathOf(place.kind)}?dryRun=All`, bodyAt(place, value));
  const message = String(body.message ?? '');
  const quoted = message.match(/denied the request: ([{][\s\S]*)$/)?.[1];
  if (quoted !== undefined) return read(JSON.parse(quoted) as Json, place.steps);
  return status === 201 ? read(body, place.steps) : undefined;
}

async function decodeError(server: Server, place: Place, value: Json): Promise<string> {
  const { body } = await server.send('POST', `${pathOf(place.kind)}?dryRun=All`, bodyAt(place, value));
  return String(body.message ?? '');
}

type Sort = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'map' | 'struct' | 'special';
const specials = new Set([
  'io.k8s.apimachinery.pkg.api.resource.Quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
]);

function sortOf(field: Schema, definitions: Record<string, Schema>): Sort {
  if (field.$ref !== undefined)
    return definitions[field.$ref]?.properties === undefined || specials.has(field.$ref) ? 'special' : 'struct';
  if (field.additionalProperties !== undefined) return 'map';
  if (field.format === 'byte') return 'special';
  if (field.type === 'object') return 'map';
  return (field.type ?? 'special') as Sort;
}

const zeros: Record<Sort, Json | undefined> = {
  string: '',
  integer: 0,
  number: 0,
  boolean: false,
  array: [],
  map: {},
  struct: {},
  special: undefined,
};
const wrong: Record<Sort, Json> = {
  string: 7,
  integer: 'x',
  number: 'x',
  boolean: 'x',
  array: 'x',
  map: 'x',
  struct: 'x',
  special: [],
};

/** The zero value a field without `omitempty` is printed with; undefined where the value is a default made by code. */
function emittedZero(schema: Schema, value: Json, definitions: Record<string, Schema>): Json | undefined {
  if (value === null) return null;
  const sort = sortOf(schema, definitions);
  if (sort === 'special') return value === 0 || value === '0' ? value : undefined;
  if (!('default' in schema)) return undefined;
  if (sort === 'struct') return {};
  return JSON.stringify(value) === JSON.stringify(zeros[sort]) ? value : undefined;
}

/**
 * Adds to each definition what the probes showed: `x-emits` (fields that are printed even when nobody set them, with
 * their zero value), `x-keeps` (fields whose zero value is kept when somebody sets it; structs are kept always), `x-go` (Go types that decode
 * errors name, where they are not the obvious ones). Answers a sentence for each default that is not such a zero: those
 * are code in the server, and rows in `src/embedded/schema/defaults/`.
 */
async function probe(server: Server, kinds: Kind[], definitions: Record<string, Schema>): Promise<string[]> {
  const remarks: string[] = [];
  const places = findPlaces(kinds, definitions, 3);
  const work = [...places].filter(([name]) => definitions[name]?.properties !== undefined);
  let next = 0;
  const worker = async () => {
    for (let mine = work[next++]; mine !== undefined; mine = work[next++]) {
      const [name, spots] = mine;
      const definition = definitions[name] as Schema;
      const fields = Object.entries(definition.properties ?? {}).filter(
        ([field]) => !(spots[0]?.steps.length === 0 && ['apiVersion', 'kind', 'metadata'].includes(field)),
      );
      const filled = [];
      for (const spot of spots) filled.push((await reflect(server, spot, {})) as Dict | undefined);
      const seen = filled.filter((value) => value !== undefined && value !== null);
      if (seen.length === 0) {
        // Webhooks never see these. Their optional numbers and switches are pointers.
        remarks.push(`${name}: not seen`);
        const pointers = fields.filter(
          ([, { type, default: zero }]) => /integer|boolean/.test(type ?? '') && zero === undefined,
        );
        if (pointers.length > 0) definition['x-keeps'] = pointers.map(([field]) => field);
      } else {
        const emitted = fields.flatMap(([field, schema]) => {
          const value = seen[0]?.[field];
          if (value === undefined) return [];
          const zero = emittedZero(schema, value, definitions);
          if (zero === undefined) remarks.push(`${name}.${field} = ${JSON.stringify(value)}`);
          return zero === undefined ? [] : [[field, zero]];
        });
        if (emitted.length > 0) definition['x-emits'] = Object.fromEntries(emitted);
      }
      const spot = spots[0] as Place;
      const kept = [];
      for (const [field, schema] of fields) {
        const sort = sortOf(schema, definitions);
        const zero = zeros[sort];
        if (zero === undefined || sort === 'struct' || JSON.stringify(seen[0]?.[field]) === JSON.stringify(zero))
          continue;
        const back = (await reflect(server, spot, { [field]: zero })) as Dict | undefined;
        if (JSON.stringify(back?.[field]) === JSON.stringify(zero)) kept.push(field);
      }
      if (kept.length > 0 && seen.length > 0) definition['x-keeps'] = kept;
      const go: Record<string, string> = {};
      for (const [field, schema] of fields) {
        const message = await decodeError(server, spot, { [field]: wrong[sortOf(schema, definitions)] });
        const found = message.match(/into Go struct field (\S+?)\.\S+ of type (.+)$/);
        if (found !== null) go[field] = `${found[1]} ${found[2]}`;
      }
      if (Object.keys(go).length > 0) definition['x-go'] = go;
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return remarks;
}

/** Go types that can be told from the schema need not be written down: they are most of the table. */
function dropObviousGoTypes(definitions: Record<string, Schema>): void {
  for (const [name, definition] of Object.entries(definitions)) {
    const go = definition['x-go'] as Record<string, string> | undefined;
    if (go === undefined) continue;
    const struct = name.slice(name.lastIndexOf('.') + 1);
    const obvious: Record<string, string> = { string: 'string', boolean: 'bool', integer: 'int32', number: 'float64' };
    const left = Object.entries(go).filter(([field, text]) => {
      const schema = definition.properties?.[field] ?? {};
      const expected = schema.format === 'int64' ? 'int64' : (obvious[schema.type ?? ''] ?? '');
      return text !== `${struct} ${expected}`;
    });
    if (left.length === 0) delete definition['x-go'];
    else definition['x-go'] = Object.fromEntries(left);
  }
}

/** Takes the prose out of the definitions: the first sentence of each description, by definition and field. */
function takeProse(definitions: Record<string, Schema>): Record<string, Record<string, string>> {
  const sentence = (text: unknown) =>
    String(text ?? '')
      .split(/(?<=\.)\s|\n/)[0]
      ?.slice(0, 160) ?? '';
  const prose: Record<string, Record<string, string>> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const lines: Record<string, string> = { '': sentence(definition.description) };
    delete definition.description;
    for (const [field, schema] of Object.entries(definition.properties ?? {})) {
      lines[field] = sentence(schema.description);
      delete schema.description;
    }
    prose[name] = Object.fromEntries(Object.entries(lines).filter(([, line]) => line !== ''));
  }
  return prose;
}

const pack = (value: unknown) =>
  brotliCompressSync(Buffer.from(JSON.stringify(value)), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  }).toString('base64');

const directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-types-'));
try {
  const up = await run(program, ['up', path.join(directory, 'kube')]);
  const server = await connect(up.stdout.trim());
  const version = (await server.send('GET', '/version')).body.gitVersion as string;
  const kinds = await readKinds(server);
  const definitions = await readDefinitions(server);
  for (const kind of kinds) {
    const has = (schema: Schema) =>
      ((schema['x-kubernetes-group-version-kind'] ?? []) as Record<string, string>[]).some(
        (gvk) => gvk.group === kind.group && gvk.version === kind.version && gvk.kind === kind.kind,
      );
    kind.definition = Object.entries(definitions).find(([, schema]) => has(schema))?.[0] ?? '';
  }
  const mirror = await startMirror(directory);
  await installMirror(server, mirror);
  const remarks = await probe(server, kinds, definitions);
  mirror.close();
  dropObviousGoTypes(definitions);
  const prose = takeProse(definitions);
  const table = { version, types: pack({ kinds, definitions }), prose: pack(prose) };
  await writeFile(target, `${JSON.stringify(table, null, 1)}\n`);
  process.stderr.write(
    `${remarks.join('\n')}\n${kinds.length} kinds, ${Object.keys(definitions).length} definitions\n`,
  );
} finally {
  await run(program, ['down', path.join(directory, 'kube')]).catch(() => undefined);
  await rm(directory, { recursive: true, force: true });
}
