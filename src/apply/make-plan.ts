import type { Cluster } from '../cluster/index.ts';
import { type Problem, UserError } from '../errors.ts';
import { formatId, idOf, keyOf, type Resource } from '../resource/index.ts';
import { type CheckContext, type Checked, check } from './check.ts';
import { makeLimit, mapLimited } from './concurrency.ts';
import { type FieldPolicy, withIgnoredFields } from './field-policy.ts';
import { type Source, systemSource } from './generate/certificate.ts';
import { fillGenerated } from './generate/fill.ts';
import { makeIntents } from './intent.ts';
import { identityOf } from './inventory/applyset.ts';
import { type Inventory, memberKey } from './inventory/record.ts';
import { readInventory } from './inventory.ts';
import { type Kind, resolveKinds, targetKey } from './kinds.ts';
import { type Live, readLive } from './live.ts';
import { makeMask } from './mask.ts';
import { aggregateEdges } from './order/aggregates.ts';
import { deleteEdges } from './order/delete-edges.ts';
import { applyEdges, componentOf } from './order/edges.ts';
import { acyclic } from './order/graph.ts';
import type { Change, Edge, Owner, Plan, ProtectedClass } from './plan.ts';
import { planRemovals } from './removals.ts';

export interface PlanOptions {
  signal?: AbortSignal;
  /** False leaves what left the stack in place (it stays in the inventory). Default true. */
  prune?: boolean;
  /** Takes over live objects that nobody of ours made. Default false: they are listed in `plan.foreign`. */
  adopt?: boolean;
  /** Takes fields that other managers hold. Default false: they are listed in `plan.conflicts`. */
  forceConflicts?: boolean;
  /** Only these components: what belongs to others stays as it is, in the cluster and in the inventory. */
  only?: readonly string[];
  /** Fields that others may set; see also the annotation `slipway.dev/ignore-fields`. */
  ignoreFields?: readonly FieldPolicy[];
  /** Component → the components it needs, which must be ready first. */
  requires?: Readonly<Record<string, readonly string[]>>;
  /** The namespace of namespaced objects that name none. Default `default`. */
  namespace?: string;
  /** Protected classes that may be deleted. Default none. */
  withData?: readonly ProtectedClass[];
  /** Requests at once. Default 16. */
  concurrency?: number;
  /** Where the time and random values come from. */
  source?: Source;
}

/** The node that removals wait for: everything desired is there. */
export const everythingApplied = 'everything applied';

/** How long a plan waits for a server that is overloaded or restarting. */
const patience = 20_000;

/**
 * What `execute` would do to bring the cluster to the `given` objects; writes nothing. Objects of `owner` not in it are removed.
 * Everything that can never work (an unknown kind, an invalid object, a permission that is missing) is collected and
 * thrown as one `PLAN_FAILED`.
 */
