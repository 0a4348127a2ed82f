import type { TypeSchema } from '../schema/schema.ts';
import type { Entry } from '../store/entry.ts';
import type { Api } from './api.ts';
import type { Place } from './create.ts';
import { type Matcher, matcherOf } from './selectors.ts';
import { ApiError, badRequest, expired, invalid } from './status.ts';
import { storageKey } from './types.ts';
import { readAs } from './versions.ts';

/** One page of a collection at one revision. */
export interface Page {
  revision: number;
  entries: Entry[];
  /** Token of the next page. */
  next?: string;
  /** How many objects are left, where no selector hides some. */
  remaining?: number;
}

/** What `limit`, `continue`, `resourceVersion`, the selectors and the namespace of a list request select. */
export async function listPage(api: Api, { type, namespace }: Place, query: URLSearchParams): Promise<Page> {
  const matcher = matcherOf(query, type);
  const limit = Number(query.get('limit') ?? 0);
  const token = query.get('continue');
  const match = query.get('resourceVersionMatch');
  checkVersionMatch(match, query.get('resourceVersion'), token, query);
  const position = token ? decodeToken(token) : undefined;
  if (position !== undefined && !['', '0', null].includes(query.get('resourceVersion')))
    throw badRequest('specifying resource version is not allowed when using continue');
  const asked = parseVersion(query.get('resourceVersion'));
  await api.store.settled();
  let start: Entry['key'] | undefined;
  let revision = api.store.revision;
  let exact: number | undefined;
  if (position !== undefined) {
    start = position.start;
    exact = position.revision;
  } else if (asked !== undefined && asked > 0) {
    if (asked > revision) await freshEnough(api, asked);
    revision = api.store.revision;
    if (match === 'Exact') exact = asked;
  }
  const resource = storageKey(type);
  let source: Iterable<Entry>;
  if (exact !== undefined && exact !== revision) {
    const past = api.store.at(resource, exact, namespace === '' ? undefined : namespace);
    if (past === undefined)
      throw token
        ? expired(
            'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
          )
        : expired(`The resourceVersion for the provided list is too old.`);
    source = start === undefined ? past : past.filter((entry) => entry.key > (start as string));
    revision = exact;
  } else source = api.store.list(resource, namespace === '' ? undefined : namespace, start);
  return await takePage(api, type, source, { matcher, limit, revision });
}

async function takePage(
  api: Api,
  type: TypeSchema,
  source: Iterable<Entry>,
  { matcher, limit, revision }: { matcher: Matcher | undefined; limit: number; revision: number },
): Promise<Page> {
  const entries: Entry[] = [];
  let more = 0;
  for (const entry of source) {
    if (limit > 0 && entries.length === limit) {
      more++;
      if (matcher !== undefined) break;
      continue;
    }
    if (matcher === undefined || (await matches(api, entry, type, matcher))) entries.push(entry);
  }
  const last = entries.at(-1);
  if (more === 0 || last === undefined) return { revision, entries };
  const next = encodeToken({ revision, start: last.key });
  return { revision, entries, next, ...(matcher === undefined ? { remaining: more } : {}) };
}

/** Selectors look at the object in the version that was asked for. */
export async function matches(api: Api, entry: Entry, type: TypeSchema, matcher: Matcher): Promise<boolean> {
  const needsVersion = type.group === 'events.k8s.io' || (type.selectableFields ?? []).length > 0;
  return matcher(needsVersion ? await readAs(api, entry, type) : entry.object);
}

/** The resourceVersion of a list; undefined where none is named. */
function parseVersion(text: string | null): number | undefined {
  if (text === null || text === '' || /^\d+$/.test(text)) return text ? Number(text) : undefined;
  throw badRequest(`invalid resource version: ${versionProblem(text)}`);
}

/** The same for a watch or a single object, where the real server takes a wrong one for its own fault. */
export function parseWatchVersion(text: string | null): number | undefined {
  if (text === null || text === '' || /^\d+$/.test(text)) return text ? Number(text) : undefined;
  throw new ApiError(500, '', versionProblem(text));
}

const versionProblem = (text: string) =>
  `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;

const listOptions = { group: 'meta.k8s.io', kind: 'ListOptions' };

function checkVersionMatch(match: string | null, version: string | null, token: string | null, query: URLSearchParams) {
  const forbid = (message: string, field = 'resourceVersionMatch') =>
    invalid(listOptions, '', [{ reason: 'FieldValueForbidden', field, message: `Forbidden: ${message}` }]);
  if (query.get('sendInitialEvents') !== null)
    throw forbid('sendInitialEvents is forbidden for list', 'sendInitialEvents');
  if (match === null || match === '') return;
  if (token) throw forbid('resourceVersionMatch is forbidden when continue is provided');
  if (!version) throw forbid('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match !== 'Exact' && match !== 'NotOlderThan')
    throw invalid(listOptions, '', [
      {
        reason: 'FieldValueNotSupported',
        field: 'resourceVersionMatch',
        message: `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
      },
    ]);
  if (match === 'Exact' && version === '0')
    throw forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
}

/** Waits a moment for a revision that has not come yet, as the real server's cache does. */
async function freshEnough(api: Api, revision: number): Promise<void> {
  const end = Date.now() + 3000;
  while (api.store.revision < revision) {
    if (Date.now() >= end)
      throw new ApiError(
        504,
        'Timeout',
        `Timeout: Too large resource version: ${revision}, current: ${api.store.revision}`,
        {
          causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
          retryAfterSeconds: 1,
        },
        { 'retry-after': '1' },
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function encodeToken({ revision, start }: { revision: number; start: string }): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${start}\0` })).toString('base64url');
}

function decodeToken(token: string): { revision: number; start: string } {
  try {
    const { rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { rv: number; start: string };
    if (typeof rv === 'number' && typeof start === 'string')
      return { revision: rv, start: start.endsWith('\0') ? start.slice(0, -1) : start };
  } catch {
    // Said below, like every other token that is not ours.
  }
  throw badRequest(
    "invalid continue token: continue key is not valid: invalid character 'i' looking for beginning of value",
  );
}
