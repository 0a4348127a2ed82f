import type { JsonObject, Resource } from '../../resource/index.ts';
import { objectsAt, textAt } from '../read.ts';

/** Whether an object does what it is for; `reason` says what is missing (absent when ready). */
export interface Readiness {
  state: 'ready' | 'waiting' | 'failed';
  reason?: string;
}

export type Rule = (object: Resource) => Readiness;

export const ready: Readiness = { state: 'ready' };
export const waiting = (reason: string): Readiness => ({ state: 'waiting', reason });
export const failed = (reason: string): Readiness => ({ state: 'failed', reason });

/** The condition of a type, if the object has it. */
export function condition(object: Resource, type: string): JsonObject | undefined {
  return objectsAt(object, 'status', 'conditions').find((item) => textAt(item, 'type') === type);
}

export function isTrue(object: Resource, type: string): boolean {
  return textAt(condition(object, type), 'status') === 'True';
}

/** `Reason: message` of a condition, with what is missing left out. */
export function explain(found: JsonObject | undefined, otherwise: string): string {
  const [reason, message] = [textAt(found, 'reason') ?? '', (textAt(found, 'message') ?? '').trim()];
  return [reason, message].filter((part) => part !== '').join(': ') || otherwise;
}

export function byConditions(object: Resource): Readiness {
  if (isTrue(object, 'Stalled')) return failed(explain(condition(object, 'Stalled'), 'stalled'));
  if (isTrue(object, 'Reconciling')) return waiting(explain(condition(object, 'Reconciling'), 'reconciling'));
  for (const type of ['Ready', 'Available', 'Established']) {
    const found = condition(object, type);
    if (found === undefined) continue;
    return textAt(found, 'status') === 'True' ? ready : waiting(explain(found, `not ${type.toLowerCase()} yet`));
  }
  return ready;
}
