import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, ClusterError } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import type { Resource } from '../resource/index.ts';
import { homeNamespace, inventoryName } from './inventory/applyset.ts';
import { getIfThere } from './live.ts';
import { fieldManager } from './owned.ts';
import type { Owner } from './plan.ts';
import { numberAt, textAt } from './read.ts';

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
  /** Seconds without renewal after which a holder counts as dead. Default 15. */
  duration?: number;
}

const collection = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: homeNamespace };

/**
 * Takes the owner's Lease, waiting for another run to end. A holder that does not renew is dead: its Lease is taken
 * over once we have seen it unchanged for its whole duration, or at once if the server's own clock says so. Clocks of
 * clients are never compared. Throws `LEASE_HELD` at the deadline.
 */
export async function acquire(cluster: Cluster, owner: Owner, options: LeaseOptions): Promise<Hold> {
  const name = inventoryName(owner);
  const ref = { ...collection, name };
  const identity = `${hostname()}-${process.pid}-${crypto.randomUUID().slice(0, 8)}`;
  const duration = options.duration ?? 15;
  const desired = (resourceVersion?: string): Resource => {
    const now = new Date().toISOString().replace('Z', '000Z');
    return {
      ...collection,
      metadata: { name, namespace: homeNamespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      spec: { holderIdentity: identity, leaseDurationSeconds: duration, acquireTime: now, renewTime: now },
    };
  };
  await options.prepare();
  let seen = { version: '', since: performance.now() };
  for (;;) {
    options.signal.throwIfAborted();
    const held = await getIfThere(cluster, ref, { signal: options.signal });
    try {
      if (held === undefined)
        return keepUp(cluster, await cluster.create(desired(), { fieldManager }), duration, desired);
      const version = held.metadata.resourceVersion ?? '';
      if (seen.version !== version) seen = { version, since: performance.now() };
      const limit = (numberAt(held, 'spec', 'leaseDurationSeconds') ?? duration) * 1000;
      if (performance.now() - seen.since > limit || (await ageOf(cluster, held)) > limit + 1000) {
        return keepUp(cluster, await cluster.update(desired(version), { fieldManager }), duration, desired);
      }
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.status === 404 || (error.status === 403 && /being terminated/.test(error.message)))
        await options.prepare();
      else if (error.status !== 409) throw error;
      continue;
    }
    const holder = textAt(held, 'spec', 'holderIdentity') ?? 'another run';
    if (performance.now() > options.deadline) {
      throw new UserError('LEASE_HELD', `Cannot change ${name}: ${holder} is changing it`, {
        suggestions: ['Wait until it is done and run the same command again'],
        exit: 4,
      });
    }
    options.onWaiting(holder);
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

function keepUp(cluster: Cluster, taken: Resource, duration: number, desired: (version?: string) => Resource): Hold {
  const lost = new AbortController();
  const stop = new AbortController();
  let current = taken;
  const lose = (why: string) =>
    lost.abort(new UserError('LEASE_LOST', `Stopped: ${why}`, { suggestions: ['Run the same command again'] }));
  const renewals = (async () => {
    let failingSince: number | undefined;
    for (;;) {
      await sleep((duration * 1000) / 3, undefined, { signal: stop.signal, ref: false });
      try {
        current = await cluster.update(desired(current.metadata.resourceVersion), { fieldManager });
        failingSince = undefined;
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        if (error.status === 409 || error.status === 404) return lose('another run took over its Lease');
        failingSince ??= performance.now();
        if (performance.now() - failingSince > duration * 1000) return lose('its Lease could not be renewed in time');
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
