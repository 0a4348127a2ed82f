import { type Call, type Cluster, ClusterError } from '../cluster/index.ts';
import type { Problem } from '../errors.ts';
import { canonical, formatId, idOf, keyOf, type Resource } from '../resource/index.ts';
import { conflictsOf } from './conflicts.ts';
import { fieldChanges } from './diff.ts';
import { holderOf } from './foreign.ts';
import type { Member } from './inventory/record.ts';
import { type Kind, targetKey } from './kinds.ts';
import { type Mask, maskConflict, maskFields, scrub } from './mask.ts';
import { componentOf } from './order/edges.ts';
import { fieldManager, intentDigest, ownedDigest, ownedFields } from './owned.ts';
import type { Change, Conflict, Foreign } from './plan.ts';
import { textAt } from './read.ts';
import { replacement } from './replace.ts';
import { isTransient, withRetries } from './retry.ts';
import { afterTakeover, isMaker } from './takeover.ts';

export interface CheckContext {
  cluster: Cluster;
  call: Call & { signal: AbortSignal };
  kinds: ReadonlyMap<string, Kind>;
  identity: string;
  members: ReadonlyMap<string, Member>;
  /** Namespaces that only the plan makes. */
  newNamespaces: ReadonlySet<string>;
  /** `keyOf` of everything in the plan. */
  planned: ReadonlySet<string>;
  force: boolean;
  adopt: boolean;
  mask: Mask;
  deadline: number;
}

/** What a dry run said about one object; `problem` means that it can never be applied as it stands. */
export interface Checked {
  change?: Change;
  conflicts?: Conflict[];
  foreign?: Foreign;
  problem?: Problem;
  warnings: readonly string[];
}

/** Compares an intent with the live object, by proof where our record allows it and by a dry run otherwise. */
export async function check(context: CheckContext, intent: Resource, live: Resource | undefined): Promise<Checked> {
  const warnings: string[] = [];
  try {
    const checked =
      live === undefined ? await checkNew(context, intent, warnings) : await checkLive(context, intent, live, warnings);
    return { ...checked, warnings };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { problem: problemOf(intent, error), warnings };
  }
}

const base = (intent: Resource) => {
  const component = componentOf(intent);
  return { id: idOf(intent), apiVersion: intent.apiVersion, ...(component === undefined ? {} : { component }) };
};

