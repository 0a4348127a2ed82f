import type { Call, Cluster } from '../cluster/index.ts';
import { formatId, idOf, keyOf, type Resource } from '../resource/index.ts';
import type { Limit } from './concurrency.ts';
import { partOf } from './inventory/applyset.ts';
import { type Member, memberKey } from './inventory/record.ts';
import type { Live } from './live.ts';
import { kindOf } from './order/references.ts';
import type { Change, Loss, ProtectedClass } from './plan.ts';
import {
  controllerNames,
  countByKind,
  foreignObjects,
  instancesOf,
  lossesOf,
  protectedByKind,
  type Verdict,
} from './protection.ts';

export interface RemovalContext {
  cluster: Cluster;
  call: Call;
  limit: Limit;
  identity: string;
  live: Live;
  /** UIDs of live objects that stay desired, perhaps under another API group. */
  desiredUids: ReadonlySet<string>;
  /** Namespaces in which desired objects live. */
  usedNamespaces: ReadonlySet<string>;
  withData: ReadonlySet<ProtectedClass>;
}

/**
 * What becomes of members that are no longer desired. Removed is only what inventory, label and UID agree on; protected
 * classes are kept, and with them the definition and the namespace that they need.
 */
export async function planRemovals(
  context: RemovalContext,
  members: readonly Member[],
): Promise<{ changes: Change[]; losses: Loss[] }> {
  const keeps = new Map<string, Verdict>();
  const present: { member: Member; live: Resource }[] = [];
  for (const member of members) {
    const live = context.live.get(memberKey(member));
    if (live === undefined || context.desiredUids.has(live.metadata.uid ?? '')) continue;
    present.push({ member, live });
    const verdict = notOurs(context, member, live) ?? protectedByKind(live, context.withData);
    if (verdict !== undefined) keeps.set(memberKey(member), verdict);
  }
  const going = new Set(present.filter(({ member }) => !keeps.has(memberKey(member))).map(({ live }) => uidOf(live)));
  const extra = await keepDefinitions(context, present, keeps, going);
  await keepNamespaces(context, present, keeps, going);
  const losses = [...keeps.values()].flatMap((verdict) => verdict.losses);
  return {
    changes: [...present.map(({ member, live }) => changeOf(member, live, keeps.get(memberKey(member)))), ...extra],
    losses,
  };
}

const uidOf = (object: Resource) => object.metadata.uid ?? '';

function changeOf(member: Member, live: Resource, verdict: Verdict | undefined): Change {
  const { id, apiVersion, component } = member;
  const base = { id, apiVersion, uid: uidOf(live), ...(component === undefined ? {} : { component }) };
  if (verdict === undefined) return { ...base, op: 'delete' };
  return { ...base, op: 'keep', reason: verdict.keep, ...(verdict.forget === true ? { forget: true } : {}) };
}

function notOurs(context: RemovalContext, member: Member, live: Resource): Verdict | undefined {
  const labelled = live.metadata.labels?.[partOf] === context.identity;
  if (member.uid !== undefined && member.uid !== uidOf(live)) {
    return { keep: 'somebody else made it again', losses: [], forget: true };
  }
  if (!labelled) return { keep: `its label ${partOf} was taken away`, losses: [], forget: true };
  return undefined;
}

/** Definitions with live objects stay, unless those may go; then the objects go first, while their controllers live. */
async function keepDefinitions(
  context: RemovalContext,
  present: readonly { member: Member; live: Resource }[],
  keeps: Map<string, Verdict>,
  going: Set<string>,
): Promise<Change[]> {
  const extra: Change[] = [];
  const definitions = present.filter(
    ({ live, member }) =>
      kindOf(live) === 'CustomResourceDefinition.apiextensions.k8s.io' && !keeps.has(memberKey(member)),
  );
  await Promise.all(
    definitions.map(({ member, live }) =>
      context.limit(async () => {
        const instances = await instancesOf(context.cluster, live, going, context.call);
        if (instances.length === 0) return;
        if (!context.withData.has('resources')) {
          const losses = lossesOf(live, instances);
          keeps.set(memberKey(member), { keep: `it defines ${countByKind(instances)}`, class: 'resources', losses });
          going.delete(uidOf(live));
          return;
        }
        const component = member.component === undefined ? {} : { component: member.component };
        for (const instance of instances) {
          const { apiVersion } = instance;
          const reason = `goes with ${formatId(member.id)}`;
          extra.push({
            op: 'delete',
            id: idOf(instance),
            apiVersion,
            uid: uidOf(instance),
            reason,
            notOurs: true,
            ...component,
          });
          going.add(uidOf(instance));
        }
      }),
    ),
  );
  return extra;
}

/** Namespaces stay while something in them does: a kept object, a desired one, or one that is not ours. */
async function keepNamespaces(
  context: RemovalContext,
  present: readonly { member: Member; live: Resource }[],
  keeps: Map<string, Verdict>,
  going: Set<string>,
): Promise<void> {
  const namespaces = present.filter(
    ({ live, member }) => kindOf(live) === 'Namespace.' && !keeps.has(memberKey(member)),
  );
  if (namespaces.length === 0) return;
  const names = new Set(namespaces.map(({ live }) => live.metadata.name));
  const ourControllers = controllerNames(present.map(({ live }) => live));
  const { cluster, identity, limit, call } = context;
  const foreign = await foreignObjects(cluster, names, going, identity, ourControllers, limit, call);
  for (const { member, live } of namespaces) {
    const name = live.metadata.name;
    const kept = [...keeps.keys()]
      .map((key) => present.find((item) => memberKey(item.member) === key)?.member.id)
      .find((id) => id?.namespace === name);
    const others = foreign.get(name) ?? [];
    if (context.usedNamespaces.has(name)) keeps.set(memberKey(member), { keep: 'the stack still uses it', losses: [] });
    else if (kept !== undefined) keeps.set(memberKey(member), { keep: `${formatId(kept)} in it is kept`, losses: [] });
    else if (others.length > 0 && !context.withData.has('namespaces')) {
      const [first] = others;
      const more = others.length > 1 ? ` and ${others.length - 1} more` : '';
      keeps.set(memberKey(member), {
        keep: `it holds what is not ours: ${first === undefined ? '' : formatId(first)}${more}`,
        class: 'namespaces',
        losses: countLosses(member, name, others.map(keyOf)),
      });
    }
    if (keeps.has(memberKey(member))) going.delete(uidOf(live));
  }
}

function countLosses(member: Member, namespace: string, keys: readonly string[]): Loss[] {
  const kinds = Map.groupBy(keys, (key) => key.split('/')[1] ?? '');
  return [...kinds].map(([kind, items]) => ({
    class: 'namespaces',
    id: member.id,
    kind,
    namespace,
    count: items.length,
  }));
}
