import type { JsonObject } from '../../resource/index.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { type Entry, printJson } from '../store/entry.ts';
import type { Change } from '../store/history.ts';
import type { Api } from './api.ts';
import type { Place } from './create.ts';
import { matches, parseWatchVersion } from './read.ts';
import { type Matcher, matcherOf } from './selectors.ts';
import { expired, invalid } from './status.ts';
import { apiVersionOf, storageKey } from './types.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** Renders the object of an event: whole, as metadata alone or as a table. `undefined` for the default form. */
export type Render = (entry: Entry) => string | Promise<string>;

export interface WatchRequest extends Place {
  /** Of one object. */
  name?: string | undefined;
  query: URLSearchParams;
  render: Render;
  /** The object of a bookmark. */
  bookmark(revision: number, annotations?: JsonObject): JsonObject;
  signal: AbortSignal;
}

/** How often a watcher that asked for them gets a bookmark, in milliseconds. */
const bookmarkEvery = 60_000;

/** Checks the request, then yields the lines of the answer until the client, its timeout or the server ends it. */
export function watchEvents(api: Api, request: WatchRequest): AsyncIterable<string> {
  const { type, query } = request;
  const matcher = nameMatcher(request, matcherOf(query, type));
  const since = parseWatchVersion(query.get('resourceVersion'));
  const initial = query.get('sendInitialEvents');
  const match = query.get('resourceVersionMatch');
  checkOptions(initial, match);
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || 1800 + Math.floor(Math.random() * 1800);
  return lines(api, request, {
    matcher,
    since,
    initial: initial === null ? undefined : initial !== 'false',
    bookmarks: query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1',
    seconds,
  });
}

interface Options {
  matcher: Matcher | undefined;
  since: number | undefined;
  initial: boolean | undefined;
  bookmarks: boolean;
  seconds: number;
}

async function* lines(api: Api, request: WatchRequest, options: Options): AsyncGenerator<string> {
  const { type, namespace, bookmark } = request;
  const { matcher, bookmarks } = options;
  const resource = storageKey(type);
  await api.store.settled();
  const queue: Change[] = [];
  let wake: (() => void) | undefined;
  let delivered = api.store.revision;
  const unsubscribe = api.store.subscribe(resource, (change) => {
    queue.push(change);
    wake?.();
  });
  const ends = new AbortController();
  const timers = [
    setTimeout(() => ends.abort(), options.seconds * 1000),
    ...(bookmarks ? [setInterval(() => wake?.(), bookmarkEvery)] : []),
  ];
  const stop = AbortSignal.any([ends.signal, request.signal]);
  stop.addEventListener('abort', () => wake?.());
  try {
    const withInitial = options.initial ?? (options.since === undefined || options.since === 0);
    if (withInitial) {
      for (const entry of [...api.store.list(resource, namespace === '' ? undefined : namespace)])
        if (matcher === undefined || (await matches(api, entry, type, matcher)))
          yield await line('ADDED', request, entry);
      if (options.initial && bookmarks)
        yield eventText('BOOKMARK', printJson(bookmark(delivered, { 'k8s.io/initial-events-end': 'true' })));
    } else {
      const past = api.store.since(resource, options.since as number);
      if (past === undefined) {
        const error = expired(`too old resource version: ${options.since} (${api.store.revision})`);
        yield eventText('ERROR', printJson(error.toStatus()));
        return;
      }
      queue.unshift(
        ...past.filter(({ revision }) => revision <= delivered && !queue.some((c) => c.revision === revision)),
      );
    }
    let lastBookmark = Date.now();
    while (!stop.aborted) {
      const change = queue.shift();
      if (change !== undefined) {
        if (options.since !== undefined && change.revision <= options.since && !withInitial) continue;
        delivered = change.revision;
        const text = await changeText(api, request, change, matcher);
        if (text !== undefined) yield text;
        continue;
      }
      if (bookmarks && Date.now() - lastBookmark >= bookmarkEvery) {
        lastBookmark = Date.now();
        yield eventText('BOOKMARK', printJson(bookmark(api.store.revision)));
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (queue.length > 0 || stop.aborted) resolve();
      });
      wake = undefined;
    }
  } finally {
    unsubscribe();
    for (const timer of timers) clearTimeout(timer);
  }
}

/** What a change means for this watcher: an object can come into the selection, change in it or leave it. */
async function changeText(
  api: Api,
  request: WatchRequest,
  { before, after, last }: Change,
  matcher: Matcher | undefined,
): Promise<string | undefined> {
  const { namespace, type } = request;
  const now = (after ?? last) as Entry;
  if (namespace !== '' && now.namespace !== namespace) return undefined;
  const [was, is] =
    matcher === undefined
      ? [before !== undefined, after !== undefined]
      : [
          before !== undefined && (await matches(api, before, type, matcher)),
          after !== undefined && (await matches(api, after, type, matcher)),
        ];
  if (!was && !is) return undefined;
  return await line(is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED', request, now);
}

async function line(event: EventType, request: WatchRequest, entry: Entry): Promise<string> {
  const text = request.render(entry);
  return eventText(event, typeof text === 'string' ? text : await text);
}

const eventText = (type: EventType, object: string) => `{"type":"${type}","object":${object}}\n`;

function nameMatcher({ name }: WatchRequest, matcher: Matcher | undefined): Matcher | undefined {
  if (name === undefined || name === '') return matcher;
  return (object) => object.metadata.name === name && (matcher?.(object) ?? true);
}

const listOptions = { group: 'meta.k8s.io', kind: 'ListOptions' };

function checkOptions(initial: string | null, match: string | null): void {
  if (initial === null && match)
    throw invalid(listOptions, '', [
      {
        reason: 'FieldValueForbidden',
        field: 'resourceVersionMatch',
        message: 'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      },
    ]);
  if (initial !== null && !match)
    throw invalid(listOptions, '', [
      {
        reason: 'FieldValueForbidden',
        field: 'resourceVersionMatch',
        message: 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      },
    ]);
}

/** A bookmark of a kind: nothing but the revision. */
export function plainBookmark(type: TypeSchema, revision: number, annotations?: JsonObject): JsonObject {
  return {
    kind: type.kind,
    apiVersion: apiVersionOf(type),
    metadata: { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) },
  };
}
