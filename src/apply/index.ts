/**
 * CHANGE: from desired objects to a plan, from a plan to a cluster that agrees with it. The only room that writes to a
 * cluster. It yields events and returns results; it never prints, prompts or reads files.
 */

export { examine } from './doctor.ts';
export type { ApplyEvent, ApplyResult } from './events.ts';
export { type ExecuteOptions, execute } from './execute.ts';
export { fingerprint } from './fingerprint.ts';
export { readHistory } from './history.ts';
export { type InventorySummary, readInventories } from './inventory.ts';
export { makePlan, type PlanOptions } from './make-plan.ts';
export { makeDeletePlan, makeRollbackPlan } from './other-plans.ts';
export type {
  Change,
  FieldChange,
  Loss,
  Owner,
  Plan,
} from './plan.ts';
export { readiness } from './readiness.ts';
export { type ComponentStatus, makeStatus, type ObjectStatus, type Status } from './status.ts';
export { makeExplain } from './wait/cause.ts';
