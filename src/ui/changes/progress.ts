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
  /** Takes one event; true if a component has moved. */
  take(event: ApplyEvent): boolean;
  /** The execution has returned: what was waited for beside the plan came to its end too. */
  end(): void;
  /** In the order of the plan, and last what is not part of it: the record of the stack. Most of them may have nothing to do. */
  readonly components: readonly ComponentProgress[];
}

type ObjectState = 'busy' | 'deleting' | 'applied' | 'waiting' | 'over' | 'skipped' | 'failed';

interface Followed {
  component: ComponentProgress;
  states: Map<string, ObjectState>;
  reasons: Map<string, string>;
}

export interface FollowOptions {
  /** False where an object is over as soon as it is applied. */
  untilReady: boolean;
  /** Puts the reason of an event into words. */
  why(event: ApplyEvent): string;
}

/** The plan says which components there are and how many objects each one has. */
export function followProgress(plan: Plan, { untilReady, why }: FollowOptions): Progress {
  const follow = (name: string, total: number): Followed => ({
    component: { name, total, done: 0, phase: 'queued' },
    states: new Map(),
    reasons: new Map(),
  });
  const record = follow('record', 0);
  const homes = new Map<string, Followed>();
  const all = byComponent(plan.changes).map(([name, changes]) => {
    const one = follow(name, changes.filter(({ op }) => op !== 'unchanged').length);
    for (const change of changes) homes.set(keyOf(change.id), one);
    return one;
  });
  return {
    components: [...all, record].map(({ component }) => component),
    end() {
      if (record.component.total === 0 || record.component.phase === 'failed') return;
      record.component.phase = 'done';
      record.component.done = record.component.total;
    },
    take(event) {
      if (!('id' in event) || event.type === 'residue') return false;
      const key = keyOf(event.id);
      const one = homes.get(key) ?? record;
      if (event.type === 'applied' && event.action === 'unchanged' && !one.states.has(key)) return false;
      const state = stateAfter(event);
      one.states.set(key, state === 'applied' && !untilReady ? 'over' : state);
      if (explained.has(event.type)) one.reasons.set(key, why(event));
      else one.reasons.delete(key);
      update(one, event.at, plan.kind === 'delete' ? 'deleting' : 'applying');
      return true;
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

function update({ component, states, reasons }: Followed, at: number, working: 'applying' | 'deleting'): void {
  const all = [...states.values()];
  const has = (state: ObjectState) => all.includes(state);
  component.startedAt ??= at;
  component.total = Math.max(component.total, all.length);
  component.done = all.filter((state) => state === 'over').length;
  const isSettled = all.length === component.total && all.every((state) => settled.has(state));
  if (isSettled) component.phase = has('failed') ? 'failed' : has('skipped') ? 'stopped' : 'done';
  else if (has('busy')) component.phase = working;
  else if (has('deleting')) component.phase = 'deleting';
  else component.phase = all.length === component.total ? 'waiting' : working;
  const failed = [...reasons].find(([key]) => states.get(key) === 'failed');
  const reason = failed?.[1] ?? [...reasons.values()].at(-1);
  if (reason === undefined) delete component.reason;
  else component.reason = reason;
  if (isSettled) component.endedAt = at;
  else delete component.endedAt;
}

const settled = new Set<ObjectState>(['over', 'skipped', 'failed']);
