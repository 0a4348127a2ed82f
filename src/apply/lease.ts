import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, ClusterError } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import type { Resource } from '../resource/index.ts';
import { homeNamespace, inventoryName } from './inventory/applyset.ts';
import { getIfThere } from './live.ts';
import { fieldManager } from './owned.ts';
import type { Owner } from './plan.ts';
import { textAt } from './read.ts';
import { isTransient } from './retry.ts';

/** Keeps two runs for the same owner apart. */
export interface Hold {
  /** Aborted, with the reason, if the Lease was lost to another run. */
  lost: AbortSignal;
  /** Ends the renewals; the Lease itself is deleted unless `keep` says that its namespace goes anyway. */
  release(options?: { keep?: boolean }): Promise<void>;
}

export interface LeaseOptions {
  signal: AbortSignal;
  /** In milliseconds of `performance.now()`. */
  deadline: number;
  /** Makes the namespace of the Lease; called first, and again where it went away in between. */
  prepare(): Promise<void>;
  onWaiting(holder: string): void;
}

const collection = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: homeNamespace };

/** Seconds between renewals, and without one after which a holder that we watched counts as dead. */
const [renewEvery, patience] = [2, 6];
/** Seconds by the server's clock after which a holder that we never saw alive counts as dead at first sight. */
const longDead = 15;

/**
 * Takes the owner's Lease, waiting for another run to end. A holder that does not renew is dead: its Lease is taken
 * over once we have seen it unchanged for six seconds in which the server answered, or at once if the server's own
 * clock says that it is long gone. Clocks of clients are never compared. Throws `LEASE_HELD` at the deadline.
 */
export async function acquire(cluster: Cluster, owner: Owner, options: LeaseOptions): Promise<Hold> {
  const name = inventoryName(owner);
  const identity = `${hostname()}-${process.pid}-${crypto.randomUUID().slice(0, 8)}`;
  const desired = (resourceVersion?: string): Resource => {
    const now = new Date().toISOString().replace('Z', '000Z');
    return {
      apiVersion: collection.apiVersion,
      kind: collection.kind,
      metadata: { name, namespace: homeNamespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      spec: { holderIdentity: identity, leaseDurationSeconds: patience, acquireTime: now, renewTime: now },
    };
  };
  await options.prepare();
  let seen: { version: string; since: number } | undefined;
  for (;;) {
    options.signal.throwIfAborted();
    let holder = 'another run';
    try {
      const held = await getIfThere(cluster, { ...collection, name }, { signal: options.signal });
      if (held === undefined) return keepUp(cluster, await cluster.create(desired(), { fieldManager }), desired);
      const version = held.metadata.resourceVersion ?? '';
      const dead =
        seen?.version === version
          ? performance.now() - seen.since > patience * 1000
          : seen === undefined && (await ageOf(cluster, held)) > longDead * 1000;
      if (seen?.version !== version) seen = { version, since: performance.now() };
      if (dead) return keepUp(cluster, await cluster.update(desired(version), { fieldManager }), desired);
      holder = textAt(held, 'spec', 'holderIdentity') ?? holder;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      const homeless = error.status === 404 || (error.status === 403 && /being terminated/.test(error.message));
      if (!homeless && !isTransient(error)) throw error;
      if (homeless) await options.prepare();
      seen = undefined;
      if (error.status === 409) continue;
    }
    if (performance.now() > options.deadline) {
      throw new UserError('LEASE_HELD', `Cannot change ${name}: ${holder} is changing it`, {
        suggestions: ['Wait until it is done and run the same command again'],
        exit: 4,
      });
    }
    if (seen !== undefined) options.onWaiting(holder);
    await sleep(500, undefined, { signal: options.signal });
  }
}

/** Milliseconds since the last write of the Lease, both times by the server's clock; 0 where it does not tell. */
async function ageOf(cluster: Cluster, lease: Resource): Promise<number> {
  const entries = lease.metadata['managedFields'];
  const times = (Array.isArray(entries) ? entries : []).map((entry) => Date.parse(textAt(entry, 'time') ?? ''));
  const { headers, body } = await cluster.request({ method: 'GET', path: '/version' });
  for await (const _chunk of body);
  const now = Date.parse(headers['date'] ?? '');
  const age = now - Math.max(...times);
  return Number.isFinite(age) ? age : 0;
}

/** Renews until it is released. While the server does not answer, nobody can take over either, so that is no loss. */
function keepUp(cluster: Cluster, taken: Resource, desired: (version?: string) => Resource): Hold {
  const lost = new AbortController();
  const stop = new AbortController();
  let current = taken;
  const renewals = (async () => {
    for (;;) {
      await sleep(renewEvery * 1000, undefined, { signal: stop.signal, ref: false });
      try {
        current = await cluster.update(desired(current.metadata.resourceVersion), { fieldManager, timeout: 5_000 });
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        if (error.status !== 409 && error.status !== 404) continue;
        const held = await holderOf(cluster, current.metadata.name);
        if (
          held !== undefined &&
          textAt(held, 'spec', 'holderIdentity') === textAt(current, 'spec', 'holderIdentity')
        ) {
          current = held;
          continue;
        }
        return lost.abort(
          new UserError('LEASE_LOST', 'Stopped: another run took over its Lease', {
            suggestions: ['Run the same command again'],
          }),
        );
      }
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) lost.abort(error);
  });
  return {
    lost: lost.signal,
    async release({ keep = false } = {}) {
      stop.abort();
      await renewals;
      if (keep || lost.signal.aborted) return;
      const { uid } = current.metadata;
      try {
        await cluster.delete({ ...collection, name: current.metadata.name }, uid === undefined ? {} : { uid });
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
      }
    },
  };
}

/** The Lease as it is now: a renewal whose answer was lost has changed its version. */
async function holderOf(cluster: Cluster, name: string): Promise<Resource | undefined> {
  try {
    return await getIfThere(cluster, { ...collection, name }, {});
  } catch (error) {
    if (error instanceof ClusterError) return undefined;
    throw error;
  }
}
