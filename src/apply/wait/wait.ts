import { type Call, type Cluster, ClusterError } from '../../cluster/index.ts';
import { UserError } from '../../errors.ts';
import { formatId, idOf, type Resource } from '../../resource/index.ts';
import { getIfThere, placeOf } from '../live.ts';
import { objectsAt, textAt } from '../read.ts';
import type { Readiness } from '../readiness/conditions.ts';
import { advice } from './advice.ts';
import type { Cause, Explain } from './cause.ts';
import type { Feed, News, Watched } from './feed.ts';
import { assess } from './gates.ts';

export interface WaitContext {
  cluster: Cluster;
  feed: Feed;
  explain: Explain;
  call: Call & { signal: AbortSignal };
  /** In milliseconds of `performance.now()`. */
  deadline: number;
  /** How long an image that cannot be pulled may go on failing, in milliseconds. */
  imagePatience: number;
}

/** How often an object is looked at again without news of it: causes and gates change elsewhere. In milliseconds. */
const pause = 1_000;
/** A watch that says nothing for this long may have stalled: the object is asked for. In milliseconds. */
const silence = 5_000;
/** A cause is worth a request once something has been waited for this long, in milliseconds. */
const causeAfter = 1_500;

/** Waits until the object is ready; throws `NOT_READY` if it never will be, `TIMEOUT` at the deadline, with the cause. */
export async function waitUntilReady(
  context: WaitContext,
  watched: Watched,
  written: Resource,
  onReason: (reason: string) => void,
): Promise<void> {
  const begun = performance.now();
  let object = written;
  let told = '';
  let imageFailsSince: number | undefined;
  const look = makeLook(context, watched);
  for (;;) {
    const verdict = await tolerant(() => assess(context.cluster, object, context.call));
    if (verdict.state === 'ready') return;
    const late = performance.now() - begun > causeAfter || verdict.state === 'failed';
    const cause = late ? await context.explain(object) : undefined;
    const reason = [verdict.reason, cause?.reason].filter((part) => part !== undefined && part !== '').join('; ');
    if (verdict.state === 'failed') throw notReady('NOT_READY', object, reason, cause);
    if (reason !== told && (late || told !== '')) onReason(reason);
    if (late) told = reason;
    imageFailsSince = cause?.image === true ? (imageFailsSince ?? performance.now()) : undefined;
    if (imageFailsSince !== undefined && performance.now() - imageFailsSince > context.imagePatience) {
      throw notReady('NOT_READY', object, reason, cause);
    }
    const left = context.deadline - performance.now();
    if (left <= 0) throw notReady('TIMEOUT', object, reason, cause);
    object = await latest(context, look, object, Math.min(pause, left));
  }
}

/** What the feed says next, or the server itself when the feed has been silent for a while. */
function makeLook(context: WaitContext, watched: Watched): (patience: number) => Promise<News> {
  let heard = performance.now();
  let seen: string | undefined | null = null;
  const ref = { apiVersion: watched.apiVersion, kind: watched.id.kind, ...placeOf(watched.id) };
  return async (patience) => {
    const news = await tolerantly(() => context.feed.next(watched, patience, seen), { known: false });
    if (news.known && news.object?.metadata.resourceVersion !== seen) {
      heard = performance.now();
      seen = news.object?.metadata.resourceVersion;
    }
    if (performance.now() - heard < silence) return news;
    heard = performance.now();
    return tolerantly(async () => {
      const object = await getIfThere(context.cluster, ref, context.call);
      return { known: true, ...(object === undefined ? {} : { object }) };
    }, news);
  };
}

/** The newest state that is not older than what we wrote. */
async function latest(
  context: WaitContext,
  look: ReturnType<typeof makeLook>,
  object: Resource,
  patience: number,
): Promise<Resource> {
  const news = await look(patience);
  if (!news.known) return object;
  if (news.object !== undefined) return isOlder(news.object, object) ? object : news.object;
  const ref = { apiVersion: object.apiVersion, kind: object.kind, ...placeOf(idOf(object)) };
  const found = await tolerantly(() => getIfThere(context.cluster, ref, context.call), object);
  if (found === undefined) {
    const gone = `${formatId(idOf(object))} is gone: somebody deleted it while it was awaited`;
    throw new UserError('DELETED_MEANWHILE', gone, { suggestions: ['Run the same command again'] });
  }
  return isOlder(found, object) ? object : found;
}

/** Resource versions of one kind can be compared since Kubernetes 1.35; what is not a number is taken as newer. */
function isOlder(a: Resource, b: Resource): boolean {
  const [left, right] = [Number(a.metadata.resourceVersion), Number(b.metadata.resourceVersion)];
  return a.metadata.uid === b.metadata.uid && left < right;
}

/** While the server does not answer, nothing is known: the wait goes on until its deadline. */
async function tolerant(work: () => Promise<Readiness>): Promise<Readiness> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClusterError) return { state: 'waiting', reason: error.message };
    throw error;
  }
}

async function tolerantly<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClusterError) return otherwise;
    throw error;
  }
}

function notReady(code: string, object: Resource, reason: string, cause: Cause | undefined): UserError {
  const verb = code === 'TIMEOUT' ? 'is still not ready' : 'cannot become ready';
  return new UserError(code, `${formatId(idOf(object))} ${verb}: ${reason}`, {
    suggestions: advice(object, cause?.reason ?? reason),
  });
}

/** Waits until the object is gone; throws `TIMEOUT` with what holds it. */
export async function waitUntilGone(
  context: WaitContext,
  watched: Watched,
  uid: string,
  onReason: (reason: string) => void,
): Promise<void> {
  const begun = performance.now();
  let told = '';
  const look = makeLook(context, watched);
  for (;;) {
    const left = context.deadline - performance.now();
    const news = await look(Math.max(1, Math.min(pause, left)));
    if (news.known && news.object?.metadata.uid !== uid) return;
    const reason = news.object === undefined ? 'not confirmed yet' : heldBy(news.object);
    if (left <= 0) {
      const suggestions = news.object === undefined ? [] : advice(news.object, reason);
      throw new UserError('TIMEOUT', `${formatId(watched.id)} is still not gone: ${reason}`, { suggestions });
    }
    if (news.object !== undefined && reason !== told && performance.now() - begun > causeAfter) {
      told = reason;
      onReason(reason);
    }
  }
}

/** What keeps an object that is being deleted: what is left in a namespace, or its finalizers. */
function heldBy(object: Resource): string {
  const remains = objectsAt(object, 'status', 'conditions')
    .filter((item) => textAt(item, 'status') === 'True' && /Remaining|Failure/.test(textAt(item, 'type') ?? ''))
    .map((item) => textAt(item, 'message') ?? '');
  if (remains.length > 0) return remains.join('; ');
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes('customresourcecleanup.apiextensions.k8s.io')) return 'its objects are being deleted';
  if (finalizers.length > 0) return `held by finalizer ${finalizers.join(', ')}`;
  if (object.metadata.deletionTimestamp === undefined) return 'its deletion has not begun';
  return object.kind === 'Namespace' ? 'what is in it is being deleted' : 'it is stopping';
}