export async function makePlan(
  cluster: Cluster,
  owner: Owner,
  given: readonly Resource[],
  options: PlanOptions = {},
): Promise<Plan> {
  const call = { signal: options.signal ?? new AbortController().signal };
  const limit = makeLimit(options.concurrency ?? 16);
  const identity = identityOf(owner);
  const chosen = (component: string | undefined) => options.only?.includes(component ?? '') ?? true;
  const desired = given.filter((object) => chosen(componentOf(object)));
  const [resolved, inventory] = await Promise.all([
    resolveKinds(cluster, desired, call),
    readInventory(cluster, owner, call),
  ]);
  const made = makeIntents(desired, resolved.kinds, identity, options.namespace ?? 'default');
  refuse([...resolved.problems, ...made.problems]);

  const members = new Map((inventory?.members ?? []).map((member) => [memberKey(member), member]));
  const live = await readLive(cluster, made.intents, [...members.values()], resolved.kinds, identity, limit, call);
  const filled = await fillGenerated(cluster, made.intents, live, options.source ?? systemSource, call);
  const intents = filled.intents.map((intent) =>
    withIgnoredFields(intent, live.get(keyOf(idOf(intent))), options.ignoreFields ?? []),
  );
  const planned = new Set(intents.map((intent) => keyOf(idOf(intent))));
  const context: CheckContext = {
    cluster,
    call,
    kinds: resolved.kinds,
    identity,
    members,
    planned,
    newNamespaces: newNamespaces(intents, live),
    force: options.forceConflicts ?? false,
    adopt: options.adopt ?? false,
    mask: makeMask(),
    deadline: performance.now() + patience,
  };
  const checked = await mapLimited(intents, limit, (intent) => check(context, intent, live.get(keyOf(idOf(intent)))));
  refuse(checked.flatMap((item) => item.problem ?? []));

  const others = [...members.values()].filter((member) => !planned.has(memberKey(member)));
  const gone = options.prune === false ? [] : others.filter((member) => chosen(member.component));
  const left = others.filter((member) => !gone.includes(member));
  const removals = await planRemovals(
    {
      cluster,
      call,
      limit,
      identity,
      live,
      desiredUids: new Set(intents.flatMap((intent) => live.get(keyOf(idOf(intent)))?.metadata.uid ?? [])),
      usedNamespaces: new Set([
        ...intents.flatMap((intent) => intent.metadata.namespace ?? []),
        ...left.flatMap((member) => member.id.namespace ?? []),
      ]),
      withData: new Set(options.withData),
    },
    gone,
  );
  const changes = [...checked.flatMap((item) => item.change ?? []), ...removals.changes];
  return {
    owner,
    kind: 'apply',
    changes,
    edges: edgesOf(intents, changes, resolved.kinds, options.requires, live),
    warnings: [...filled.warnings, ...warningsOf(intents, checked)],
    conflicts: checked.flatMap((item) => item.conflicts ?? []),
    foreign: checked.flatMap((item) => item.foreign ?? []),
    losses: removals.losses,
    ...baseOf(inventory),
    ...(options.requires === undefined ? {} : { requires: options.requires }),
    ...(left.length > 0 ? { unplanned: left.map(memberKey) } : {}),
    ...(options.only === undefined ? {} : { partial: true }),
    empty: isEmpty(changes, inventory),
  };
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const [first] = problems;
  const message =
    problems.length === 1
      ? `Cannot plan: ${first?.message}`
      : `Cannot plan: ${problems.length} objects cannot be applied as they stand`;
  throw new UserError('PLAN_FAILED', message, {
    problems: problems.length === 1 ? [] : problems,
    ...(problems.length === 1 && first?.suggestion !== undefined ? { suggestions: [first.suggestion] } : {}),
  });
}

function newNamespaces(intents: readonly Resource[], live: Live): Set<string> {
  const names = intents
    .filter((intent) => intent.kind === 'Namespace' && intent.apiVersion === 'v1' && !live.has(keyOf(idOf(intent))))
    .map((intent) => intent.metadata.name);
  return new Set(names);
}

function edgesOf(
  intents: readonly Resource[],
  changes: readonly Change[],
  kinds: ReadonlyMap<string, Kind>,
  requires: PlanOptions['requires'],
  live: Live,
): Edge[] {
  const facts = {
    servedAs: (object: Resource) => kinds.get(targetKey(object)),
    ...(requires === undefined ? {} : { requires }),
  };
  const edges = applyEdges(intents, facts);
  const removed = changes.filter((change) => change.op === 'delete').map((change) => change.id);
  if (removed.length === 0) return acyclic(edges);
  const last: Edge[] = intents.map((intent) => ({
    before: everythingApplied,
    after: keyOf(idOf(intent)),
    why: 'removals come last',
  }));
  const going = removed.flatMap((id) => live.get(keyOf(id)) ?? []);
  const steps = deleteEdges(removed, intents.length === 0 ? undefined : everythingApplied);
  return acyclic([...edges, ...last, ...steps, ...aggregateEdges(going)]);
}

function warningsOf(intents: readonly Resource[], checked: readonly Checked[]): Problem[] {
  return checked.flatMap((item, index) => {
    const intent = intents[index];
    if (intent === undefined) return [];
    return [...new Set(item.warnings)].map((warning) => ({ message: `${formatId(idOf(intent))}: ${warning}` }));
  });
}

const baseOf = (inventory: Inventory | undefined) =>
  inventory === undefined ? {} : { base: { uid: inventory.uid, resourceVersion: inventory.resourceVersion } };

/** Nothing to write: every object is as it should be, and the inventory knows all of them by UID. */
function isEmpty(changes: readonly Change[], inventory: Inventory | undefined): boolean {
  const known = new Map((inventory?.members ?? []).map((member) => [memberKey(member), member]));
  return changes.every((change) => {
    const member = known.get(keyOf(change.id));
    if (change.op === 'unchanged') {
      return member?.uid === change.from.metadata.uid && member?.component === change.component;
    }
    return change.op === 'keep' && change.forget !== true;
  });
}
