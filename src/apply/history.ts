import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { type Call, type Cluster, ClusterError } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import { isJsonObject, type Resource } from '../resource/index.ts';
import { withoutGeneratedValues } from './generate/secrets.ts';
import { homeNamespace, inventoryName } from './inventory/applyset.ts';
import { listIfAllowed } from './live.ts';
import { componentOf } from './order/edges.ts';
import { fieldManager } from './owned.ts';
import type { Owner } from './plan.ts';
import { textAt } from './read.ts';

/** One apply that changed something, as the cluster remembers it. */
export interface Revision {
  revision: number;
  /** ISO 8601. */
  applied: string;
  /** `applying` stays where the run was killed. */
  state: 'applying' | 'done' | 'failed';
  objects: number;
  components: readonly string[];
  /** `2 created, 1 updated`; empty until it is done. */
  summary: string;
  /** The revision it went back to. */
  rollbackTo?: number;
}

/** The desired objects of a revision, without generated values, and what its components required. */
export interface RevisionContent {
  objects: Resource[];
  requires: Record<string, readonly string[]>;
}

/** Older revisions are removed; the sizes of all stay bounded. */
const kept = 10;
/** Below the limit of 1 MiB for an object, base64 counted. In bytes. */
const partSize = 700_000;

const collection = { apiVersion: 'v1', kind: 'Secret', namespace: homeNamespace };
const selector = (owner: Owner) =>
  `slipway.dev/revision,slipway.dev/stack=${owner.stack},slipway.dev/environment=${owner.environment}`;

/**
 * Writes a revision before its first change: a Secret (the objects may hold Secrets) of Brotli-compressed JSON, split
 * where it is large, and removes the oldest ones. Whoever may not write Secrets there goes without history.
 */
export async function writeRevision(
  cluster: Cluster,
  owner: Owner,
  content: RevisionContent,
  facts: { revision: number; now: Date; rollbackTo?: number },
): Promise<void> {
  const objects = content.objects.map(withoutGeneratedValues);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  const bytes = brotliCompressSync(JSON.stringify({ ...content, objects }), { params });
  const count = Math.max(1, Math.ceil(bytes.length / partSize));
  const components = [...new Set(objects.flatMap((object) => componentOf(object) ?? []))].sort();
  for (let part = 0; part < count; part += 1) {
    const chunk = bytes.subarray(part * partSize, (part + 1) * partSize);
    const secret: Resource = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: nameOf(owner, facts.revision, part),
        namespace: homeNamespace,
        labels: {
          'slipway.dev/stack': owner.stack,
          'slipway.dev/environment': owner.environment,
          'slipway.dev/revision': String(facts.revision),
          'slipway.dev/part': String(part),
          'slipway.dev/state': 'applying',
        },
        annotations: {
          'slipway.dev/parts': String(count),
          'slipway.dev/applied': facts.now.toISOString(),
          'slipway.dev/objects': String(objects.length),
          'slipway.dev/components': components.join(','),
          ...(facts.rollbackTo === undefined ? {} : { 'slipway.dev/rollback-to': String(facts.rollbackTo) }),
        },
      },
      type: 'slipway.dev/revision',
      data: { content: chunk.toString('base64') },
    };
    await unlessForbidden(() => cluster.apply(secret, { fieldManager, force: true }));
  }
  const { items } = (await listIfAllowed(cluster, collection, {
    labelSelector: selector(owner),
    metadataOnly: true,
  })) ?? { items: [] };
  const old = items.filter((item) => revisionOf(item) <= facts.revision - kept);
  await Promise.all(
    old.map((item) => unlessForbidden(() => cluster.delete({ ...collection, name: item.metadata.name }))),
  );
}

/** Says how a revision ended. */
export async function endRevision(
  cluster: Cluster,
  owner: Owner,
  revision: number,
  end: { ok: boolean; summary: string },
): Promise<void> {
  const metadata = {
    labels: { 'slipway.dev/state': end.ok ? 'done' : 'failed' },
    annotations: { 'slipway.dev/summary': end.summary },
  };
  const ref = { ...collection, name: nameOf(owner, revision, 0) };
  await unlessForbidden(() => cluster.patch(ref, { type: 'merge', body: { metadata } }, { fieldManager }));
}

