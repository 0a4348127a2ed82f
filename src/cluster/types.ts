import { setTimeout as sleep } from 'node:timers/promises';
import { groupOf, versionOf } from '../resource/index.ts';
import { unlessAborted } from './abort.ts';
import { builtinLocation, type Location, rootOf } from './builtin.ts';
import type { Call, ResourceType, Target, Transport } from './cluster.ts';
import { makeDiscovery } from './discovery.ts';
import { ClusterError } from './errors.ts';

/** Milliseconds between two requests for all types, however many unknown kinds are asked for. */
const quiet = 250;

export interface Types {
  all(call: Call & { refresh?: boolean }): Promise<readonly ResourceType[]>;
  find(target: Target, call: Call): Promise<ResourceType | undefined>;
  /** Throws `NO_KIND` where the server has no such kind. */
  locate(target: Target, call: Call, verb: string): Promise<Location>;
}

/**
 * The types a server serves, asked for once and again when an unknown kind is looked up. A lookup is never answered
 * "unknown" from an answer that is older than the question: a CRD that was established a moment ago is found.
 */
export function makeTypes(transport: Transport): Types {
  const discover = makeDiscovery(transport);
  let known: readonly ResourceType[] | undefined;
  let index = new Map<string, ResourceType>();
  let next: Promise<readonly ResourceType[]> | undefined;
  let lastStart = -quiet;

  const ask = async (): Promise<readonly ResourceType[]> => {
    const types = await discover({});
    index = new Map(types.map((type) => [keyOfType(type.group, type.version, type.kind), type]));
    known = types;
    return types;
  };
  /** Everyone who asks before the next request starts shares it. */
  const refresh = (): Promise<readonly ResourceType[]> => {
    next ??= sleep(Math.max(0, lastStart + quiet - performance.now())).then(() => {
      next = undefined;
      lastStart = performance.now();
      return ask();
    });
    return next;
  };
  let first: Promise<readonly ResourceType[]> | undefined;
  const all: Types['all'] = async (call) => {
    if (call.refresh === true) return unlessAborted(refresh(), call.signal);
    if (known !== undefined) return known;
    first ??= refresh().finally(() => {
      first = undefined;
    });
    return unlessAborted(first, call.signal);
  };
  const find: Types['find'] = async (target, call) => {
    const key = keyOfType(groupOf(target.apiVersion), versionOf(target.apiVersion), target.kind);
    const wasKnown = known !== undefined;
    await all(call);
    if (!index.has(key) && wasKnown) await unlessAborted(refresh(), call.signal);
    return index.get(key);
  };
  return {
    all,
    find,
    locate: async (target, call, verb) => {
      const builtin = builtinLocation(target);
      if (builtin !== undefined) return builtin;
      const type = await find(target, call);
      if (type === undefined) throw noKind(transport, target, verb, known ?? []);
      return { root: rootOf(target.apiVersion), resource: type.resource, namespaced: type.namespaced };
    },
  };
}

const keyOfType = (group: string, version: string, kind: string) => `${group}/${version}/${kind}`;

function noKind(transport: Transport, target: Target, verb: string, types: readonly ResourceType[]): ClusterError {
  const { apiVersion, kind } = target;
  const group = groupOf(apiVersion);
  const versions = types.filter((type) => type.kind === kind && type.group === group).map((type) => type.version);
  const groups = types.filter((type) => type.kind === kind).map((type) => `${type.group}/${type.version}`);
  const suggestion =
    versions.length > 0
      ? `the server serves this kind in version ${versions.join(', ')}`
      : groups.length > 0
        ? `the server serves this kind as ${groups.join(', ')}`
        : `apply the CustomResourceDefinition of ${kind} first, or check the spelling`;
  return new ClusterError(
    'NO_KIND',
    `Cannot ${verb} ${kind} of ${apiVersion}: cluster ${transport.name} does not know this kind`,
    { status: 404, reason: 'NoKindMatch' },
    { suggestions: [suggestion], exit: 2 },
  );
}
