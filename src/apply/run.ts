import type { Cluster } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import { keyOf, type Resource } from '../resource/index.ts';
import { disown, refOf, remove, send } from './change.ts';
import { makeLimit } from './concurrency.ts';
import type { ApplyResult, Failure } from './events.ts';
import type { Emit, Terms } from './execute.ts';
import { membersAfter } from './inventory/after.ts';
import type { Inventory, Member } from './inventory/record.ts';
import { scrub } from './mask.ts';
import type { Change, Plan } from './plan.ts';
import { readiness } from './readiness.ts';
import { keepsDependents } from './replace.ts';
import { isTransient, withRetries } from './retry.ts';
import type { Node } from './schedule.ts';
import type { Watched } from './wait/feed.ts';
import { type WaitContext, waitUntilGone, waitUntilReady } from './wait/wait.ts';

type Counts = { [K in keyof ApplyResult as ApplyResult[K] extends number ? K : never]: number };

/** One execution of a plan: what was done so far, and how to do one change. */
export class Run {
  readonly removed = new Map<string, Resource['metadata']['uid']>();
  readonly #cluster: Cluster;
  readonly #plan: Plan;
  readonly #terms: Terms;
  readonly #emit: Emit;
  readonly #wait: WaitContext;
  readonly #limit;
  readonly #written = new Map<string, Resource>();
  readonly #untouched = new Set<string>();
  readonly #failures: Failure[] = [];
  readonly #counts: Counts = {
    created: 0,
    updated: 0,
    replaced: 0,
    unchanged: 0,
    deleted: 0,
    kept: 0,
    failed: 0,
    skipped: 0,
    duration: 0,
  };
  #residue: ApplyResult['residue'] = [];

  constructor(cluster: Cluster, plan: Plan, terms: Terms, emit: Emit, wait: WaitContext) {
    this.#cluster = cluster;
    this.#plan = plan;
    this.#terms = terms;
    this.#emit = emit;
    this.#wait = wait;
    this.#limit = makeLimit(terms.concurrency);
  }

  /** Why nothing more may be started; undefined while it may. */
  stopped(): string | undefined {
    if (this.#terms.signal.aborted) return 'the run was stopped';
    if (!this.#terms.continueOnError && this.#failures.length > 0) return 'another object failed';
    return performance.now() > this.#terms.deadline ? 'the time is up' : undefined;
  }

  node(change: Change): Node {
    const key = keyOf(change.id);
    return {
      key,
      start: () => this.#guard(change, () => this.#start(change)),
      settle: () => this.#guard(change, () => this.#settle(change)),
      skip: (because) => {
        this.#untouched.add(key);
        if (change.op === 'unchanged') return;
        this.#counts.skipped += 1;
        this.#emit({ type: 'skipped', ...named(change), reason: because });
      },
    };
  }

  /** Runs a step; a failure becomes an event, an interruption goes on up. */
  async #guard(change: Change, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (this.#terms.signal.aborted) {
        this.#untouched.add(keyOf(change.id));
        return false;
      }
      if (!(error instanceof UserError)) throw error;
      this.#fail(change, error);
      return false;
    }
  }

  #fail(change: Change, error: UserError): void {
    const object = 'to' in change ? change.to : undefined;
    const message = object === undefined ? error.message : scrub(error.message, object);
    const failure = { ...named(change), code: error.code, message, suggestions: error.suggestions };
    this.#failures.push(failure);
    this.#counts.failed += 1;
    this.#emit({ type: 'failed', ...failure });
  }

  async #start(change: Change): Promise<void> {
    const key = keyOf(change.id);
    switch (change.op) {
      case 'unchanged':
        this.#counts.unchanged += 1;
        this.#written.set(key, change.from);
        return;
      case 'create':
      case 'update': {
        this.#emit({ type: 'applying', ...named(change) });
        this.#written.set(key, await this.#try(change, () => send(this.#cluster, change, this.#terms.forceConflicts)));
        const action = change.op === 'create' ? 'created' : 'updated';
        this.#counts[action] += 1;
        this.#emit({ type: 'applied', ...named(change), action });
        return;
      }
      case 'replace':
        return this.#replace(change);
      case 'delete': {
        this.#emit({ type: 'deleting', ...named(change) });
        if (await this.#try(change, () => remove(this.#cluster, refOf(change), change.uid))) this.#gone.add(key);
        return;
      }
      case 'keep':
        return;
      default:
        change satisfies never;
    }
  }

  readonly #gone = new Set<string>();

  async #replace(change: Extract<Change, { op: 'replace' }>): Promise<void> {
    const key = keyOf(change.id);
    const uid = change.from.metadata.uid ?? '';
    this.#emit({ type: 'deleting', ...named(change) });
    const propagation = keepsDependents(change.to) ? 'Orphan' : 'Background';
    const gone = await this.#try(change, () => remove(this.#cluster, refOf(change), uid, propagation));
    if (!gone) await this.gone(watchedOf(change), uid, change);
    this.#emit({ type: 'applying', ...named(change) });
    const create: Change = { ...change, op: 'create' };
    this.#written.set(
      key,
      await this.#try(change, () =>
        send(this.#cluster, create as Extract<Change, { op: 'create' }>, this.#terms.forceConflicts),
      ),
    );
    this.#counts.replaced += 1;
    this.#emit({ type: 'applied', ...named(change), action: 'replaced' });
  }

  /** One request, repeated while its error passes. A request that was sent is never cut off: its outcome matters. */
  #try<T>(change: Change, work: () => Promise<T>): Promise<T> {
    const awaited = 'unverified' in change && change.unverified !== undefined;
    return withRetries(() => this.#limit(work), {
      signal: this.#terms.signal,
      deadline: this.#terms.deadline,
      transient: (error) => isTransient(error, { awaited }),
      onRetry: (error, attempt) => this.#emit({ type: 'retrying', ...named(change), reason: error.message, attempt }),
    });
  }

  async #settle(change: Change): Promise<void> {
    const key = keyOf(change.id);
    if (change.op === 'delete') {
      if (!this.#gone.has(key)) await this.gone(watchedOf(change), change.uid, change);
      this.removed.set(change.uid, key);
      this.#gone.add(key);
      this.#counts.deleted += 1;
      this.#emit({
        type: 'deleted',
        ...named(change),
        ...(change.reason === undefined ? {} : { reason: change.reason }),
      });
      return;
    }
    const written = this.#written.get(key);
    if (written === undefined) return;
    await waitUntilReady(this.#wait, watchedOf(change), written, (reason) =>
      this.#emit({ type: 'waiting', ...named(change), reason }),
    );
    if (change.op !== 'unchanged' || readiness(change.from).state !== 'ready')
      this.#emit({ type: 'ready', ...named(change) });
  }

  /** Waits until an object of this UID is gone. */
  async gone(watched: Watched, uid: string, change?: Change): Promise<void> {
    await waitUntilGone(this.#wait, watched, uid, (reason) => {
      this.#emit({ type: 'waiting', ...(change === undefined ? { id: watched.id } : named(change)), reason });
    });
  }

  /** Says what is kept, and lets go of what stops being ours. */
  async keep(): Promise<void> {
    for (const change of this.#plan.changes) {
      if (change.op !== 'keep') continue;
      if (change.forget === true && change.uid !== undefined) {
        const { uid } = change;
        await this.#guard(change, () => this.#try(change, () => disown(this.#cluster, refOf(change), uid)));
      }
      this.#counts.kept += 1;
      this.#emit({ type: 'kept', ...named(change), ...(change.reason === undefined ? {} : { reason: change.reason }) });
    }
  }

  /** What the inventory has to say after this run. */
  members(before: Inventory | undefined): Member[] {
    const { changes, unplanned = [] } = this.#plan;
    return membersAfter({
      changes,
      unplanned,
      before,
      written: this.#written,
      gone: this.#gone,
      untouched: this.#untouched,
    });
  }

  report(residue: ApplyResult['residue']): void {
    this.#residue = [...this.#residue, ...residue];
    for (const id of residue)
      this.#emit({ type: 'residue', id, reason: 'it is still there and belonged to what was deleted' });
  }

  /** `2 created, 1 updated`. */
  summary(): string {
    const words = ['created', 'updated', 'replaced', 'deleted', 'kept', 'failed', 'skipped'] as const;
    return words
      .filter((word) => this.#counts[word] > 0)
      .map((word) => `${this.#counts[word]} ${word}`)
      .join(', ');
  }

  result(): ApplyResult {
    const ok = this.#failures.length === 0 && this.#counts.skipped === 0 && this.#residue.length === 0;
    return { ok, ...this.#counts, failures: this.#failures, residue: this.#residue };
  }
}

const named = (change: Change) => ({
  id: change.id,
  ...(change.component === undefined ? {} : { component: change.component }),
});

const watchedOf = (change: Change): Watched => ({
  id: change.id,
  apiVersion: change.apiVersion,
  labelled: !(change.op === 'delete' && change.notOurs === true),
  metadataOnly: change.op === 'delete' && change.id.kind !== 'Namespace',
});