/** Removes all revisions of an owner. */
export async function removeHistory(cluster: Cluster, owner: Owner): Promise<void> {
  const list = await listIfAllowed(cluster, collection, { labelSelector: selector(owner), metadataOnly: true });
  for (const item of list?.items ?? []) {
    await unlessForbidden(() => cluster.delete({ ...collection, name: item.metadata.name }));
  }
}

/** The revisions of an owner, the newest first. */
export async function readHistory(cluster: Cluster, owner: Owner, call: Call = {}): Promise<Revision[]> {
  const { items } = await cluster.list(collection, {
    ...call,
    labelSelector: `${selector(owner)},slipway.dev/part=0`,
    metadataOnly: true,
  });
  return items.map(describe).sort((a, b) => b.revision - a.revision);
}

function describe(item: Resource): Revision {
  const { labels = {}, annotations = {} } = item.metadata;
  const state = labels['slipway.dev/state'];
  const back = annotations['slipway.dev/rollback-to'];
  return {
    revision: revisionOf(item),
    applied: annotations['slipway.dev/applied'] ?? '',
    state: state === 'done' || state === 'failed' ? state : 'applying',
    objects: Number(annotations['slipway.dev/objects'] ?? 0),
    components: (annotations['slipway.dev/components'] ?? '').split(',').filter((name) => name !== ''),
    summary: annotations['slipway.dev/summary'] ?? '',
    ...(back === undefined ? {} : { rollbackTo: Number(back) }),
  };
}

/**
 * What a revision wanted; without a number, the newest before the current one that was done. Throws
 * `REVISION_NOT_FOUND`.
 */
export async function readRevision(
  cluster: Cluster,
  owner: Owner,
  wanted: number | undefined,
  call: Call = {},
): Promise<RevisionContent & { revision: number }> {
  const history = await readHistory(cluster, owner, call);
  const revision = wanted ?? history.slice(1).find((item) => item.state === 'done')?.revision;
  const known = history.some((item) => item.revision === revision);
  if (revision === undefined || !known) {
    const which = revision === undefined ? 'an earlier revision' : `revision ${revision}`;
    throw new UserError('REVISION_NOT_FOUND', `Cannot go back: there is no ${which} of ${inventoryName(owner)}`, {
      suggestions: [
        history.length === 0
          ? 'Nothing was recorded: apply the files you want'
          : `There is ${history.map((item) => item.revision).join(', ')}: see \`slipway history\``,
      ],
      exit: 2,
    });
  }
  const labelSelector = `${selector(owner)},slipway.dev/revision=${revision}`;
  const { items } = await cluster.list(collection, { ...call, labelSelector });
  const parts = items
    .sort((a, b) => partOf(a) - partOf(b))
    .map((item) => Buffer.from(textAt(item, 'data', 'content') ?? '', 'base64'));
  try {
    const content = JSON.parse(brotliDecompressSync(Buffer.concat(parts)).toString()) as RevisionContent;
    if (!isJsonObject(content) || !Array.isArray(content.objects)) throw new TypeError('not a revision');
    return { ...content, revision };
  } catch (cause) {
    throw new UserError(
      'REVISION_UNREADABLE',
      `Cannot read revision ${revision} of ${inventoryName(owner)}: a part is missing or broken`,
      {
        suggestions: ['Go back to another one: see `slipway history`'],
        cause,
      },
    );
  }
}

const nameOf = (owner: Owner, revision: number, part: number) => `${inventoryName(owner)}.r${revision}.p${part}`;
const revisionOf = (item: Resource) => Number(item.metadata.labels?.['slipway.dev/revision'] ?? 0);
const partOf = (item: Resource) => Number(item.metadata.labels?.['slipway.dev/part'] ?? 0);

async function unlessForbidden(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ClusterError) || (error.status !== 403 && error.status !== 404)) throw error;
  }
}
