import type { JsonObject, Resource } from '../../resource/index.ts';
import type { User } from '../auth/user.ts';
import type { TypeSchema } from '../schema/schema.ts';
import type { Entry } from '../store/entry.ts';
import type { Store } from '../store/store.ts';
import type { FieldValidation } from './body.ts';
import type { ServiceRange } from './services.ts';
import { storageKey, type Types } from './types.ts';

/** What every operation of the API needs. */
export interface Api {
  readonly store: Store;
  readonly types: Types;
  readonly range: ServiceRange;
  /** In order; the first one that throws refuses the request. */
  readonly admission: readonly Admission[];
  now(): Date;
  /** Objects of custom kinds in another version, where their definition names a conversion webhook. */
  convert(object: Resource, to: TypeSchema): Promise<Resource>;
}

/** What a request says about its writes. */
export interface Call {
  user: User;
  /** Who is recorded as owner of the fields that the write changes. */
  manager: string;
  dryRun: boolean;
  validation: FieldValidation;
  warn(message: string): void;
  signal: AbortSignal;
}

/** What an object of a request is, for admission. */
export interface Attributes {
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  type: TypeSchema;
  namespace: string;
  name: string;
  subresource: string;
  /** Absent for deletions. Plugins that mutate change it in place or replace it. */
  object?: Resource;
  old?: Resource;
  /** `CreateOptions`, `UpdateOptions`, `PatchOptions` or `DeleteOptions` as sent. */
  options: JsonObject;
}

/** One step of admission: changes objects before they are checked, or refuses requests after. */
export interface Admission {
  mutate?(api: Api, attributes: Attributes, call: Call): Promise<void> | void;
  validate?(api: Api, attributes: Attributes, call: Call): Promise<void> | void;
}

export async function admit(api: Api, step: 'mutate' | 'validate', attributes: Attributes, call: Call): Promise<void> {
  for (const plugin of api.admission) {
    const run = plugin[step]?.(api, attributes, call);
    if (run !== undefined) await run;
  }
}

export function entryOf(api: Api, type: TypeSchema, namespace: string, name: string): Entry | undefined {
  return api.store.get(storageKey(type), namespace, name);
}

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
