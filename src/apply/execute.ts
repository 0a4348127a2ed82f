import type { Cluster } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import { formatId, type ResourceId } from '../resource/index.ts';
import { ensureHome, homeId } from './bookkeeping.ts';
import type { ApplyEvent, ApplyResult } from './events.ts';
import { homeNamespace, inventoryName } from './inventory/applyset.ts';
import { readInventory } from './inventory.ts';
import { acquire } from './lease.ts';
import type { Plan } from './plan.ts';
import { makeQueue } from './queue.ts';
import { isTransient, withRetries } from './retry.ts';
import { runPlan } from './run-plan.ts';

export interface ExecuteOptions {
  /** Aborting stops after the requests in flight; the inventory stays the superset, so the same plan can go on. */
  signal: AbortSignal;
  /** Milliseconds for everything. Default 600,000. */
  timeout?: number;
  /** `ready` waits for every object, `applied` only for what others need first; `none` is the same. Default `ready`. */
  wait?: 'none' | 'applied' | 'ready';
  /** Requests at once. Default 16. */
  concurrency?: number;
  /** Takes fields that other managers hold. Must agree with the plan's. */
  forceConflicts?: boolean;
  /** Takes over the plan's foreign objects. Must agree with the plan's. */
  adopt?: boolean;
  /** False stops at the first failure. Default true: independent objects go on. */
  continueOnError?: boolean;
  /** How long an image that cannot be pulled may go on failing, in milliseconds. Default 30,000. */
  imagePatience?: number;
}

/** Options with their defaults, as the run uses them. */
export type Terms = Required<ExecuteOptions> & {
  /** In milliseconds of `performance.now()`. */
  deadline: number;
};

/**
 * Does exactly what the plan says; failures of objects are events and counted, refusals (`CONFLICTS`, `FOREIGN_OBJECTS`,
 * `PLAN_OUTDATED`, `LEASE_HELD`) are thrown before any write. A plan that changes nothing writes nothing.
 */
export async function* execute(
  cluster: Cluster,
  plan: Plan,
  options: ExecuteOptions,
): AsyncGenerator<ApplyEvent, ApplyResult> {
  const terms = termsOf(options);
  refuseConflicts(plan, terms);
  const queue = makeQueue<ApplyEvent>();
  const begun = performance.now();
  const abandoned = new AbortController();
  const emit = (event: EventBody) => queue.push({ at: Math.round(performance.now() - begun), ...event } as ApplyEvent);
  const work = carryOut(
    cluster,
    plan,
    { ...terms, signal: AbortSignal.any([terms.signal, abandoned.signal]) },
    emit,
  ).then(
    (result) => {
      queue.close();
      return { ...result, duration: Math.round(performance.now() - begun) };
    },
    (error: unknown) => {
      queue.fail(error);
      return undefined;
    },
  );
  try {
    yield* queue;
  } finally {
    abandoned.abort(new Error('nobody listens to the events any more'));
    await work;
  }
  return (await work) as ApplyResult;
}

type Body<T> = T extends unknown ? Omit<T, 'at'> : never;
/** An event before it is told when it happened. */
export type EventBody = Body<ApplyEvent>;
export type Emit = (event: EventBody) => void;

function termsOf(options: ExecuteOptions): Terms {
  const timeout = options.timeout ?? 600_000;
  return {
    signal: options.signal,
    timeout,
    wait: options.wait ?? 'ready',
    concurrency: options.concurrency ?? 16,
    forceConflicts: options.forceConflicts ?? false,
    adopt: options.adopt ?? false,
    continueOnError: options.continueOnError ?? true,
    imagePatience: options.imagePatience ?? 30_000,
    deadline: performance.now() + timeout,
  };
}

function refuseConflicts(plan: Plan, terms: Terms): void {
  const stuck = plan.foreign.filter((object) => !object.adoptable || !terms.adopt);
  if (stuck.length > 0) {
    const adoptable = stuck.every((object) => object.adoptable);
    throw new UserError('FOREIGN_OBJECTS', `Refused: ${objects(stuck.length)} of the plan belong to somebody else`, {
      problems: stuck.map(({ id, holder }) => ({ message: `${formatId(id)} belongs to ${holder}` })),
      suggestions: [
        adoptable ? 'Take them over with --adopt, or leave them out of the stack' : 'Leave them out of the stack',
      ],
      exit: 4,
    });
  }
  if (plan.conflicts.length > 0 && !terms.forceConflicts) {
    const fields = plan.conflicts.length === 1 ? '1 field is' : `${plan.conflicts.length} fields are`;
    throw new UserError('CONFLICTS', `Refused: ${fields} managed by others, with other values`, {
      problems: plan.conflicts.map(({ id, path, manager }) => ({
        message: `${formatId(id)}: ${path} is managed by ${manager}`,
      })),
      suggestions: ['Leave these fields out of the stack, or take them with --force-conflicts'],
      exit: 4,
    });
  }
}

const objects = (count: number) => (count === 1 ? '1 object' : `${count} objects`);

async function carryOut(cluster: Cluster, plan: Plan, terms: Terms, emit: Emit): Promise<ApplyResult> {
  terms.signal.throwIfAborted();
  const components = [...new Set(plan.changes.flatMap((change) => change.component ?? []))].sort();
  emit({ type: 'started', changes: plan.changes.filter(isChange).length, components });
  if (plan.empty) return runPlan(cluster, plan, undefined, terms, emit);
  let told = '';
  const waitFor = (id: ResourceId, reason: string) => {
    if (reason !== told) emit({ type: 'waiting', id, reason });
    told = reason;
  };
  const lease = {
    group: 'coordination.k8s.io',
    kind: 'Lease',
    namespace: homeNamespace,
    name: inventoryName(plan.owner),
  };
  const hold = await acquire(cluster, plan.owner, {
    ...terms,
    prepare: () => ensureHome(cluster, terms, (reason) => waitFor(homeId, reason)),
    onWaiting: (holder) => waitFor(lease, `${holder} is changing the same stack`),
  });
  let homeGoes = false;
  try {
    const inventory = await withRetries(() => readInventory(cluster, plan.owner, { signal: terms.signal }), {
      ...terms,
      transient: (error) => isTransient(error),
    });
    if (inventory?.uid !== plan.base?.uid || inventory?.resourceVersion !== plan.base?.resourceVersion) {
      throw new UserError('PLAN_OUTDATED', 'Refused: the stack was changed after this plan was made', {
        suggestions: ['Make a new plan: run the same command again'],
        exit: 4,
      });
    }
    const signal = AbortSignal.any([terms.signal, hold.lost]);
    const goes = async () => {
      homeGoes = true;
      await hold.release({ keep: true });
    };
    return await runPlan(cluster, plan, { inventory, homeGoes: goes }, { ...terms, signal }, emit);
  } finally {
    await hold.release({ keep: homeGoes });
  }
}

const isChange = ({ op }: { op: string }) => op !== 'unchanged' && op !== 'keep';
