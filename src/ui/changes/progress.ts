import type { ApplyEvent, Plan } from '../../apply/index.ts';
import { keyOf } from '../../resource/index.ts';
import { byComponent } from './plan.ts';

/** What one component is at, as one line can say it. */
export interface ComponentProgress {
  name: string;
  /** Objects that change or are waited for. */
  total: number;
  /** Objects that need nothing more. */
  done: number;
  phase: 'queued' | 'applying' | 'deleting' | 'waiting' | 'done' | 'failed' | 'stopped';
  /** Why it is not done: a failure, else the newest reason of an object that waits, is tried again or was skipped. */
  reason?: string;
  /** Milliseconds since the start of the execution. */
  startedAt?: number;
  endedAt?: number;
}

/** Follows the events of one execution. */
export interface Progress {
  /** Takes one event; answers the component it moved, if it is about an object. */
  take(event: ApplyEvent): ComponentProgress | undefined;
  /** In the order of the plan; every component that has something to do. */
  readonly components: readonly ComponentProgress[];
}

type ObjectState = 'busy' | 'deleting' | 'applied' | 'waiting' | 'over' | 'skipped' | 'failed';

interface Followed {
  component: ComponentProgress;
  states: Map<string, ObjectState>;
  reasons: Map<string, string>;
}

/** The plan says which components there are and how many objects each one has; `why` puts an event into words. */
export function followProgress(plan: Plan, why: (event: ApplyEvent) => string): Progress {
  const followed = new Map<string, Followed>();
  const titleOf = new Map<string, string>();
  const follow = (name: string, total: number) => {
    const one: Followed = {
      component: { name, total, done: 0, phase: 'queued' },
      states: new Map(),
      reasons: new Map(),
    };
    followed.set(name, one);
    return one;
  };
  for (const [name, changes] of byComponent(plan.changes)) {
    for (const change of changes) titleOf.set(keyOf(change.id), name);
    const total = changes.filter(({ op }) => op !== 'unchanged').length;
    if (total > 0) follow(name, total);
  }
  return {
    get components() {
      return [...followed.values()].map(({ component }) => component);
    },
    take(event) {
      if (!('id' in event) || event.type === 'residue') return undefined;
      const key = keyOf(event.id);
      const name = titleOf.get(key) ?? event.component ?? 'other objects';
      const one = followed.get(name) ?? follow(name, 0);
      one.states.set(key, stateAfter(event));
      if (explained.has(event.type)) one.reasons.set(key, why(event));
      else one.reasons.delete(key);
      update(one, event.at);
      return one.component;
    },
  };
}

const explained = new Set<ApplyEvent['type']>(['waiting', 'retrying', 'failed', 'skipped']);

function stateAfter(event: Exclude<ApplyEvent, { type: 'started' | 'residue' }>): ObjectState {
  switch (event.type) {
    case 'applying':
    case 'retrying':
      return 'busy';
    case 'ready':
    case 'deleted':
    case 'kept':
      return 'over';
    case 'deleting':
    case 'applied':
    case 'waiting':
    case 'skipped':
    case 'failed':
      return event.type;
    default:
      return event satisfies never;
  }
}

function update({ component, states, reasons }: Followed, at: number): void {
  const all = [...states.values()];
  const has = (state: ObjectState) => all.includes(state);
  component.startedAt ??= at;
  component.total = Math.max(component.total, all.length);
  component.done = all.filter((state) => state === 'over' || state === 'applied').length;
  const isSettled = all.length === component.total && all.every((state) => settled.has(state));
  if (isSettled) component.phase = has('failed') ? 'failed' : has('skipped') ? 'stopped' : 'done';
  else if (has('busy')) component.phase = 'applying';
  else if (has('deleting')) component.phase = 'deleting';
  else component.phase = has('waiting') ? 'waiting' : 'applying';
  const failed = [...reasons].find(([key]) => states.get(key) === 'failed');
  const reason = failed?.[1] ?? [...reasons.values()].at(-1);
  if (reason === undefined) delete component.reason;
  else component.reason = reason;
  if (isSettled) component.endedAt = at;
  else delete component.endedAt;
}

const settled = new Set<ObjectState>(['over', 'skipped', 'failed']);