/** A sentence for each thing the server found wrong, with values of a Secret taken out. */
function problemOf(intent: Resource, error: ClusterError): Problem {
  const suggestion = error.suggestions[0];
  const message = scrub(error.message.replace(/^Cannot \S+ /, ''), intent);
  const id = formatId(idOf(intent));
  return {
    message: message.startsWith(id) ? message : `${id}: ${message}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

async function checkNew(
  context: CheckContext,
  intent: Resource,
  warnings: string[],
): Promise<Omit<Checked, 'warnings'>> {
  const create = (unverified?: string): Omit<Checked, 'warnings'> => ({
    change: { ...base(intent), op: 'create', to: intent, ...(unverified === undefined ? {} : { unverified }) },
  });
  if (context.kinds.get(targetKey(intent))?.state === 'planned') return create('its kind is only defined by this plan');
  const home = intent.metadata.namespace;
  const homeless = home !== undefined && context.newNamespaces.has(home);
  try {
    await dryRun(context, homeless ? elsewhere(intent) : intent, warnings);
    return create();
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const invalid = error.status === 422 || error.status === 400 || (error.status === 500 && !isTransient(error));
    if (homeless && !invalid) return create(`namespace ${home} is only made by this plan`);
    const webhook = /failed calling webhook "([^"]*)"/.exec(error.message)?.[1];
    if (webhook !== undefined) return create(`webhook ${webhook} does not answer`);
    if (error.status === 404 && bindsPlanned(context, intent))
      return create('the role it binds is only made by this plan');
    if (error.status === 403 && isPlanned(context, error.message))
      return create('what it refers to is only made by this plan');
    throw error;
  }
}

/** A binding to a role that does not exist yet is refused with 404 to whoever may not bind everything. */
function bindsPlanned(context: CheckContext, intent: Resource): boolean {
  const [kind, name] = [textAt(intent, 'roleRef', 'kind'), textAt(intent, 'roleRef', 'name')];
  const namespace = kind === 'Role' ? (intent.metadata.namespace ?? '') : '';
  return context.planned.has(`rbac.authorization.k8s.io/${kind}/${namespace}/${name}`);
}

/** Whether a refusal is about a role, an account or a class that the plan makes before this object. */
function isPlanned(context: CheckContext, message: string): boolean {
  return (
    [...message.matchAll(/"([^"]+)"/g)].some(([, name]) =>
      [...context.planned].some((key) => key.endsWith(`/${(name as string).split('/').at(-1)}`)),
    ) && /not found|looking up|attempting to grant|no PriorityClass/.test(message)
  );
}

/** The same object where its namespace does exist, under a name of the same length that nobody has. */
export function elsewhere(intent: Resource, namespace = 'default'): Resource {
  const suffix = Math.random().toString(36).slice(2, 8).padEnd(6, '0');
  const { name } = intent.metadata;
  const unused = name.length > suffix.length ? name.slice(0, -suffix.length) + suffix : name + suffix;
  const home = intent.metadata.namespace === undefined ? {} : { namespace };
  return { ...intent, metadata: { ...intent.metadata, ...home, name: unused } };
}

async function dryRun(context: CheckContext, intent: Resource, warnings: string[], force = false): Promise<Resource> {
  const seen = new Set<string>();
  const options = { ...context.call, dryRun: true, fieldManager, force, fieldValidation: 'Strict' } as const;
  const result = await withRetries(
    () => context.cluster.apply(intent, { ...options, onWarning: (warning) => seen.add(warning) }),
    {
      signal: context.call.signal,
      deadline: context.deadline,
      transient: (error) => isTransient(error) && !/calling webhook|being terminated/.test(error.message),
    },
  );
  warnings.push(...seen);
  return result;
}

async function checkLive(
  context: CheckContext,
  intent: Resource,
  live: Resource,
  warnings: string[],
): Promise<Omit<Checked, 'warnings'>> {
  const member = context.members.get(keyOf(idOf(intent)));
  const foreign = holderOf(live, context.identity, member);
  if (foreign !== undefined && !(context.adopt && foreign.adoptable)) {
    return {
      foreign,
      change: {
        ...base(intent),
        op: 'update',
        to: intent,
        from: live,
        fields: [],
        reason: `it belongs to ${foreign.holder}`,
      },
    };
  }
  const takeover = foreign !== undefined;
  if (isProven(member, intent, live)) return { change: { ...base(intent), op: 'unchanged', to: intent, from: live } };
  let conflicts: Conflict[] = [];
  let result: Resource;
  try {
    result = await dryRunTaking(context, intent, live, warnings, conflicts);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (/failed calling webhook|being terminated/.test(error.message)) {
      const fields = maskFields(intent, [], context.mask);
      return { change: { ...base(intent), op: 'update', to: intent, from: live, fields, unverified: error.message } };
    }
    return await replacing(context, intent, live, error, warnings);
  }
  if (takeover) {
    result = afterTakeover(live, result);
    conflicts = conflicts.filter((conflict) => !isMaker(conflict.manager));
  }
  const fields = maskFields(intent, fieldChanges(live, result), context.mask);
  const sameOwner = canonical(ownedFields(live)) === canonical(ownedFields(result));
  if (fields.length === 0 && sameOwner) return { change: { ...base(intent), op: 'unchanged', to: intent, from: live } };
  const reason = fields.length === 0 ? { reason: 'only who manages its fields changes' } : {};
  return {
    conflicts,
    change: {
      ...base(intent),
      op: 'update',
      to: intent,
      from: live,
      fields,
      ...reason,
      ...(takeover ? { takeover } : {}),
    },
  };
}

/** Nothing to ask: we sent exactly this before, and what we own is as it was then. */
function isProven(member: Member | undefined, intent: Resource, live: Resource): boolean {
  return (
    member?.intent !== undefined &&
    member.uid === live.metadata.uid &&
    live.metadata.deletionTimestamp === undefined &&
    member.intent === intentDigest(intent) &&
    member.owned === ownedDigest(live)
  );
}

/** A dry run that goes through: conflicts are noted first, and then taken over to see what would become of it. */
async function dryRunTaking(
  context: CheckContext,
  intent: Resource,
  live: Resource,
  warnings: string[],
  conflicts: Conflict[],
): Promise<Resource> {
  try {
    return await dryRun(context, intent, warnings);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.code !== 'FIELD_CONFLICT') throw error;
    if (!context.force) {
      conflicts.push(
        ...conflictsOf(intent, live, error).map((conflict) => maskConflict(intent, conflict, context.mask)),
      );
    }
    return await dryRun(context, intent, warnings, true);
  }
}

async function replacing(
  context: CheckContext,
  intent: Resource,
  live: Resource,
  error: ClusterError,
  warnings: string[],
): Promise<Omit<Checked, 'warnings'>> {
  const verdict = replacement(intent, error);
  if (verdict === undefined) throw error;
  if (verdict.refused !== undefined) {
    return { problem: { message: `${formatId(idOf(intent))}: ${verdict.reason}`, suggestion: verdict.refused } };
  }
  const twin = await dryRun(context, elsewhere(intent, intent.metadata.namespace), warnings);
  const result = { ...twin, metadata: { ...twin.metadata, name: intent.metadata.name } };
  const fields = maskFields(intent, fieldChanges(live, result), context.mask);
  return { change: { ...base(intent), op: 'replace', to: intent, from: live, fields, reason: verdict.reason } };
}
