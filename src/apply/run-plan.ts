import type { Cluster } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import { homeId, removeInventory, superset, writeInventory } from './bookkeeping.ts';
import type { ApplyResult } from './events.ts';
import type { Emit, Terms } from './execute.ts';
import { endRevision, writeRevision } from './history.ts';
import { identityOf, partOf } from './inventory/applyset.ts';
import type { Inventory } from './inventory/record.ts';
import { everythingApplied } from './make-plan.ts';
import type { Edge, Plan } from './plan.ts';
import { findResidue } from './residue.ts';
import { isTransient, withRetries } from './retry.ts';
import { Run } from './run.ts';
import { runGraph } from './schedule.ts';
import { makeExplain } from './wait/cause.ts';
import { makeFeed } from './wait/feed.ts';

/** What a run that writes has in its hands; a run that changes nothing has none. */
interface Records {
  inventory: Inventory | undefined;
  /** Called when the namespace of the inventory, and with it the Lease, is going. */
  homeGoes(): Promise<void>;
}

/** Executes the changes in the order of the edges and keeps the inventory true at every moment. */
export async function runPlan(
  cluster: Cluster,
  plan: Plan,
  records: Records | undefined,
  terms: Terms,
  emit: Emit,
): Promise<ApplyResult> {
  const identity = identityOf(plan.owner);
  if (records !== undefined && plan.kind === 'apply') await announce(cluster, plan, records, terms);
  const feed = makeFeed(cluster, `${partOf}=${identity}`, terms.signal);
  const run = new Run(cluster, plan, terms, emit, {
    cluster,
    feed,
    explain: makeExplain(cluster, { signal: terms.signal }),
    call: { signal: terms.signal },
    deadline: terms.deadline,
    imagePatience: terms.imagePatience,
  });
  try {
    await runGraph(
      plan.changes.filter((change) => change.op !== 'keep').map((change) => run.node(change)),
      edgesFor(plan, terms),
      { settleAll: terms.wait === 'ready' || plan.kind === 'delete', stopped: () => run.stopped() },
    );
    terms.signal.throwIfAborted();
    await run.keep();
    if (records !== undefined) await conclude(cluster, plan, records, terms, run, emit);
    return run.result();
  } finally {
    await feed.close();
  }
}

/** Where nobody waits for readiness, removals wait for the writes alone. */
function edgesFor(plan: Plan, terms: Terms): readonly Edge[] {
  if (terms.wait === 'ready') return plan.edges;
  return plan.edges.map((edge) => (edge.before === everythingApplied ? { ...edge, until: 'applied' } : edge));
}

/** Writes of ours that a stopped run still makes: they say what was done. */
const finalTerms = (terms: Terms) => ({
  signal: new AbortController().signal,
  deadline: terms.deadline,
  transient: (error: unknown) => isTransient(error),
});

const revisionOf = (records: Records) => (records.inventory?.revision ?? 0) + 1;

/** Before the first change: the inventory knows everything that may be there soon, and history what is wanted. */
async function announce(cluster: Cluster, plan: Plan, records: Records, terms: Terms): Promise<void> {
  const revision = revisionOf(records);
  const now = new Date();
  await writeInventory(cluster, plan.owner, superset(records.inventory, plan.changes), revision, {
    ...finalTerms(terms),
    now,
  });
  if (plan.partial === true) return;
  const objects = plan.changes.flatMap((change) => ('to' in change ? change.to : []));
  const facts = { revision, now, ...(plan.rollbackTo === undefined ? {} : { rollbackTo: plan.rollbackTo }) };
  const content = { objects, requires: { ...plan.requires } };
  await withRetries(() => writeRevision(cluster, plan.owner, content, facts), finalTerms(terms));
}

/** After the last change: the inventory is cut down to what is there, or taken away with the last object. */
async function conclude(
  cluster: Cluster,
  plan: Plan,
  records: Records,
  terms: Terms,
  run: Run,
  emit: Emit,
): Promise<void> {
  const revision = revisionOf(records);
  if (plan.kind === 'apply' && plan.partial !== true) {
    const end = { ok: run.result().ok, summary: run.summary() };
    await withRetries(() => endRevision(cluster, plan.owner, revision, end), finalTerms(terms));
  }
  const members = run.members(records.inventory);
  if (members.length > 0) {
    await writeInventory(cluster, plan.owner, members, revision, { ...finalTerms(terms), now: new Date() });
    return;
  }
  if (run.removed.size > 0) run.report(await findResidue(cluster, run.removed, identityOf(plan.owner), terms));
  const home = await removeInventory(cluster, plan.owner, finalTerms(terms));
  if (home.stays !== undefined) emit({ type: 'kept', id: homeId, reason: home.stays });
  if (home.goes === undefined) return;
  await records.homeGoes();
  try {
    await run.gone({ id: homeId, apiVersion: 'v1', labelled: false }, home.goes);
  } catch (error) {
    if (!(error instanceof UserError) || terms.signal.aborted) throw error;
    run.report([homeId]);
  }
}
