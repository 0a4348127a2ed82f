import { gunzipSync, gzipSync } from 'node:zlib';
import { UserError } from '../../errors.ts';
import { isJsonObject, type JsonObject, keyOf, type Resource, type ResourceId } from '../../resource/index.ts';
import type { Owner } from '../plan.ts';
import { textAt } from '../read.ts';
import {
  applySetId,
  applySetKinds,
  applySetNamespaces,
  applySetTooling,
  groupKinds,
  homeNamespace,
  identityOf,
  inventoryName,
  namespacesOf,
  tooling,
} from './applyset.ts';

/** One object that we made or adopted. */
export interface Member {
  id: ResourceId;
  apiVersion: string;
  /** Missing between the moment it is announced and the moment it is there. */
  uid?: string;
  component?: string;
  /** What was sent and what came of it, see `intentDigest` and `ownedDigest`. */
  intent?: string;
  owned?: string;
}

/** What the cluster remembers of one stack in one environment. */
export interface Inventory {
  owner: Owner;
  uid: string;
  resourceVersion: string;
  revision: number;
  updated: string;
  members: readonly Member[];
}

export const memberKey = (member: Member) => keyOf(member.id);

/** The ConfigMap that holds an inventory: an ApplySet parent whose `members` are gzipped JSON. */
export function writeRecord(owner: Owner, members: readonly Member[], revision: number, now: Date): Resource {
  const ids = members.map((member) => member.id);
  const sorted = [...members].sort((a, b) => (memberKey(a) < memberKey(b) ? -1 : 1));
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: inventoryName(owner),
      namespace: homeNamespace,
      labels: {
        [applySetId]: identityOf(owner),
        'slipway.dev/inventory': 'true',
        'slipway.dev/stack': owner.stack,
        'slipway.dev/environment': owner.environment,
      },
      annotations: {
        [applySetTooling]: tooling,
        [applySetKinds]: groupKinds(ids),
        [applySetNamespaces]: namespacesOf(ids),
        'slipway.dev/revision': String(revision),
        'slipway.dev/updated': now.toISOString(),
      },
    },
    binaryData: { members: gzipSync(JSON.stringify(sorted)).toString('base64') },
  };
}

/** Reads what `writeRecord` wrote. Throws `INVENTORY_UNREADABLE` for anything else. */
export function readRecord(record: Resource): Inventory {
  const unreadable = (why: string, cause?: unknown) =>
    new UserError('INVENTORY_UNREADABLE', `Cannot read the inventory ${record.metadata.name}: ${why}`, {
      suggestions: ['See who changed it: `kubectl -n slipway-system get configmap -o yaml --show-managed-fields`'],
      ...(cause === undefined ? {} : { cause }),
    });
  const { labels = {}, annotations = {} } = record.metadata;
  const [stack, environment] = [labels['slipway.dev/stack'], labels['slipway.dev/environment']];
  if (stack === undefined || environment === undefined) throw unreadable('its labels are gone');
  const written = annotations[applySetTooling] ?? '';
  if (!written.startsWith('slipway/v1.')) {
    throw unreadable(`it was written by ${written === '' ? 'an unknown tool' : written}, this is ${tooling}`);
  }
  let members: unknown;
  try {
    members = JSON.parse(gunzipSync(Buffer.from(textAt(record, 'binaryData', 'members') ?? '', 'base64')).toString());
  } catch (error) {
    throw unreadable('its content is broken', error);
  }
  if (!Array.isArray(members)) throw unreadable('its content is not a list');
  return {
    owner: { stack, environment },
    uid: record.metadata.uid ?? '',
    resourceVersion: record.metadata.resourceVersion ?? '',
    revision: Number(annotations['slipway.dev/revision'] ?? 0),
    updated: annotations['slipway.dev/updated'] ?? '',
    members: members.filter(isJsonObject).map((member: JsonObject) => member as unknown as Member),
  };
}
