import type { Resource } from '../../resource/index.ts';
import type { Recorder } from './events.ts';
import { keyOf, type Mirrors } from './mirror.ts';

/** What every controller is given: the objects, the clock, and a voice. */
export interface Surroundings {
  mirrors: Mirrors;
  /** Makes the voice of a component, which is the `source` of its events. */
  recorder: (component: string) => Recorder;
  now: () => Date;
  /** Where provisioned volumes live. */
  directory: string;
  /** The cluster's authority, PEM. */
  certificate: string;
}

/** One control loop. It is asked about one object at a time, by key, and makes the world agree with that object. */
export interface Controller {
  name: string;
  watches: readonly Watch[];
  /** Milliseconds after which the key wants to be looked at again, whatever happens. */
  reconcile(key: string): Promise<number | undefined>;
  /** Keys worked on at once; default 4. */
  concurrency?: number;
}

export interface Watch {
  apiVersion: string;
  kind: string;
  /** Which keys to look at when this object changed; `before` is undefined for a new one, `now` for one that is gone. */
  keys(now: Resource | undefined, before: Resource | undefined): readonly string[];
}

export type MakeController = (surroundings: Surroundings) => Controller;

/** For `watches`: the key of the object itself. */
export function itself(now: Resource | undefined, before: Resource | undefined): string[] {
  const object = now ?? before;
  return object === undefined ? [] : [keyOf(object)];
}
