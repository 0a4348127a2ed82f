import { isJsonObject, type JsonObject, type Resource } from '../resource/index.ts';
import type { Call, Collection, List, ListOptions, Transport } from './cluster.ts';
import { ClusterError } from './errors.ts';
import { exchange } from './exchange.ts';
import type { Attempt } from './failure.ts';

/** The page size of kubectl: large enough to need few round trips, small enough for the server's memory. */
const defaultLimit = 500;

/**
 * All pages of a collection. Where a continue token has expired (410) the rest cannot be had consistently, so the whole
 * is asked for once more in one page, as client-go's pager does.
 */
export async function listAll(
  transport: Transport,
  path: string,
  collection: Collection,
  options: Call & ListOptions,
  attempt: Attempt,
): Promise<List> {
  const page = (limit: number, token: string | undefined) =>
    exchange(
      transport,
      {
        method: 'GET',
        path,
        query: { ...selectorsOf(options), limit, continue: token },
        headers: { accept: acceptOf('PartialObjectMetadataList', options) },
      },
      options,
      attempt,
    );
  const items: Resource[] = [];
  let token: string | undefined;
  for (;;) {
    let answer: Awaited<ReturnType<typeof page>>;
    try {
      answer = await page(options.limit ?? defaultLimit, token);
    } catch (error) {
      if (token === undefined || !(error instanceof ClusterError) || error.status !== 410) throw error;
      items.length = 0;
      answer = await page(0, undefined);
    }
    const body = isJsonObject(answer.body) ? answer.body : {};
    const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
    for (const item of Array.isArray(body['items']) ? body['items'] : []) {
      if (isJsonObject(item)) items.push(named(collection, item));
    }
    token = typeof metadata['continue'] === 'string' && metadata['continue'] !== '' ? metadata['continue'] : undefined;
    if (token === undefined) return { resourceVersion: String(metadata['resourceVersion'] ?? ''), items };
  }
}

export function selectorsOf(options: { labelSelector?: string; fieldSelector?: string }): {
  labelSelector: string | undefined;
  fieldSelector: string | undefined;
} {
  return { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
}

export function acceptOf(kind: string, options: { metadataOnly?: boolean }): string {
  return options.metadataOnly === true
    ? `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`
    : 'application/json';
}

/** Items of built-in lists come without their type, and metadata alone comes as another type: both get the real one. */
export function named(collection: Collection, item: JsonObject): Resource {
  const { apiVersion, kind } = collection;
  if (item['kind'] === kind && item['apiVersion'] === apiVersion) return item as Resource;
  return { ...item, apiVersion, kind } as Resource;
}
