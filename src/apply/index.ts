/**
 * CHANGE: from desired objects to a plan, from a plan to a cluster that agrees with it. The only room that writes to a
 * cluster. It yields events and returns results; it never prints, prompts or reads files.
 */
export type { ApplyEvent, ApplyResult } from './events.ts';
export type { Change, Edge, FieldChange, Owner, Plan } from './plan.ts';
