import type { JsonObject, Resource } from '../../resource/index.ts';
import { printJson } from '../store/entry.ts';
import { FieldSet } from './field-set.ts';

/** One entry of `metadata.managedFields`, decoded. */
export interface Manager {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource: string;
  time: string | undefined;
  fields: FieldSet;
}

/** All managers of an object by their identity. */
export type Managers = Map<string, Manager>;

/** An applier is the same one in whatever version it applies; an updater is another one in each. */
export function identityOf({ manager, operation, apiVersion, subresource }: Omit<Manager, 'fields' | 'time'>): string {
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
}

/** Undefined where an entry cannot be understood. */
export function decodeManagers(entries: readonly JsonObject[] | undefined): Managers | undefined {
  const managers: Managers = new Map();
  for (const entry of entries ?? []) {
    const { operation, fieldsV1 } = entry;
    if ((operation !== 'Apply' && operation !== 'Update') || entry['fieldsType'] !== 'FieldsV1') return undefined;
    const manager: Manager = {
      manager: String(entry['manager'] ?? ''),
      operation,
      apiVersion: String(entry['apiVersion'] ?? ''),
      subresource: String(entry['subresource'] ?? ''),
      time: entry['time'] as string | undefined,
      fields: FieldSet.of((fieldsV1 ?? {}) as JsonObject),
    };
    managers.set(identityOf(manager), manager);
  }
  return managers;
}

/** As `metadata.managedFields` has them: appliers first, then by time and name. */
export function encodeManagers(managers: Managers): JsonObject[] {
  const rank = (m: Manager) => [m.operation, m.time ?? '', m.manager, m.apiVersion, m.subresource].join('\0');
  return [...managers.values()]
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: fields.toJson(),
      ...(subresource === '' ? {} : { subresource }),
    }));
}

/** The managers a write starts from: those it brings itself, else those of the live object; `[{}]` clears them. */
export function startingManagers(live: Resource | undefined, next: Resource, isSubresource: boolean): Managers {
  const entriesOf = (object: Resource | undefined) => object?.metadata['managedFields'] as JsonObject[] | undefined;
  const own = isSubresource ? undefined : entriesOf(next);
  if (own?.length === 1 && Object.keys(own[0] as JsonObject).length === 0) return new Map();
  const decoded = decodeManagers(own);
  if (decoded !== undefined && decoded.size > 0) return decoded;
  return decodeManagers(entriesOf(live)) ?? new Map();
}

/** How many updating managers an object remembers; the oldest beyond it become one. */
const updaterLimit = 10;

export function capUpdaters(managers: Managers): void {
  const updaters = [...managers].filter(([, { operation }]) => operation === 'Update');
  if (updaters.length <= updaterLimit) return;
  updaters.sort(([, a], [, b]) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1));
  for (const [identity, old] of updaters.slice(0, updaters.length - updaterLimit + 1)) {
    managers.delete(identity);
    const bucket = { ...old, manager: 'ancient-changes', subresource: '' };
    const previous = managers.get(identityOf(bucket));
    managers.set(identityOf(bucket), {
      ...bucket,
      fields: previous === undefined ? old.fields : previous.fields.union(old.fields),
    });
  }
}

/** Whether the managers say the same, whenever they said it. */
export function sameManagers(a: readonly JsonObject[], b: readonly JsonObject[]): boolean {
  const timeless = (entries: readonly JsonObject[]) => entries.map(({ time: _, ...entry }) => printJson(entry)).sort();
  return a.length === b.length && timeless(a).every((text, at) => text === timeless(b)[at]);
}
