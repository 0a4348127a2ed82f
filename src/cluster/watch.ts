import { setTimeout as sleep } from 'node:timers/promises';
import { isJsonObject, type JsonObject } from '../resource/index.ts';
import { readLines } from './body.ts';
import type { Call, Collection, Transport, WatchEvent, WatchOptions } from './cluster.ts';
import { ClusterError } from './errors.ts';
import { delayBeforeRepeat, open } from './exchange.ts';
import { type Attempt, failureOf } from './failure.ts';
import { parseJson } from './json.ts';
import { acceptOf, listAll, named, selectorsOf } from './list.ts';

export interface WatchPlace {
  transport: Transport;
  path: string;
  collection: Collection;
  attempt: Attempt;
}

/**
 * See `Cluster.watch`. Ends without an error when the signal is aborted. Throws what will not pass by itself: no
 * permission, a kind that is gone, a first list that fails.
 */
export async function* watchFrom(
  place: WatchPlace,
  options: Call & WatchOptions & { signal: AbortSignal },
): AsyncGenerator<WatchEvent> {
  const { signal } = options;
  let version = options.resourceVersion;
  let failures = 0;
  let started = version !== undefined;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = await listAll(place.transport, place.path, place.collection, options, place.attempt);
        version = list.resourceVersion;
        started = true;
        yield { type: 'RELISTED', ...list };
      }
      for await (const event of readEvents(place, options, version)) {
        failures = 0;
        const { resourceVersion } = event.object.metadata;
        if (resourceVersion !== undefined) version = resourceVersion;
        yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!started || !(error instanceof ClusterError)) throw error;
      if (error.status === 410) version = undefined;
      else await pause(delayBeforeReopen(error, ++failures), signal);
    }
  }
}

/** One connection's worth of events. A server ends a watch when `timeoutSeconds` have passed. */
async function* readEvents(
  { transport, path, collection, attempt }: WatchPlace,
  options: WatchOptions & { signal: AbortSignal },
  resourceVersion: string,
): AsyncGenerator<Extract<WatchEvent, { object: unknown }>> {
  // Spread, so that many watches opened together do not all come back together.
  const timeoutSeconds = Math.floor(240 + Math.random() * 60);
  const response = await open(
    transport,
    {
      method: 'GET',
      path,
      query: { ...selectorsOf(options), watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds },
      headers: { accept: acceptOf('PartialObjectMetadata', options) },
      signal: options.signal,
    },
    attempt,
  );
  for await (const line of readLines(response.body)) {
    const event = parseJson(line);
    const object = isJsonObject(event) ? event['object'] : undefined;
    if (!isJsonObject(event) || !isJsonObject(object)) continue;
    const type = event['type'];
    if (type === 'ERROR') throw streamFailure(attempt, object);
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK') {
      yield { type, object: named(collection, object) };
    }
  }
}

/** An error inside the stream is a whole Status object, with its code in the body. */
function streamFailure(attempt: Attempt, status: JsonObject): ClusterError {
  const code = typeof status['code'] === 'number' ? status['code'] : 500;
  return failureOf(attempt, { status: code, headers: {}, text: JSON.stringify(status) });
}

/** Milliseconds until the next try; throws what no waiting will change. */
function delayBeforeReopen(error: ClusterError, failures: number): number {
  const passing = error.status === 0 || error.status === 429 || error.status >= 500;
  if (!passing) throw error;
  return delayBeforeRepeat(error, failures) ?? Math.min(100 * 2 ** failures, 5000) * (0.5 + Math.random());
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
